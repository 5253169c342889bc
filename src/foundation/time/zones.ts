/** The engine answers some zones by a name that the tz database gave up long ago; people and providers use the new one. */
const MODERN_NAMES: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const canonicalByInput = new Map<string, string | null>();
/** Bounds what strangers can make us remember; there are about 600 names. */
const REMEMBERED_MAX = 2_000;

/**
 * The IANA name of a zone, or undefined. Letter case is forgiven (`europe/berlin` -> `Europe/Berlin`), links are
 * resolved (`us/eastern` -> `America/New_York`); offsets (`+02:00`)
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
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return MODERN_NAMES[timeZone] ?? timeZone;
  } catch {
    return undefined;
  }
}

/** Version of the zone rules in this process, for example `2026c`: an old one books an hour wrong. */
export function zoneDataVersion(): string {
  return process.versions.tz ?? 'unknown';
}
