import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

const root = resolve(__dirname, '../../..');

/** Puts one forbidden import into a copy of an otherwise empty house and gives the names of the rules that catch it. */
function caughtBy(files: Record<string, string>): string[] {
  const house = mkdtempSync(join(tmpdir(), 'arrows-'));
  try {
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      cpSync(join(root, name), join(house, name));
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true });
      writeFileSync(join(house, path), text);
    }
    return cruise(house);
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}

function cruise(house: string): string[] {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const options = ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  let output: string;
  try {
    output = execFileSync(process.execPath, [program, ...options], { cwd: house, encoding: 'utf8' });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string } }[] } };
  return summary.violations.map((violation) => violation.rule.name);
}

const anything = 'export const thing = 1;\n';
const use = (path: string) => `import { thing } from '${path}';\nexport const used = thing;\n`;

describe('the arrows of the house', () => {
  it.each([
    ['scheduling importing foundation', 'src/scheduling/a.ts', 'src/foundation/b.ts', 'scheduling-imports-nothing'],
    ['foundation importing scheduling', 'src/foundation/a.ts', 'src/scheduling/b.ts', 'foundation-knows-no-room'],
    [
      'a feature importing a provider',
      'src/features/bookings/a.ts',
      'src/providers/calcom-v2/b.ts',
      'features-import-features-scheduling-foundation',
    ],
    [
      'a provider importing a feature',
      'src/providers/calcom-v2/a.ts',
      'src/features/bookings/b.service.ts',
      'providers-import-scheduling-and-foundation',
    ],
    [
      'a provider importing another',
      'src/providers/calendly/a.ts',
      'src/providers/calcom-v2/b.ts',
      'a-provider-never-imports-another',
    ],
    [
      'a feature importing to its right',
      'src/features/event-types/a.ts',
      'src/features/bookings/b.service.ts',
      'event-types-imports-only-to-its-left',
    ],
    [
      'a feature entering another by the window',
      'src/features/bookings/a.ts',
      'src/features/event-types/b.repository.ts',
      'others-enter-event-types-by-module-or-service',
    ],
    ['the sandbox importing the service', 'src/sandbox/a.ts', 'src/scheduling/b.ts', 'sandbox-imports-only-foundation'],
    [
      'the service importing the sandbox',
      'src/features/bookings/a.ts',
      'src/sandbox/b.ts',
      'the-service-speaks-to-the-sandbox-over-http',
    ],
    ['a room loading the demo', 'src/foundation/a.ts', 'src/demo/b.ts', 'only-main-loads-the-demo'],
  ])('catch %s', (_, from, to, rule) => {
    const depth = '../'.repeat(dirname(from).split('/').length);
    expect(caughtBy({ [from]: use(depth + to.replace(/\.ts$/, '')), [to]: anything })).toContain(rule);
  });

  it('catch an import cycle', () => {
    const files = {
      'src/foundation/a.ts': `import { thing } from './b';\nexport const other = thing;\n`,
      'src/foundation/b.ts': `import { other } from './a';\nexport const thing = () => other;\n`,
    };
    expect(caughtBy(files)).toContain('no-cycles');
  });

  it('let a feature use the service of one to its left', () => {
    const files = {
      'src/features/bookings/a.ts': use('../event-types/b.service'),
      'src/features/event-types/b.service.ts': anything,
    };
    expect(caughtBy(files)).toEqual([]);
  });
});
