import { SchedulingError } from '../../scheduling/scheduling-error';
import type { BookingFilter, BookingSearch, EpochMs, Page, PageRequest, ProviderBooking } from '../../scheduling/words';
import type { Caller, Query } from './call';
import { ChangedBookings } from './changed-bookings';
import { CalcomV2Client } from './client';
import { isId, readOfTeam } from './ids';
import { type Change, type Place, read, strangeCursor, written } from './list-place';
import { carriesRef, toBooking, toInstant } from './mapper';
import { listPaging, type Paging } from './operations';
import type { WireBooking } from './wire';

/** Most that an answer holds: with a cursor, and by `take` and `skip`. */
const CURSOR_PAGE = 100;
const SKIP_PAGE = 250;
/** 10,000 bookings of one attendee are no search any more; better no answer than a wrong "not found". */
const PAGES_MAX = 100;
/** Bounds are widened, so that a rounding of milliseconds at the server cannot hide a booking. */
const MARGIN_MS = 60_000;

const SORT_NAMES = { start: 'sortStart', end: 'sortEnd', created: 'sortCreated', updated: 'sortUpdatedAt' } as const;

interface WirePage {
  items: WireBooking[];
  next?: Place;
}

interface Part {
  place?: Place;
  size: number;
  paging: Paging;
}

/** Lists of bookings, in whichever way the connection's server pages them. */
export class BookingLists {
  private readonly changed: ChangedBookings;

  constructor(private readonly client: CalcomV2Client) {
    this.changed = new ChangedBookings(client);
  }

  /**
   * Which list the server has: one that does not know the newer version answers as if asked for its oldest. A version
   * that the connection's settings name is not looked beyond.
   *
   * @throws SchedulingError `UNSUPPORTED` when the server does not speak the version of the settings.
   */
  async paging(caller: Caller): Promise<Paging> {
    const wished = listPaging(caller.credential.settings);
    try {
      if (wished === 'pages') await this.client.listBookings(caller, { take: 1 });
      else await this.client.listBookingsByCursor(caller, { limit: 1 });
      return wished ?? 'cursor';
    } catch (error) {
      if (!isOtherList(error)) throw error;
      if (wished) throw new SchedulingError('UNSUPPORTED', 'no such version of the list', {}, { cause: error });
      return 'pages';
    }
  }

  async list(
    caller: Caller,
    filter: BookingFilter,
    { cursor, size = CURSOR_PAGE }: PageRequest,
  ): Promise<Page<ProviderBooking>> {
    const paging = pagingOf(caller, filter);
    const query = filterQuery(filter);
    const name = JSON.stringify([paging, query]);
    const place = cursor === undefined ? undefined : read(cursor, name);
    if (namesNoType(filter) || (await this.haveNoTypes(caller, filter.teamIds))) return { items: [] };
    const page = await this.page(caller, query, { place, size: checked(size), paging }).catch(noneOfUnknownTypes);
    // Servers of 2025 do not know this filter, and answer everything.
    const items = page.items.filter(({ uid }) => !filter.bookingUid || uid === filter.bookingUid);
    return toPage({ items, next: filter.bookingUid && items.length > 0 ? undefined : page.next }, name);
  }

  /** By `take` and `skip` everywhere, because servers with cursors have that list as well. See {@link ChangedBookings}. */
  async changedSince(
    caller: Caller,
    sinceMs: EpochMs,
    { cursor, size = CURSOR_PAGE }: PageRequest,
  ): Promise<Page<ProviderBooking>> {
    const from = cursor === undefined ? { sinceMs, seen: [] } : changeIn(cursor);
    return toPage(await this.changed.page(caller, from, checked(size)), CHANGES);
  }

  /** A type that was deleted since is one that no filter may name; the booking is there all the same. */
  async findByRef(caller: Caller, ref: string, search: BookingSearch): Promise<ProviderBooking | undefined> {
    try {
      return await this.search(caller, ref, search);
    } catch (error) {
      if (!isUnknownType(error) || search.eventTypeId === undefined) throw error;
      return this.search(caller, ref, { ...search, eventTypeId: undefined });
    }
  }

  private async search(caller: Caller, ref: string, search: BookingSearch): Promise<ProviderBooking | undefined> {
    const paging = pagingOf(caller);
    const size = paging === 'cursor' ? CURSOR_PAGE : SKIP_PAGE;
    let place: Place | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const found = await this.page(caller, searchQuery(search), { place, size, paging });
      // A moved booking copies the metadata, the ref included: only the first of the chain was made by this attempt.
      const ours = found.items.find((wire) => !wire.rescheduledFromUid && carriesRef(wire, ref));
      if (ours) return toBooking(ours, ref);
      if (!found.next) return undefined;
      place = found.next;
    }
    throw new SchedulingError('UNAVAILABLE', 'too many bookings to search');
  }

  /** For a team without event types, servers answer as if no team had been named. */
  private async haveNoTypes(caller: Caller, teamIds: string[] = []): Promise<boolean> {
    const types = await Promise.all(
      teamIds.map((id) => readOfTeam(id, () => this.client.listTeamEventTypes(caller, id))),
    );
    return teamIds.length > 0 && types.flat().length === 0;
  }

  private page(caller: Caller, query: Query, { place, size, paging }: Part): Promise<WirePage> {
    return paging === 'cursor'
      ? this.pageByCursor(caller, query, place, size)
      : this.pageBySkip(caller, query, place, size);
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

/** The name of the list that cursors of {@link BookingLists.changedSince} belong to. */
const CHANGES = 'changes';

function changeIn(cursor: string): Change {
  const place = read(cursor, CHANGES);
  if (!('seen' in place)) throw strangeCursor();
  return place;
}

/** An answer, but of another list; what says something about the key, the pace or the host says nothing about it. */
function isOtherList(error: unknown): boolean {
  if (!(error instanceof SchedulingError) || ['AUTHENTICATION_FAILED', 'RATE_LIMITED'].includes(error.code))
    return false;
  return (error.details.providerStatus ?? 500) < 500;
}

function isUnknownType(error: unknown): boolean {
  return error instanceof SchedulingError && error.code === 'EVENT_TYPE_NOT_FOUND';
}

/** A type of others filters everything out; one that does not exist must look the same. */
function noneOfUnknownTypes(error: unknown): WirePage {
  if (isUnknownType(error)) return { items: [] };
  throw error;
}

/** The list with cursors takes one state; servers that have it answer the older list as well. */
function pagingOf({ credential }: Caller, { states = [] }: BookingFilter = {}): Paging {
  if (states.length > 1) return 'pages';
  return listPaging(credential.settings) ?? credential.capabilities?.bookingList ?? 'pages';
}

/** @throws SchedulingError `INVALID_REQUEST` for a size of a page that none has. */
function checked(size: number): number {
  if (Number.isInteger(size) && size >= 1 && size <= CURSOR_PAGE) return size;
  throw new SchedulingError('INVALID_REQUEST', 'the size of a page is 1 to 100', { reason: 'OTHER' });
}

function namesNoType({ eventTypeIds = [] }: BookingFilter): boolean {
  return eventTypeIds.length > 0 && !eventTypeIds.some(isId);
}

function filterQuery(filter: BookingFilter): Query {
  const { sort = { by: 'start', order: 'ascending' } } = filter;
  return {
    status: joined(filter.states),
    attendeeEmail: filter.attendeeEmail,
    attendeeName: filter.attendeeName,
    bookingUid: filter.bookingUid,
    eventTypeIds: joined(filter.eventTypeIds?.filter(isId)),
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

function toPage({ items, next }: WirePage, list: string): Page<ProviderBooking> {
  return { items: items.map((wire) => toBooking(wire)), ...(next ? { nextCursor: written(next, list) } : {}) };
}
