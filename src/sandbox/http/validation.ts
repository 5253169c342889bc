import { DateTime, IANAZone } from 'luxon';
import { ApiError, badRequest, Json, validationError } from './errors';

export interface Rule {
  name: string;
  message: (property: string) => string;
  holds: (value: unknown, body: Json) => boolean;
}

export interface Field {
  name: string;
  rules: Rule[];
  /** An absent or null optional field is not checked. */
  optional?: boolean;
  nested?: Field[];
}

interface Failure {
  target?: Json;
  value?: unknown;
  property: string;
  children: Failure[];
  constraints?: Record<string, string>;
}

const rule = (name: string, text: string, holds: Rule['holds']): Rule => ({
  name,
  message: (property) => text.replaceAll('$', property),
  holds,
});

export const ISO_DATE_TEXT = '$ must be a valid ISO 8601 date string';
export const isString = rule('isString', '$ must be a string', (value) => typeof value === 'string');
export const isBoolean = rule('isBoolean', '$ must be a boolean value', (value) => typeof value === 'boolean');
export const isInt = rule('isInt', '$ must be an integer number', (value) => Number.isInteger(value));
export const isObject = rule('isObject', '$ must be an object', isPlainObject);
export const isDefined = rule(
  'isDefined',
  '$ should not be null or undefined',
  (value) => value !== undefined && value !== null,
);
export const isArray = rule('isArray', '$ must be an array', Array.isArray);
export const isNumber = rule(
  'isNumber',
  '$ must be a number conforming to the specified constraints',
  (value) => typeof value === 'number' && Number.isFinite(value),
);
export const isDateString = rule('isDateString', ISO_DATE_TEXT, (value) => isIsoDate(value));
export const isTimeZone = rule('isTimeZone', '$ must be a valid IANA time-zone', isZoneName);
export const minimum = (min: number): Rule =>
  rule('min', `$ must not be less than ${min}`, (value) => typeof value === 'number' && value >= min);
export const maximum = (max: number): Rule =>
  rule('max', `$ must not be greater than ${max}`, (value) => typeof value === 'number' && value <= max);
export const isIn = (values: readonly unknown[]): Rule =>
  rule('isIn', `$ must be one of the following values: ${values.join(', ')}`, (value) => values.includes(value));
export const isEnum = (values: readonly string[], text?: string): Rule =>
  rule('isEnum', text ?? `$ must be one of the following values: ${values.join(', ')}`, (value) =>
    values.includes(value as string),
  );
export const eachIn = (values: readonly string[], text: string): Rule =>
  rule('isEnum', text, (value) => Array.isArray(value) && value.every((item) => values.includes(item as string)));
export const custom = (name: string, text: string, holds: Rule['holds']): Rule => rule(name, text, holds);

export function isPlainObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isIsoDate(value: unknown): boolean {
  return typeof value === 'string' && DateTime.fromISO(value).isValid;
}

/** Any letter case, as the measured servers accept it. */
export function isZoneName(value: unknown): boolean {
  return typeof value === 'string' && IANAZone.isValidZone(value);
}

function checkField(field: Field, body: Json, forbidUnknown: boolean): Failure | undefined {
  const value = body[field.name];
  if (field.optional && (value === undefined || value === null)) return undefined;
  const failed = field.rules.filter(({ holds }) => !holds(value, body));
  const children = field.nested && isPlainObject(value) ? findFailures(field.nested, value, forbidUnknown) : [];
  if (failed.length === 0 && children.length === 0) return undefined;
  const constraints = Object.fromEntries(failed.map(({ name, message }) => [name, message(field.name)]));
  return { target: body, value, property: field.name, children, ...(failed.length > 0 && { constraints }) };
}

function findFailures(fields: Field[], body: Json, forbidUnknown: boolean): Failure[] {
  const known = new Set(fields.map(({ name }) => name));
  const unknown = forbidUnknown ? Object.keys(body).filter((name) => !known.has(name)) : [];
  return [
    ...unknown.map((property) => ({
      property,
      children: [],
      constraints: { whitelistValidation: `property ${property} should not exist` },
    })),
    ...fields.map((field) => checkField(field, body, forbidUnknown)).filter((failure) => failure !== undefined),
  ];
}

/** Drops what the fields do not name, as the global pipe's whitelist does before it echoes `target`. */
export function keepKnown(fields: Field[], body: Json): Json {
  return Object.fromEntries(
    fields.filter(({ name }) => body[name] !== undefined).map(({ name }) => [name, body[name]]),
  );
}

/** The global pipe: unknown properties are dropped silently. Throws 400 with `details.errors`. */
export function globalPipe(fields: Field[], body: unknown): Json {
  const known = keepKnown(fields, isPlainObject(body) ? body : {});
  const failures = findFailures(fields, known, false);
  if (failures.length > 0) throw validationError(failures as unknown as Json[]);
  return known;
}

function sentence(failure: Failure): string {
  const reasons = Object.values(failure.constraints ?? {}).join(', ');
  const inner = failure.children.map(sentence).join(', ');
  return failure.constraints
    ? `${failure.property} property is wrong,${reasons} ${inner}`
    : `${failure.property} property is wrong, ${inner}`;
}

/** The pipe of slots and bookings: unknown properties are refused, all reasons in one sentence. Throws 400. */
export function strictPipe(fields: Field[], body: unknown): Json {
  if (!isPlainObject(body)) throw unknownValue();
  const failures = findFailures(fields, body, true);
  if (failures.length > 0) throw badRequest(failures.map(sentence).join(', '));
  return keepKnown(fields, body);
}

function unknownValue(): ApiError {
  return badRequest('undefined property is wrong,an unknown value was passed to the validate function ');
}
