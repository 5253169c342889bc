import { DateTime } from 'luxon';
import { badRequest, codedError, Json } from '../http/errors';
import * as check from '../http/validation';
import { EventTypeInput } from '../store/records';

/** In the order in which the measured servers list them. */
const LANGUAGES = (
  'ar, ca, de, es, eu, he, id, ja, lv, pl, ro, sr, th, vi, az, cs, el, es-419, fi, hr, it, km, nl, pt, ru, sv, tr, ' +
  'zh-CN, bg, da, en, et, fr, hu, iw, ko, no, pt-BR, sk, ta, uk, zh-TW, bn'
).split(', ');

const METADATA_TEXT =
  'Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters.';
const SELECTOR = 'eventTypeId or eventTypeSlug + username';
const SELECTOR_TEXT = 'Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided';

const ATTENDEE: check.Field[] = [
  { name: 'name', rules: [check.isString] },
  { name: 'email', rules: [check.isString], optional: true },
  { name: 'timeZone', rules: [check.isTimeZone] },
  { name: 'phoneNumber', rules: [check.isString], optional: true },
  { name: 'language', rules: [check.isEnum(LANGUAGES)], optional: true },
];

const named = (name: string, ...rules: check.Rule[]): check.Field => ({ name, rules, optional: true });

const CREATE: check.Field[] = [
  { name: 'start', rules: [check.isDateString] },
  named('lengthInMinutes', check.isNumber),
  { name: 'attendee', rules: [check.isDefined], nested: ATTENDEE },
  named('eventTypeId', check.isNumber),
  named('eventTypeSlug', check.isString),
  named('username', check.isString),
  named('teamSlug', check.isString),
  named('organizationSlug', check.isString),
  named('guests', check.isArray),
  named('meetingUrl', check.isString),
  named('location', check.isObject),
  named('metadata', check.custom('isMetadata', METADATA_TEXT, isMetadata)),
  named('bookingFieldsResponses', check.isObject),
  named('recurrenceCount', check.isNumber),
  named('emailVerificationCode', check.isString),
  named('routing', check.isObject),
  {
    name: SELECTOR,
    rules: [check.custom('selector', SELECTOR_TEXT, (_value, body) => hasSelector(body))],
  },
];

function isMetadata(value: unknown): boolean {
  if (!check.isPlainObject(value)) return false;
  const entries = Object.entries(value);
  const short = entries.every(([key, item]) => key.length <= 40 && (typeof item !== 'string' || item.length <= 500));
  return entries.length <= 50 && short;
}

function hasSelector(body: Json): boolean {
  if (typeof body.eventTypeId === 'number') return true;
  return Boolean(body.eventTypeSlug) && Boolean(body.username ?? body.teamSlug);
}

export interface AttendeeInput {
  name: string;
  email?: string;
  timeZone: string;
  phoneNumber?: string;
  language?: string;
}

export interface BookingInput {
  start: string;
  lengthInMinutes?: number;
  attendee: AttendeeInput;
  eventTypeId?: number;
  eventTypeSlug?: string;
  username?: string;
  teamSlug?: string;
  guests?: string[];
  location?: Json;
  metadata?: Record<string, string>;
  bookingFieldsResponses?: Json;
  recurrenceCount?: number;
}

/** Throws 400 with all reasons in one sentence; unknown properties are refused. */
export function readBookingInput(body: unknown): BookingInput {
  return check.strictPipe(CREATE, body) as unknown as BookingInput;
}

const RESCHEDULE: check.Field[] = [
  { name: 'start', rules: [check.isDateString] },
  named('rescheduledBy', check.isString),
  named('reschedulingReason', check.isString),
  named('seatUid', check.isString),
  named('emailVerificationCode', check.isString),
];

const CANCEL: check.Field[] = [
  named('cancellationReason', check.isString),
  named('cancelSubsequentBookings', check.isBoolean),
  named('seatUid', check.isString),
];

export interface RescheduleInput {
  start: string;
  rescheduledBy?: string;
  reschedulingReason?: string;
  seatUid?: string;
}

export interface CancelInput {
  cancellationReason?: string;
  cancelSubsequentBookings?: boolean;
  seatUid?: string;
}

export const readRescheduleInput = (body: unknown): RescheduleInput =>
  check.strictPipe(RESCHEDULE, body ?? {}) as unknown as RescheduleInput;

export const readCancelInput = (body: unknown): CancelInput => check.strictPipe(CANCEL, body ?? {});

/** A start without a zone is UTC, and a bare date is its midnight, as on the measured servers. */
export const instantOf = (text: string): number => DateTime.fromISO(text, { zone: 'utc' }).toMillis();

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What the inner schema refuses after the pipe let it through. Throws 400 with another code. */
export function checkResponses(input: BookingInput, eventType: EventTypeInput): void {
  for (const [key, value] of Object.entries(input.metadata ?? {})) {
    if (typeof value === 'string') continue;
    const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    throw codedError(400, 'BAD_REQUEST', `metadata.${key} - Expected string, received ${kind}, `);
  }
  checkEmail(input.attendee.email);
  checkCustomFields(input.bookingFieldsResponses ?? {}, (eventType.bookingFields as Json[] | undefined) ?? []);
}

function checkEmail(email: string | undefined): void {
  if (email === undefined) throw codedError(400, 'BAD_REQUEST', 'responses - {email}error_required_field, ');
  if (!EMAIL.test(email)) throw codedError(400, 'BAD_REQUEST', 'responses - {email}email_validation_error, ');
}

function checkCustomFields(given: Json, fields: Json[]): void {
  for (const { slug, required } of fields) {
    if (required !== true || typeof slug !== 'string' || slug in given) continue;
    throw badRequest(`Missing required booking field response: ${slug}. Please add it to the request.`);
  }
}

/** Length in minutes. Throws 400 when the caller names one that the type does not offer. */
export function lengthOf(input: BookingInput, eventType: EventTypeInput): number {
  const options = eventType.lengthInMinutesOptions;
  if (input.lengthInMinutes === undefined) return eventType.lengthInMinutes;
  if (!options?.length) {
    throw badRequest(
      "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. " +
        "Please, remove the 'lengthInMinutes' field from the request.",
    );
  }
  if (options.includes(input.lengthInMinutes)) return input.lengthInMinutes;
  throw badRequest(
    "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. " +
      `The possible lengths are: ${options.join(', ')}`,
  );
}
