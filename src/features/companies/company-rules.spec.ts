import { canonicalLocale, isCountryCode, isPageOrigin } from './company-rules';

describe('a locale', () => {
  it.each([
    ['DE-de', 'de-DE'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['en', 'en'],
  ])('%s is kept as %s', (given, kept) => expect(canonicalLocale(given)).toBe(kept));

  it.each(['', 'de_DE', 'english', 'xx', '../..', 'a'.repeat(40), '\u0000'])('is refused when it is %j', (given) => {
    expect(canonicalLocale(given)).toBeUndefined();
  });
});

describe('a country', () => {
  it.each(['DE', 'GB', 'US', 'NP'])('%s is known', (code) => expect(isCountryCode(code)).toBe(true));
  it.each(['de', 'UK', 'EU', 'ZZ', 'QQ', 'DEU', '49', ''])('is refused when it is %j', (code) => {
    expect(isCountryCode(code)).toBe(false);
  });
});

describe('the origin of a page', () => {
  it.each(['https://book.example.com', 'https://example.com:8443', 'http://localhost', 'http://localhost:5173'])(
    'may be %s',
    (origin) => expect(isPageOrigin(origin)).toBe(true),
  );

  it.each([
    'http://example.com',
    'https://example.com/',
    'https://example.com/page',
    'https://EXAMPLE.com',
    'https://example.com:443',
    'https://user@example.com',
    'http://localhost.example.com',
    'https://*.example.com',
    'null',
    '*',
    '',
  ])('must not be %j, which no browser sends or nobody should trust', (origin) => {
    expect(isPageOrigin(origin)).toBe(false);
  });
});
