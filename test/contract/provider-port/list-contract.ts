import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import type { BookingFilter, Page, PageRequest, ProviderBooking } from '../../../src/scheduling/words';
import { atOnce } from './at-once';
import { DAY, MINUTE, PortWorld } from './port-world';

const FIRST_START = Date.UTC(2027, 2, 2, 8);

/** Every page, with what was on each. */
export async function pages(
  read: (page: PageRequest) => Promise<Page<ProviderBooking>>,
  size = 2,
  between?: (page: number) => Promise<unknown>,
): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ size, ...(cursor === undefined ? {} : { cursor }) });
    all.push(page.items.map(({ uid }) => uid));
    cursor = page.nextCursor;
    await between?.(all.length);
  } while (cursor !== undefined);
  return all;
}

/** An account of its own, with a type and bookings at 08:00Z of one working day after the other, oldest first. */
export class ListWorld {
  provider: SchedulingProvider;
  type: string;
  other: string;
  bookings: ProviderBooking[] = [];
  private made = 0;

  async open(world: PortWorld, count: number): Promise<void> {
    this.provider = await world.harness.account('Europe/Berlin');
    const draft = { title: 'List', lengthMinutes: 30, minimumNoticeMinutes: 0 };
    this.type = (await atOnce(this.provider).createEventType({ ...draft, slug: 'list' })).providerId;
    this.other = (await atOnce(this.provider).createEventType({ ...draft, slug: 'other' })).providerId;
    for (let n = 0; n < count; n++) await this.book(world, startOf(n));
  }

  /** A minute later than the booking before. */
  async book(world: PortWorld, startMs: number, eventTypeId = this.type): Promise<ProviderBooking> {
    world.harness.advanceTo(world.harness.now() + MINUTE);
    const n = ++this.made;
    const asked = world.request({ startMs, eventTypeId, ref: `list-${eventTypeId}-${n}` });
    const booking = await atOnce(this.provider).book(asked);
    this.bookings.push(booking);
    return booking;
  }
}

/** The n-th working day from Tuesday on. */
export function startOf(n: number): number {
  const days = n + 2 * Math.floor((n + 1) / 5);
  return FIRST_START + days * DAY;
}

/** What every adapter promises about the list of an account's bookings. */
export function describeLists(world: PortWorld): void {
  describe(`${world.name}: the list of bookings`, () => {
    const list = new ListWorld();
    let madeFromMs: number;
    beforeAll(async () => {
      madeFromMs = world.harness.now();
      await list.open(world, 7);
    });

    const uids = async (filter: BookingFilter): Promise<string[]> =>
      (await pages((page) => list.provider.listBookings(filter, page))).flat();
    const all = (...numbers: number[]): string[] => numbers.map((n) => list.bookings[n]!.uid);

    it('is read to its end page by page, each booking once, by start when nothing else is said', async () => {
      const read = await pages((page) => list.provider.listBookings({}, page));
      expect(read.flat()).toEqual(all(0, 1, 2, 3, 4, 5, 6));
      expect(read.every((page) => page.length <= 2)).toBe(true);
      const { items, nextCursor } = await list.provider.listBookings({});
      expect([items.length, nextCursor]).toEqual([7, undefined]);
    });

    it('is sorted by start, end, creation and change, in both directions', async () => {
      for (const by of ['start', 'end', 'created'] as const) {
        expect(await uids({ sort: { by, order: 'descending' } })).toEqual(all(6, 5, 4, 3, 2, 1, 0));
        expect(await uids({ sort: { by, order: 'ascending' } })).toEqual(all(0, 1, 2, 3, 4, 5, 6));
      }
      expect((await uids({ sort: { by: 'updated', order: 'ascending' } })).length).toBe(7);
    });

    it('is limited to one attendee by address and by name', async () => {
      const [attendee] = list.bookings[3]!.attendees;
      expect(await uids({ attendeeEmail: attendee!.email })).toEqual(all(3));
      expect(await uids({ attendeeName: attendee!.name })).toEqual(all(3));
      expect(await uids({ attendeeEmail: attendee!.email, attendeeName: 'Somebody else' })).toEqual([]);
    });

    it('is limited to one booking by its uid', async () => {
      expect(await uids({ bookingUid: list.bookings[4]!.uid })).toEqual(all(4));
      expect(await uids({ bookingUid: 'unknown' })).toEqual([]);
    });

    it('is limited to types; of those that are foreign, unknown or no ids it has none', async () => {
      expect(await uids({ eventTypeIds: [list.type] })).toHaveLength(7);
      expect(await uids({ eventTypeIds: [list.type, list.other] })).toHaveLength(7);
      for (const id of [list.other, world.type.providerId, '2000000000', 'x', '-1']) {
        expect([id, await uids({ eventTypeIds: [id] })]).toEqual([id, []]);
      }
      expect(await uids({ eventTypeIds: ['2000000000', 'x', list.type] })).toHaveLength(7);
    });

    it('is limited by start and end', async () => {
      const [from, to] = [list.bookings[2]!.startMs, list.bookings[4]!.endMs];
      expect(await uids({ afterStartMs: from - MINUTE, beforeEndMs: to + MINUTE })).toEqual(all(2, 3, 4));
    });

    it('is limited by creation and by change', async () => {
      const made = (n: number): number => madeFromMs + (n + 1) * MINUTE;
      const between = [made(1) - 1000, made(3) + 1000] as const;
      expect(await uids({ createdAfterMs: between[0], createdBeforeMs: between[1] })).toEqual(all(1, 2, 3));
      expect(await uids({ updatedAfterMs: between[0], updatedBeforeMs: between[1] })).toEqual(all(1, 2, 3));
    });

    it('holds nothing of other accounts', async () => {
      const stranger = await world.harness.account('Europe/Berlin');
      expect((await stranger.listBookings({})).items).toEqual([]);
      expect((await stranger.listBookings({ bookingUid: list.bookings[0]!.uid })).items).toEqual([]);
    });

    it('refuses a cursor of another list, of the changes, and one that is none', async () => {
      const refused = { code: 'INVALID_REQUEST' };
      const first = await list.provider.listBookings({}, { size: 2 });
      const changes = await list.provider.bookingsChangedSince(0, { size: 2 });
      const next = (filter: BookingFilter, cursor?: string) => list.provider.listBookings(filter, { size: 2, cursor });
      await expect(next({ eventTypeIds: [list.type] }, first.nextCursor)).rejects.toMatchObject(refused);
      const backwards = { sort: { by: 'start', order: 'descending' } } as const;
      await expect(next(backwards, first.nextCursor)).rejects.toMatchObject(refused);
      await expect(next({}, changes.nextCursor)).rejects.toMatchObject(refused);
      for (const strange of ['', 'x', 'e30', first.nextCursor!.slice(0, -4), '%%%', 'bnVsbA']) {
        await expect(next({}, strange)).rejects.toMatchObject(refused);
        await expect(list.provider.bookingsChangedSince(0, { cursor: strange })).rejects.toMatchObject(refused);
      }
      await expect(list.provider.bookingsChangedSince(0, { cursor: first.nextCursor })).rejects.toMatchObject(refused);
    });

    it('has pages of 1 to 100', async () => {
      for (const size of [0, -1, 101, 1.5, Number.NaN]) {
        await expect(list.provider.listBookings({}, { size })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
        await expect(list.provider.bookingsChangedSince(0, { size })).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
        });
      }
    });

    // A list by numbers of bookings cannot promise it.
    if (world.capabilities.bookingList === 'cursor') {
      it('skips and repeats none while earlier ones are booked, being paged by cursor', async () => {
        const other = new ListWorld();
        await other.open(world, 5);
        const known = other.bookings.map(({ uid }) => uid);
        const early = (page: number): Promise<unknown> => other.book(world, startOf(0) + page * 60 * MINUTE);
        const read = await pages((page) => other.provider.listBookings({}, page), 2, early);
        expect(read.flat().filter((uid) => known.includes(uid))).toEqual(known);
        expect(new Set(read.flat()).size).toBe(read.flat().length);
      });
    }

    it('finds the booking of an attempt among all of them, and after its type was deleted', async () => {
      const { ref } = list.bookings[0]!;
      expect(await list.provider.findByRef(ref!, {})).toMatchObject({ uid: list.bookings[0]!.uid });
      const gone = { eventTypeId: '2000000000', attendeeEmail: list.bookings[0]!.attendees[0]!.email };
      expect(await list.provider.findByRef(ref!, gone)).toMatchObject({ uid: list.bookings[0]!.uid });
      expect(await list.provider.findByRef('never-sent', gone)).toBeUndefined();
    });
  });

  describe(`${world.name}: the states of listed bookings`, () => {
    it('are upcoming, past, cancelled and unconfirmed, one or several at a time', async () => {
      const list = new ListWorld();
      await list.open(world, 0);
      const soon = Math.ceil((world.harness.now() + 10 * MINUTE) / (30 * MINUTE)) * 30 * MINUTE;
      const over = await list.book(world, soon);
      const upcoming = await list.book(world, startOf(3));
      const cancelled = await list.book(world, startOf(4));
      const request = { title: 'Ask', slug: 'ask', lengthMinutes: 30, requiresConfirmation: true };
      const ask = (await atOnce(list.provider).createEventType(request)).providerId;
      const pending = await list.book(world, startOf(5), ask);
      await atOnce(list.provider).cancel(cancelled.uid, 'ill');
      world.harness.advanceTo(over.endMs + MINUTE);
      const uids = async (...states: NonNullable<BookingFilter['states']>): Promise<string[]> =>
        (await pages((page) => list.provider.listBookings({ states }, page))).flat();
      expect(await uids('past')).toEqual([over.uid]);
      expect(await uids('cancelled')).toEqual([cancelled.uid]);
      expect(await uids('unconfirmed')).toEqual([pending.uid]);
      expect(await uids('recurring')).toEqual([]);
      // Whether one that waits for its host is upcoming too is the provider's affair.
      expect((await uids('upcoming')).filter((uid) => uid !== pending.uid)).toEqual([upcoming.uid]);
      expect(await uids('past', 'cancelled', 'unconfirmed')).toEqual([over.uid, cancelled.uid, pending.uid]);
      expect(await uids()).toHaveLength(4);
    });
  });
}
