import { SchedulingError } from '../../scheduling/scheduling-error';
import type { BookingFilter, BookingSearch, EpochMs, Page, PageRequest, ProviderBooking } from '../../scheduling/words';
import { CalcomV2Client } from './client';
import { carriesRef, toBooking, toInstant } from './mapper';
import type { Caller, Query } from './call';
import type { WireBooking } from './wire';

/** Most that an answer holds: with a cursor, and by `take` and `skip`. */
const CURSOR_PAGE = 100;
const SKIP_PAGE = 250;
/** 10,000 bookings of one attendee are no search any more; better no answer than a wrong "not found". */
const PAGES_MAX = 100;
/** Bounds are widened, so that a rounding of milliseconds at the server cannot hide a booking. */
const MARGIN_MS = 60_000;

const SORT_NAMES = { start: 'sortStart', end: 'sortEnd', created: 'sortCreated', updated: 'sortUpdatedAt' } as const;

/** Where a list goes on: after so many bookings, at the server's own cursor, or at an instant of change. */
type Place = { skip: number } | { cursor: string } | { sinceMs: EpochMs; skip: number };

interface WirePage {
  items: WireBooking[];
  next?: Place;
}

interface Part {
  place?: Place;
  size: number;
  byCursor: boolean;
}

/** Lists of bookings, in whichever way the connection's server pages them. */
export class BookingLists {
  constructor(private readonly client: CalcomV2Client) {}

  /** Which list the server has: one that does not know the newer version answers as if asked for its oldest. */
  async paging(caller: Caller): Promise<'pages' | 'cursor'> {
    try {
      await this.client.listBookingsByCursor(caller, { limit: 1 });
      return 'cursor';
    } catch (error) {
      if (isOtherList(error)) return 'pages';
      throw error;
    }
  }

  async list(
    caller: Caller,
    filter: BookingFilter,
    { cursor, size = CURSOR_PAGE }: PageRequest,
  ): Promise<Page<ProviderBooking>> {
    const place = cursor === undefined ? undefined : read(cursor);
    if (place && 'sinceMs' in place) throw strangeCursor();
    return toPage(await this.page(caller, filterQuery(filter), { place, size, byCursor: byCursor(caller, filter) }));
  }

  /**
   * Goes on from the last change that was seen, not from a number of bookings: one that changes meanwhile moves to the
   * end of the list, and the one behind it would be skipped.
   */
  async changedSince(
    caller: Caller,
    sinceMs: EpochMs,
    { cursor, size = CURSOR_PAGE }: PageRequest,
  ): Promise<Page<ProviderBooking>> {
    const place = cursor === undefined ? { sinceMs, skip: 0 } : read(cursor);
    if (!('sinceMs' in place)) throw strangeCursor();
    const query = filterQuery({ updatedAfterMs: place.sinceMs - 1, sort: { by: 'updated', order: 'ascending' } });
    const { items } = await this.page(caller, query, { place: { skip: place.skip }, size, byCursor: false });
    if (items.length < size) return toPage({ items });
    const lastMs = Math.max(...items.map(({ updatedAt }) => (updatedAt ? Date.parse(updatedAt) : 0)));
    const moved = lastMs > place.sinceMs;
    return toPage({ items, next: moved ? { sinceMs: lastMs, skip: 0 } : { ...place, skip: place.skip + size } });
  }

  async findByRef(caller: Caller, ref: string, search: BookingSearch): Promise<ProviderBooking | undefined> {
    const list = byCursor(caller) ? { byCursor: true, size: CURSOR_PAGE } : { byCursor: false, size: SKIP_PAGE };
    let place: Place | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const found = await this.page(caller, searchQuery(search), { place, ...list });
      // A moved booking copies the metadata, the ref included: only the first of the chain was made by this attempt.
      const ours = found.items.find((wire) => !wire.rescheduledFromUid && carriesRef(wire, ref));
      if (ours) return toBooking(ours, ref);
      if (!found.next) return undefined;
      place = found.next;
    }
    throw new SchedulingError('UNAVAILABLE', 'too many bookings to search');
  }

  private page(caller: Caller, query: Query, { place, size, byCursor }: Part): Promise<WirePage> {
    return byCursor ? this.pageByCursor(caller, query, place, size) : this.pageBySkip(caller, query, place, size);
  }

  private async pageByCursor(caller: Caller, query: Query, place: Place | undefined, size: number): Promise<WirePage> {
    if (place && !('cursor' in place)) throw strangeCursor();
    const asked = { ...query, limit: size, cursor: place?.cursor };
    const { data, pagination } = await this.client.listBookingsByCursor(caller, asked);
    const { hasMore, nextCursor } = pagination;
    return { items: data, ...(hasMore && nextCursor ? { next: { cursor: nextCursor } } : {}) };
  }

  private async pageBySkip(caller: Caller, query: Query, place: Place | undefined, size: number): Promise<WirePage> {
    if (place && !('skip' in place)) throw strangeCursor();
    const skip = place?.skip ?? 0;
    const items = await this.client.listBookings(caller, { ...query, take: size, skip });
    return { items, ...(items.length < size ? {} : { next: { skip: skip + size } }) };
  }
}

/** An answer, but of another list; what says something about the key, the pace or the host says nothing about it. */
function isOtherList(error: unknown): boolean {
  if (!(error instanceof SchedulingError) || ['AUTHENTICATION_FAILED', 'RATE_LIMITED'].includes(error.code))
    return false;
  return (error.details.providerStatus ?? 500) < 500;
}

/** The list with cursors takes one state; servers that have it answer the older list as well. */
function byCursor({ credential }: Caller, { states = [] }: BookingFilter = {}): boolean {
  return credential.capabilities?.bookingList === 'cursor' && states.length <= 1;
}

function filterQuery(filter: BookingFilter): Query {
  const { sort = { by: 'start', order: 'ascending' } } = filter;
  return {
    status: joined(filter.states),
    attendeeEmail: filter.attendeeEmail,
    attendeeName: filter.attendeeName,
    bookingUid: filter.bookingUid,
    eventTypeIds: joined(filter.eventTypeIds),
    teamsIds: joined(filter.teamIds),
    afterStart: instant(filter.afterStartMs),
    beforeEnd: instant(filter.beforeEndMs),
    afterCreatedAt: instant(filter.createdAfterMs),
    beforeCreatedAt: instant(filter.createdBeforeMs),
    afterUpdatedAt: instant(filter.updatedAfterMs),
    beforeUpdatedAt: instant(filter.updatedBeforeMs),
    [SORT_NAMES[sort.by]]: sort.order === 'descending' ? 'desc' : 'asc',
  };
}

function joined(values: readonly string[] | undefined): string | undefined {
  return values?.length ? values.join(',') : undefined;
}

function searchQuery({ eventTypeId, attendeeEmail, afterStartMs, beforeEndMs }: BookingSearch): Query {
  return {
    eventTypeId,
    attendeeEmail,
    afterStart: afterStartMs === undefined ? undefined : toInstant(afterStartMs - MARGIN_MS),
    beforeEnd: beforeEndMs === undefined ? undefined : toInstant(beforeEndMs + MARGIN_MS),
    // Newest first: a booking made while we page is pushed in front, and none is skipped.
    sortCreated: 'desc',
  };
}

function instant(ms: EpochMs | undefined): string | undefined {
  return ms === undefined ? undefined : toInstant(ms);
}

function toPage({ items, next }: WirePage): Page<ProviderBooking> {
  const nextCursor = next && Buffer.from(JSON.stringify(next)).toString('base64url');
  return { items: items.map((wire) => toBooking(wire)), ...(nextCursor ? { nextCursor } : {}) };
}

function read(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isPlace(place)) return place;
  } catch {
    // Nothing that we wrote.
  }
  throw strangeCursor();
}

function isPlace(value: unknown): value is Place {
  if (typeof value !== 'object' || value === null) return false;
  const { skip, cursor, sinceMs } = value as Record<string, unknown>;
  if (typeof cursor === 'string') return true;
  return Number.isSafeInteger(skip) && (sinceMs === undefined || Number.isSafeInteger(sinceMs));
}

function strangeCursor(): SchedulingError {
  return new SchedulingError('INVALID_REQUEST', 'a cursor of another list', { reason: 'OTHER' });
}
