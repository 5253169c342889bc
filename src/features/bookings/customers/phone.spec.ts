import { e164 } from './phone';

describe('a telephone number', () => {
  it.each([
    ['0151 1234567', 'DE', '+491511234567'],
    ['(030) 901820-0', 'DE', '+49309018200'],
    ['0049 151/1234567', 'DE', '+491511234567'],
    ['+49 (0)151 1234567', 'DE', '+491511234567'],
    ['0049(0)151 1234567', 'IT', '+491511234567'],
    ['+49\u00a0151\u20111234567', 'AT', '+491511234567'],
    ['0664 1234567', 'AT', '+436641234567'],
    ['06 6982 1234', 'IT', '+390669821234'],
    ['347 1234567', 'IT', '+393471234567'],
    ['612 345 678', 'ES', '+34612345678'],
    ['(415) 555-2671', 'US', '+14155552671'],
    ['1 415 555 2671', 'US', '+14155552671'],
    ['011 49 151 1234567', 'US', '+491511234567'],
    ['8 (912) 345-67-89', 'RU', '+79123456789'],
    ['06 30 123 4567', 'HU', '+36301234567'],
  ])('written as %s in %s is %s', (written, country, expected) => {
    expect(e164(written, country)).toBe(expected);
  });

  it.each([
    ['without a sign of its country', '151 1234567', 'DE'],
    ['of a country whose way of writing is not known here', '0151 1234567', 'AR'],
    ['that is too short', '0151 123', 'DE'],
    ['that is too short for any country', '+49123', 'DE'],
    ['that is too long', '+491234567890123456', 'DE'],
    ['with letters', '0800 FLOWERS', 'DE'],
    ['with an extension', '030 901820 ext 5', 'DE'],
    ['of no digits', '', 'DE'],
    ['with two plus signs', '++49151 1234567', 'DE'],
    ['in a country code that begins with 0', '+0151 1234567', 'DE'],
    ['with a 0 where numbers have none', '0612 345 678', 'ES'],
    ['with too few digits for its plan', '555-2671', 'US'],
  ])('%s is not guessed', (_, written, country) => {
    expect(e164(written, country)).toBeUndefined();
  });

  it('is the same when it is normalised again, anywhere', () => {
    for (const country of ['DE', 'IT', 'US', 'RU', 'ZZ']) expect(e164('+491511234567', country)).toBe('+491511234567');
  });
});
