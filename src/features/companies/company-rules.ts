import { registerDecorator } from 'class-validator';

/** The canonical BCP 47 tag (`de-de` -> `de-DE`) of a language that this runtime knows, or undefined. */
export function canonicalLocale(tag: string): string | undefined {
  if (tag.length > 35) return undefined;
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    return canonical && Intl.DateTimeFormat.supportedLocalesOf(canonical).length > 0 ? canonical : undefined;
  } catch {
    return undefined;
  }
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** Two letters that have a name but are no country: groups, placeholders and withdrawn or reserved codes. */
const NO_COUNTRIES = new Set([
  'EU',
  'EZ',
  'UN',
  'QO',
  'XA',
  'XB',
  'ZZ',
  'UK',
  'AN',
  'CS',
  'DD',
  'FX',
  'SU',
  'TP',
  'YU',
  'ZR',
]);

/** Whether this is an ISO 3166-1 code in capital letters. `UK` is not: it is `GB`. */
export function isCountryCode(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && !NO_COUNTRIES.has(code) && countryNames.of(code) !== undefined;
}

/** `https://host[:port]`, or `http://localhost[:port]` for people who build a page; exactly as browsers send it. */
export function isPageOrigin(text: string): boolean {
  // A star is no wildcard anywhere: the listed text is compared as it is.
  if (text.length > 200 || text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'));
}

function textRule(name: string, test: (text: string) => boolean, message: string) {
  return ({ each = false } = {}) =>
    (target: object, propertyName: string): void =>
      registerDecorator({
        name,
        target: target.constructor,
        propertyName,
        options: { message: `$property ${message}`, each },
        validator: { validate: (value: unknown) => typeof value === 'string' && test(value) },
      });
}

export const IsLocale = textRule(
  'isKnownLocale',
  (tag) => canonicalLocale(tag) !== undefined,
  'must be a BCP 47 tag such as de-DE',
);
export const IsCountryCode = textRule('isCountryCode', isCountryCode, 'must be an ISO 3166 code such as DE');
export const IsPageOrigin = textRule(
  'isPageOrigin',
  isPageOrigin,
  'must be an origin such as https://book.example.com, without path, or http://localhost',
);
