import { DIALLING, type Dialling, type NationalForm } from './calling-codes';

/** What people write between digits. */
const SEPARATORS = /[\s\u00a0().\-/\u2010-\u2015]/g;
/** The shortest numbers in use have eight digits with their country, and E.164 allows fifteen. */
const E164 = /^\+[1-9]\d{7,14}$/;
/** Shorter ones are numbers within a town, or not complete. */
const SIGNIFICANT_MIN = 7;

const SIGNIFICANT: Record<NationalForm, RegExp> = {
  zero: /^0([1-9]\d+)$/,
  whole: /^([1-9]\d+)$/,
  'whole-with-zero': /^(\d+)$/,
  one: /^1?([2-9]\d{9})$/,
  eight: /^8?([3-9]\d{9})$/,
  'zero-six': /^06([1-9]\d+)$/,
};

/**
 * A telephone number as E.164, `+` and 8 to 15 digits; undefined when it cannot be told. Whether the number is in use is
 * not looked at.
 *
 * @param country ISO 3166 code: where a number that names no country belongs.
 */
export function e164(written: string, country: string): string | undefined {
  // (0) stands for what is dialled only within the country.
  const dialled = written.trim().replace(/^(\+|00)(.*?)\(0\)/, '$1$2');
  const digits = dialled.replace(SEPARATORS, '');
  if (!/^\+?\d+$/.test(digits)) return undefined;
  const dialling = DIALLING.get(country);
  const number = international(digits, dialling) ?? national(digits, dialling);
  return number !== undefined && E164.test(number) ? number : undefined;
}

function international(digits: string, dialling: Dialling | undefined): string | undefined {
  if (digits.startsWith('+')) return digits;
  const prefix = dialling?.form === 'one' ? '011' : '00';
  return digits.startsWith(prefix) ? `+${digits.slice(prefix.length)}` : undefined;
}

function national(digits: string, dialling: Dialling | undefined): string | undefined {
  const significant = dialling && SIGNIFICANT[dialling.form].exec(digits)?.[1];
  if (!significant || significant.length < SIGNIFICANT_MIN) return undefined;
  return `+${dialling.callingCode}${significant}`;
}
