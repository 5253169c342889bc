const canonicalByInput = new Map<string, string | null>();
/** Bounds what strangers can make us remember; there are about 600 names. */
const REMEMBERED_MAX = 2_000;

/**
 * The IANA name of a zone, or undefined. Letter case is forgiven (`europe/berlin` -> `Europe/Berlin`); offsets (`+02:00`)
 * and abbreviations without a region (`EST`) are refused, `UTC` is allowed.
 */
export function canonicalTimeZone(name: string): string | undefined {
  const known = canonicalByInput.get(name);
  if (known !== undefined) return known ?? undefined;
  const found = look(name);
  if (canonicalByInput.size < REMEMBERED_MAX) canonicalByInput.set(name, found ?? null);
  return found;
}

function look(name: string): string | undefined {
  if (/^utc$/i.test(name)) return 'UTC';
  if (name.length > 64 || !/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){1,2}$/.test(name)) return undefined;
  try {
    const resolved = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // Some engines answer an old alias with its modern name; the caller's own spelling is kept where only case differs.
    return resolved.toLowerCase() === name.toLowerCase() ? resolved : titleCased(name);
  } catch {
    return undefined;
  }
}

function titleCased(name: string): string {
  return name
    .toLowerCase()
    .replace(/(^|[/_-])([a-z])/g, (_, gap: string, letter: string) => gap + letter.toUpperCase());
}

/** Version of the zone rules in this process, for example `2026c`: an old one books an hour wrong. */
export function zoneDataVersion(): string {
  return process.versions.tz ?? 'unknown';
}
