import { Call } from '../http/call';
import { codedError, Json } from '../http/errors';
import { custom, Field, isEnum, isIsoDate } from '../http/validation';
import { Booking, EventType } from '../store/records';

export const STATUSES = ['upcoming', 'recurring', 'past', 'cancelled', 'unconfirmed'];
export const STATUS_TEXT = `Invalid status. Allowed are ${STATUSES.join(', ')}`;

const order = (name: string): Field => ({ name, rules: [isEnum(['asc', 'desc'])], optional: true });
const plain = (name: string): Field => ({ name, rules: [], optional: true });

function date(name: string): Field {
  const text = 'fromDate must be a valid ISO 8601 date.';
  return { name, rules: [custom('isIso8601', text, isIsoDate)], optional: true };
}

/** What both ways of paging take; they differ in `status` and in what names the page. */
export const FILTER_FIELDS: Field[] = [
  ...['attendeeEmail', 'attendeeName', 'bookingUid', 'eventTypeIds', 'eventTypeId', 'teamsIds', 'teamId'].map(plain),
  ...['afterStart', 'beforeEnd', 'afterCreatedAt', 'beforeCreatedAt', 'afterUpdatedAt', 'beforeUpdatedAt'].map(date),
  ...['sortStart', 'sortEnd', 'sortCreated', 'sortUpdatedAt'].map(order),
];

export interface BookingFilter {
  attendeeEmail?: string;
  attendeeName?: string;
  bookingUid?: string;
  eventTypeId?: string;
  eventTypeIds?: string;
  teamId?: string;
  teamsIds?: string;
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
}

/** Query values are text; the pipe sees numbers. */
export function withNumbers(query: Call['query'], names: string[]): Json {
  const values: Json = { ...query };
  for (const name of names) if (values[name] !== undefined) values[name] = Number(values[name]);
  return values;
}

const ms = (text: string): number => Date.parse(text);

const numbers = (one: string | undefined, several: string | undefined): number[] =>
  [one, ...(several?.split(',') ?? [])].filter((id) => id !== undefined).map(Number);

/**
 * Those that a filter asks for, without its times of creation and change: the totals of a list count no further.
 * Throws 400 when none of the event types exists.
 */
export async function matching(
  { sandbox }: Call,
  bookings: Booking[],
  filter: BookingFilter,
  statuses: string[],
): Promise<Booking[]> {
  const types = await sandbox.eventTypes.byIds([...new Set(bookings.map(({ eventTypeId }) => eventTypeId))]);
  const asked = numbers(filter.eventTypeId, filter.eventTypeIds);
  const known = await sandbox.eventTypes.byIds(asked.filter((id) => Number.isSafeInteger(id)));
  if (asked.length > 0 && known.length === 0) {
    throw codedError(400, 'TRPCError', 'The requested event-types do not exist.');
  }
  const teams = numbers(filter.teamId, filter.teamsIds);
  const ofTeams = (await Promise.all(teams.map((id) => sandbox.eventTypes.ofTeam(id)))).flat();
  return bookings.filter((booking) => {
    const type = types.find(({ id }) => id === booking.eventTypeId);
    return (
      isOfAny(type, known) &&
      // A team without event types, or one that does not exist, filters nothing.
      isOfAny(type, ofTeams) &&
      hasStatus(booking, statuses, sandbox.now()) &&
      isAbout(booking, filter) &&
      liesWithin(booking, filter)
    );
  });
}

/** The children of a managed type count as it. */
function isOfAny(type: EventType | undefined, wanted: EventType[]): boolean {
  return wanted.length === 0 || wanted.some(({ id }) => id === type?.id || id === type?.parentId);
}

function hasStatus(booking: Booking, statuses: string[], now: number): boolean {
  return statuses.length === 0 || statuses.some((status) => isOfStatus(booking, status, now));
}

/** A pending booking is both unconfirmed and upcoming, unless it belongs to a series. */
function isOfStatus({ status, endMs, details }: Booking, asked: string, now: number): boolean {
  const ahead = endMs > now;
  const over = status === 'cancelled' || status === 'rejected';
  const recurring = details.recurringUid !== undefined;
  const verdicts: Record<string, boolean> = {
    upcoming: ahead && (recurring ? status === 'accepted' : !over),
    recurring: ahead && !over && recurring,
    past: !ahead && !over,
    cancelled: over,
    unconfirmed: ahead && status === 'pending',
  };
  return verdicts[asked] ?? false;
}

/** Whole words only, spaces around them aside. */
function isAbout({ uid, details }: Booking, filter: BookingFilter): boolean {
  const [email, name, bookingUid] = [filter.attendeeEmail, filter.attendeeName, filter.bookingUid].map((text) =>
    text?.trim(),
  );
  if (bookingUid && uid !== bookingUid) return false;
  if (!email && !name) return true;
  return details.attendees.some(
    (attendee) => (!email || attendee.email === email) && (!name || attendee.name === name),
  );
}

function liesWithin({ startMs, endMs }: Booking, { afterStart, beforeEnd }: BookingFilter): boolean {
  return (!afterStart || startMs >= ms(afterStart)) && (!beforeEnd || endMs <= ms(beforeEnd));
}

/** Whether the times of creation and of the last change are within what the filter says. */
export function madeWithin({ createdMs, updatedMs }: Booking, filter: BookingFilter): boolean {
  const within = (at: number, after: string | undefined, before: string | undefined): boolean =>
    (!after || at >= ms(after)) && (!before || at <= ms(before));
  return (
    within(createdMs, filter.afterCreatedAt, filter.beforeCreatedAt) &&
    within(updatedMs, filter.afterUpdatedAt, filter.beforeUpdatedAt)
  );
}

export interface Order {
  by: 'startMs' | 'endMs' | 'createdMs' | 'updatedMs';
  descending: boolean;
}

/** The first sort named counts. Without one, by start; what is past or cancelled begins with the latest. */
export function orderOf(filter: BookingFilter, statuses: string[]): Order {
  const asked: [Order['by'], string | undefined][] = [
    ['startMs', filter.sortStart],
    ['endMs', filter.sortEnd],
    ['createdMs', filter.sortCreated],
    ['updatedMs', filter.sortUpdatedAt],
  ];
  const named = asked.find(([, direction]) => direction !== undefined);
  if (named) return { by: named[0], descending: named[1] === 'desc' };
  const [only, more] = statuses;
  return { by: 'startMs', descending: more === undefined && (only === 'past' || only === 'cancelled') };
}

/** What places a booking in an order: its time, and its id between equal times. */
export interface Place {
  at: number;
  id: number;
}

export const placeOf = (booking: Booking, { by }: Order): Place => ({ at: booking[by], id: booking.id });

export function compare(a: Place, b: Place, { descending }: Order): number {
  return (descending ? -1 : 1) * (a.at - b.at || a.id - b.id);
}

export function inOrder(bookings: Booking[], order: Order): Booking[] {
  return [...bookings].sort((a, b) => compare(placeOf(a, order), placeOf(b, order), order));
}
