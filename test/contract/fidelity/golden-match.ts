/** What `<me.name>` and its like stand for in this run. */
export type Literals = Record<string, string>;

const DATE = String.raw`\d{4}-\d{2}-\d{2}`;
const TIME = `${DATE}T${String.raw`\d{2}:\d{2}:\d{2}`}`;
const OFFSET = String.raw`[+-]\d{2}:\d{2}`;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const MILLISECONDS = String.raw`\.\d{3}`;

const PATTERNS: Record<string, string> = {
  int: String.raw`-?\d+`,
  uid: '[A-Za-z0-9_-]{6,}',
  uuid: UUID,
  date: DATE,
  'iso-z': `${TIME}Z`,
  'iso-ms-z': `${TIME}${MILLISECONDS}Z`,
  'iso-offset': `${TIME}${OFFSET}`,
  'iso-ms-offset': `${TIME}${MILLISECONDS}${OFFSET}`,
  'iso-local': TIME,
  key: String.raw`\S+`,
  'database library text': String.raw`[\s\S]*`,
};

/**
 * What in `actual` is not as recorded, one line per place; empty when it is the same. Recorded arrays hold the distinct
 * shapes of their elements only, so each element must have a recorded shape and each recorded shape must occur.
 */
export function differences(expected: unknown, actual: unknown, literals: Literals, place = ''): string[] {
  if (expected === '<any>') return [];
  if (typeof expected === 'string')
    return matchesText(expected, actual, literals) ? [] : [line(place, expected, actual)];
  if (Array.isArray(expected)) return arrayDifferences(expected, actual, literals, place);
  if (isObject(expected)) return objectDifferences(expected, actual, literals, place);
  return Object.is(expected, actual) ? [] : [line(place, expected, actual)];
}

function matchesText(expected: string, actual: unknown, literals: Literals): boolean {
  const length = /^(\d+) characters$/.exec(expected)?.[1];
  if (length !== undefined) return typeof actual === 'string' && actual.length === Number(length);
  if (expected === '<int>' && typeof actual === 'number') return Number.isInteger(actual);
  return typeof actual === 'string' && toPattern(expected, literals).test(actual);
}

function toPattern(expected: string, literals: Literals): RegExp {
  const parts = expected.split(/(<[a-z0-9.\- ]+>)/);
  const source = parts.map((part) => {
    const name = /^<(.+)>$/.exec(part)?.[1] ?? '';
    return PATTERNS[name] ?? escape(literals[name] ?? part);
  });
  return new RegExp(`^${source.join('')}$`);
}

function arrayDifferences(expected: unknown[], actual: unknown, literals: Literals, place: string): string[] {
  if (!Array.isArray(actual)) return [line(place, expected, actual)];
  const found: string[] = [];
  const seen = new Set<number>();
  actual.forEach((element: unknown, index) => {
    const shape = expected.findIndex((candidate) => differences(candidate, element, literals).length === 0);
    if (shape >= 0) seen.add(shape);
    else found.push(...nearest(expected, element, literals, `${place}[${index}]`));
  });
  expected.forEach((shape, index) => {
    if (found.length === 0 && !seen.has(index)) found.push(`${place}: recorded element missing ${short(shape)}`);
  });
  return found;
}

/** The recorded shape with the fewest differences tells most. */
function nearest(expected: unknown[], element: unknown, literals: Literals, place: string): string[] {
  const candidates = expected.map((shape) => differences(shape, element, literals, place));
  const [best] = candidates.sort((a, b) => a.length - b.length);
  return best ?? [`${place}: not recorded ${short(element)}`];
}

function objectDifferences(
  expected: Record<string, unknown>,
  actual: unknown,
  literals: Literals,
  place: string,
): string[] {
  if (!isObject(actual)) return [line(place, expected, actual)];
  const found: string[] = [];
  const unused = new Set(Object.keys(expected));
  for (const [key, value] of Object.entries(actual)) {
    const recorded = key in expected ? key : Object.keys(expected).find((name) => isPattern(name, key, literals));
    if (recorded === undefined) {
      found.push(`${place}.${key}: not recorded, got ${short(value)}`);
      continue;
    }
    unused.delete(recorded);
    found.push(...differences(expected[recorded], value, literals, `${place}.${key}`));
  }
  for (const key of unused) found.push(`${place}.${key}: missing, recorded ${short(expected[key])}`);
  return found;
}

function isPattern(name: string, key: string, literals: Literals): boolean {
  return name.includes('<') && toPattern(name, literals).test(key);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function line(place: string, expected: unknown, actual: unknown): string {
  return `${place || '(all)'}: recorded ${short(expected)}, got ${short(actual)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}
