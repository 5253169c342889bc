import { DateTime } from 'luxon';
import { findEventType } from '../bookings/find-event-type';
import { Call, Handler, Reply, Route, success } from '../http/call';
import { Json, notFound } from '../http/errors';
import { custom, Field, isArray, isDateString, isNumber, isString, isTimeZone, strictPipe } from '../http/validation';
import { offeredSlots, slotsByDay } from '../offers/offered-slots';
import { EventType } from '../store/records';

const optional = (name: string, ...rules: Field['rules']): Field => ({ name, rules, optional: true });

const RANGE: Field[] = [
  { name: 'start', rules: [isDateString] },
  { name: 'end', rules: [isDateString] },
  optional('timeZone', isTimeZone),
  optional('duration', isNumber),
  optional('format', custom('isEnum', '$ must be one of the following values: range, time', isFormat)),
  optional('bookingUidToReschedule', isString),
];

function isFormat(value: unknown): boolean {
  return value === 'range' || value === 'time';
}

const eachString = custom('isString', 'each value in $ must be a string', (value) => Array.isArray(value));
const atLeastTwo = custom(
  'arrayMinSize',
  'The array must contain at least 2 elements.',
  (value) => Array.isArray(value) && value.length >= 2,
);

/** Each way to name the event type has a shape of its own; what names none is taken for a list of users. */
function fieldsFor(query: Json): Field[] {
  if (query.eventTypeId !== undefined) return [...RANGE, { name: 'eventTypeId', rules: [isNumber] }];
  if (query.eventTypeSlug !== undefined) {
    const owner = query.teamSlug === undefined ? 'username' : 'teamSlug';
    const names = ['eventTypeSlug', owner].map((name) => ({ name, rules: [isString] }));
    return [...RANGE, ...names, optional('organizationSlug', isString)];
  }
  return [
    ...RANGE,
    { name: 'usernames', rules: [eachString, atLeastTwo, isArray] },
    { name: 'organizationSlug', rules: [isString] },
  ];
}

interface SlotsInput {
  start: string;
  end: string;
  timeZone?: string;
  duration?: number;
  format?: string;
  bookingUidToReschedule?: string;
  eventTypeId?: number;
  eventTypeSlug?: string;
  username?: string;
  teamSlug?: string;
}

function readQuery(query: Call['query']): SlotsInput {
  const values: Json = { ...query };
  for (const name of ['eventTypeId', 'duration']) if (values[name] !== undefined) values[name] = Number(values[name]);
  if (typeof values.usernames === 'string') values.usernames = values.usernames.split(',');
  return strictPipe(fieldsFor(values), values) as unknown as SlotsInput;
}

async function typeAsked(call: Call, input: SlotsInput): Promise<EventType> {
  if (input.username !== undefined && !(await call.sandbox.accounts.byUsername(input.username))) {
    throw notFound(`User with username ${input.username} not found`);
  }
  const selector = { ...input, start: '', attendee: { name: '', timeZone: '' } };
  return findEventType(call.sandbox, selector).catch(() => {
    throw notFound('Event Type not found');
  });
}

const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/** A bare date is a day of UTC, whatever zone was asked for; its end is 23:59:59. */
function instant(text: string, endOfDay: boolean): number {
  const at = DateTime.fromISO(text, { zone: 'utc' });
  return (endOfDay && DATE_ONLY.test(text) ? at.endOf('day').startOf('second') : at).toMillis();
}

async function listSlots(call: Call): Promise<Reply> {
  const input = readQuery(call.query);
  const eventType = await typeAsked(call, input);
  const data = await call.sandbox.slotsCache.through(JSON.stringify([eventType.id, input]), () =>
    answer(call, eventType, input),
  );
  return success(data);
}

async function answer({ sandbox }: Call, eventType: EventType, input: SlotsInput): Promise<Json> {
  const moving = input.bookingUidToReschedule ? await sandbox.bookings.byUid(input.bookingUidToReschedule) : undefined;
  const question = {
    eventType,
    range: { startMs: instant(input.start, false), endMs: instant(input.end, true) },
    timeZone: input.timeZone,
    lengthMinutes: input.duration ?? eventType.input.lengthInMinutes,
    moving,
  };
  const slots = await offeredSlots(sandbox, question);
  return slotsByDay(sandbox, question, slots, input.format === 'range');
}

const OLD_QUERY: Field[] = [
  { name: 'startTime', rules: [isDateString] },
  { name: 'endTime', rules: [isDateString] },
  optional('eventTypeId', isNumber),
  optional('eventTypeSlug', isString),
  optional('usernameList', isArray),
  optional('timeZone', isTimeZone),
  optional('duration', isNumber),
  optional('slotFormat', isString),
];

/** `GET /v2/slots/available`, which exists only for older and unknown versions. */
async function listOldSlots(call: Call): Promise<Reply> {
  const values: Json = { ...call.query };
  for (const name of ['eventTypeId', 'duration']) if (values[name] !== undefined) values[name] = Number(values[name]);
  if (typeof values.usernameList === 'string') values.usernameList = [values.usernameList];
  const old = strictPipe(OLD_QUERY, values) as Json & { startTime: string; endTime: string; usernameList?: string[] };
  const input = { ...old, start: old.startTime, end: old.endTime, username: old.usernameList?.[0] } as SlotsInput;
  const days = await answer(call, await typeAsked(call, input), { ...input, format: 'range' });
  const slots = Object.fromEntries(
    Object.entries(days).map(([day, found]) => [
      day,
      (found as { start: string; end: string }[]).map(({ start, end }) =>
        old.slotFormat === 'range' ? { startTime: start, endTime: end } : { time: start },
      ),
    ]),
  );
  return success({ slots });
}

const route = (path: string, family: Route['family'], handler: Handler): Route => ({
  operation: 'slots.list',
  method: 'GET',
  path,
  access: 'public',
  family,
  handler,
});

export const slotRoutes: Route[] = [
  route('/v2/slots', 'slots', listSlots),
  route('/v2/slots/available', 'slots-old', listOldSlots),
];
