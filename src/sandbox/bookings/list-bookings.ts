import { Call, caller, Reply, success } from '../http/call';
import { codedError, Json } from '../http/errors';
import { custom, Field, globalPipe, isEnum, isInt, isIsoDate, maximum, minimum } from '../http/validation';
import { Booking } from '../store/records';
import { showBookings } from './booking-view';

const STATUSES = ['upcoming', 'recurring', 'past', 'cancelled', 'unconfirmed'];
const DEFAULT_TAKE = 100;
const MAXIMUM_TAKE = 250;

const order = (name: string): Field => ({ name, rules: [isEnum(['asc', 'desc'])], optional: true });
const plain = (name: string): Field => ({ name, rules: [], optional: true });

function date(name: string): Field {
  const text = 'fromDate must be a valid ISO 8601 date.';
  return { name, rules: [custom('isIso8601', text, isIsoDate)], optional: true };
}

const statusRule = custom('isEnum', `Invalid status. Allowed are ${STATUSES.join(', ')}`, (value) =>
  (value as string[]).every((status) => STATUSES.includes(status)),
);

const FIELDS: Field[] = [
  { name: 'status', rules: [statusRule], optional: true },
  ...['attendeeEmail', 'attendeeName', 'bookingUid', 'eventTypeIds', 'eventTypeId', 'teamsIds', 'teamId'].map(plain),
  ...['afterStart', 'beforeEnd', 'afterCreatedAt', 'beforeCreatedAt', 'afterUpdatedAt', 'beforeUpdatedAt'].map(date),
  ...['sortStart', 'sortEnd', 'sortCreated', 'sortUpdatedAt'].map(order),
  { name: 'take', rules: [isInt, minimum(1), maximum(MAXIMUM_TAKE)], optional: true },
  { name: 'skip', rules: [isInt, minimum(0)], optional: true },
];

interface Filter {
  status?: string[];
  attendeeEmail?: string;
  attendeeName?: string;
  bookingUid?: string;
  eventTypeId?: string;
  eventTypeIds?: string;
  afterStart?: string;
  beforeEnd?: string;
  afterCreatedAt?: string;
  beforeCreatedAt?: string;
  afterUpdatedAt?: string;
  beforeUpdatedAt?: string;
  sortStart?: string;
  sortEnd?: string;
  sortCreated?: string;
  sortUpdatedAt?: string;
  take?: number;
  skip?: number;
}

/** Query values are text; the pipe sees numbers and lists. */
function readFilter(query: Call['query']): Filter {
  const values: Json = { ...query };
  for (const name of ['take', 'skip']) if (values[name] !== undefined) values[name] = Number(values[name]);
  if (typeof values.status === 'string') values.status = values.status.split(',');
  return globalPipe(FIELDS, values);
}

const ms = (text: string): number => Date.parse(text);

/** Own bookings, hosted or attended. `afterUpdatedAt` thins out the page, but not the totals, as measured. */
export async function listBookings(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const filter = readFilter(call.query);
  const account = caller(call);
  const typeIds = typeIdsOf(filter);
  await checkTypes(call, typeIds);
  const all = await sandbox.bookings.ofAccount(account.id, account.email);
  const found = all.filter(
    (booking) =>
      (typeIds.length === 0 || typeIds.includes(booking.eventTypeId)) &&
      hasStatus(booking, filter.status, sandbox.now()) &&
      matchesAttendee(booking, filter) &&
      liesWithin(booking, filter),
  );
  const sorted = sort(found, filter);
  const { take = DEFAULT_TAKE, skip = 0 } = filter;
  const page = sorted.slice(skip, skip + take).filter((booking) => updatedWithin(booking, filter));
  const data = await showBookings(sandbox, page);
  return success(data, 200, { pagination: pagination(found.length, page.length, take, skip) });
}

function typeIdsOf({ eventTypeId, eventTypeIds }: Filter): number[] {
  return [eventTypeId, ...(eventTypeIds?.split(',') ?? [])].filter((id) => id !== undefined).map(Number);
}

async function checkTypes({ sandbox }: Call, ids: number[]): Promise<void> {
  const found = await sandbox.eventTypes.byIds(ids.filter((id) => Number.isInteger(id)));
  if (found.length < new Set(ids).size) throw codedError(400, 'TRPCError', 'Event types not found');
}

function hasStatus(booking: Booking, statuses: string[] | undefined, now: number): boolean {
  return !statuses || statuses.some((status) => isOfStatus(booking, status, now));
}

function isOfStatus({ status, endMs, details }: Booking, asked: string, now: number): boolean {
  const ahead = endMs > now;
  const over = status === 'cancelled' || status === 'rejected';
  const verdicts: Record<string, boolean> = {
    upcoming: ahead && status === 'accepted',
    recurring: ahead && !over && details.recurringUid !== undefined,
    past: !ahead && !over,
    cancelled: over,
    unconfirmed: ahead && status === 'pending',
  };
  return verdicts[asked] ?? false;
}

function matchesAttendee({ uid, details }: Booking, filter: Filter): boolean {
  const { attendeeEmail, attendeeName, bookingUid } = filter;
  if (bookingUid !== undefined && uid !== bookingUid) return false;
  return details.attendees.some(
    ({ email, name }) =>
      (attendeeEmail === undefined || email === attendeeEmail) && (attendeeName === undefined || name === attendeeName),
  );
}

function liesWithin({ startMs, endMs, createdMs }: Booking, filter: Filter): boolean {
  const { afterStart, beforeEnd, afterCreatedAt, beforeCreatedAt } = filter;
  return (
    (!afterStart || startMs >= ms(afterStart)) &&
    (!beforeEnd || endMs <= ms(beforeEnd)) &&
    (!afterCreatedAt || createdMs >= ms(afterCreatedAt)) &&
    (!beforeCreatedAt || createdMs <= ms(beforeCreatedAt))
  );
}

function updatedWithin({ updatedMs }: Booking, { afterUpdatedAt, beforeUpdatedAt }: Filter): boolean {
  return (!afterUpdatedAt || updatedMs >= ms(afterUpdatedAt)) && (!beforeUpdatedAt || updatedMs <= ms(beforeUpdatedAt));
}

function sort(bookings: Booking[], filter: Filter): Booking[] {
  const keys: [string | undefined, (booking: Booking) => number][] = [
    [filter.sortStart, ({ startMs }) => startMs],
    [filter.sortEnd, ({ endMs }) => endMs],
    [filter.sortCreated, ({ createdMs }) => createdMs],
    [filter.sortUpdatedAt, ({ updatedMs }) => updatedMs],
  ];
  const [direction, value] = keys.find(([asked]) => asked !== undefined) ?? ['asc', ({ startMs }: Booking) => startMs];
  const sign = direction === 'desc' ? -1 : 1;
  return [...bookings].sort((a, b) => sign * (value(a) - value(b)) || sign * (a.id - b.id));
}

function pagination(totalItems: number, returnedItems: number, take: number, skip: number): Json {
  const totalPages = Math.ceil(totalItems / take);
  const currentPage = Math.min(Math.floor(skip / take) + 1, totalPages);
  return {
    returnedItems,
    totalItems,
    itemsPerPage: take,
    remainingItems: Math.max(0, totalItems - skip - take),
    currentPage,
    totalPages,
    hasNextPage: currentPage < totalPages,
    hasPreviousPage: currentPage > 1,
  };
}
