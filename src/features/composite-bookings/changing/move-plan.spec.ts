import fc from 'fast-check';
import { ImaginedSalon, MINUTE_MS } from '../../../../test/visits/salon';
import type { VisitPart } from '../../availability/composite/visit-offers.service';
import type { GroupedAppointment } from '../../bookings/grouped-appointments.service';
import { moveOrder, movesOf, type SegmentMove } from './move-plan';
import type { AgreedSegment } from '../visit';
import { stepOrder } from '../booking/visit-order';
import { merged } from '../booking/visit-claims';

const RUNS = { numRuns: 2_000 };
/** Where each segment is, in quarters of an hour, who does it, and what is to become of it. */
const wishes = fc.array(
  fc.record({
    from: fc.nat(6),
    to: fc.nat(6),
    staff: fc.nat(1),
    next: fc.nat(1),
    how: fc.constantFrom('stay', 'move', 'book', 'new'),
  }),
  { minLength: 2, maxLength: 5 },
);
const QUARTER_MS = 15 * MINUTE_MS;

type Wish = { from: number; to: number; staff: number; next: number; how: string };

/** A booking that is moved keeps its person; a new one of nothing has no booking yet. */
function movesOfWishes(own: Wish[]): SegmentMove[] {
  return own.map(({ from, to, staff, next, how }, index) => {
    const [startMs, atMs] = [from * QUARTER_MS, (how === 'stay' ? from : to) * QUARTER_MS];
    const staffId = String(how === 'book' || how === 'new' ? next : staff);
    const definition = { beforeBufferMinutes: 0, afterBufferMinutes: 0 };
    const part = { staffId, startMs: atMs, endMs: atMs + QUARTER_MS, eventType: { definition } };
    const booking = how === 'new' ? {} : { booking: { startMs, endMs: startMs + QUARTER_MS, uid: String(index) } };
    return { index, part, how: how === 'new' ? 'book' : how, ...booking } as unknown as SegmentMove;
  });
}

/** Done in this order, nothing is put where a booking stands: told by a calendar, not by the moves. */
function isPossible(own: Wish[], order: SegmentMove[]): boolean {
  const calendar = new Map<string, string>();
  const standing = movesOfWishes(own).filter(({ booking }) => booking);
  const isTaken = (staff: string, ms: number, but: string) =>
    [...calendar].some(([owner, place]) => owner !== but && place === `${staff} ${ms}`);
  for (const { index, booking } of standing) calendar.set(`old ${index}`, `${own[index]!.staff} ${booking!.startMs}`);
  return order.every(({ index, how, part }) => {
    const owner = how === 'move' ? `old ${index}` : `new ${index}`;
    if (isTaken(part.staffId, part.startMs, owner)) return false;
    calendar.set(owner, `${part.staffId} ${part.startMs}`);
    return true;
  });
}

function permutations<T>(all: T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one) => permutations(all.filter((other) => other !== one)).map((rest) => [one, ...rest]));
}

/** New times of one visit do not overlap, and neither do its bookings. */
function isVisit(own: Wish[]): boolean {
  const places = (moves: SegmentMove[]): string[] => moves.map(({ part }) => `${part.staffId} ${part.startMs}`);
  const old = own.filter(({ how }) => how !== 'new').map(({ staff, from }) => `${staff} ${from}`);
  const next = places(movesOfWishes(own));
  return new Set(next).size === next.length && new Set(old).size === old.length;
}

describe('the order of the moves of a visit', () => {
  it('never puts a booking where another one of the visit still is, and is found whenever there is one', () => {
    const visits = wishes.filter(isVisit);
    fc.assert(
      fc.property(visits, (own) => {
        const moves = movesOfWishes(own);
        const order = moveOrder(moves, ({ index }) => String(own[index]!.staff));
        const work = moves.filter(({ how }) => how !== 'stay');
        if (order) {
          expect(new Set(order)).toEqual(new Set(work));
          expect(isPossible(own, order)).toBe(true);
        } else expect(permutations(work).some((each) => isPossible(own, each))).toBe(false);
      }),
      RUNS,
    );
  });
});

describe('the moves of a visit whose segments are anywhere', () => {
  /** Minutes from the start of a day. */
  const told = fc.record({
    minutes: fc.constantFrom(15, 20, 30, 45),
    from: fc.nat(18).map((n) => n * 10),
    to: fc.nat(18).map((n) => n * 10),
    staff: fc.constantFrom('maria', 'jonas'),
    next: fc.constantFrom('maria', 'jonas'),
    before: fc.constantFrom(0, 0, 5),
    after: fc.constantFrom(0, 0, 10),
    /** What has become of its booking. */
    booking: fc.constantFrom('as agreed', 'as agreed', 'moved by its host', 'cancelled', 'rejected', 'missing'),
    hostsWill: fc.nat(18).map((n) => n * 10),
    hasNewType: fc.boolean(),
  });
  type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;
  type Place = { host: string; startMs: number; endMs: number };

  const isBooked = ({ booking }: Told): boolean => booking === 'as agreed' || booking === 'moved by its host';
  const oldStart = (own: Told): number => (own.booking === 'moved by its host' ? own.hostsWill : own.from);
  const place = (host: string, minute: number, { minutes }: Told): Place => {
    return { host, startMs: minute * MINUTE_MS, endMs: (minute + minutes) * MINUTE_MS };
  };
  const meet = (one: Place, other: Place): boolean =>
    one.host === other.host && one.startMs < other.endMs && other.startMs < one.endMs;
  const areApart = (places: Place[]): boolean =>
    places.every((one, at) => places.every((other, index) => index <= at || !meet(one, other)));
  const isVisitOf = (all: Told[]): boolean =>
    areApart(all.map((own) => place(own.next, own.to, own))) &&
    areApart(all.filter(isBooked).map((own) => place(own.staff, oldStart(own), own)));

  function rowsOf(all: Told[]) {
    const typeOf = (own: Told, at: number, staff: string) => `${staff} ${at}${own.hasNewType ? ' new' : ''}`;
    const segments = all.map((own, at) => ({ bookingId: `booking ${at}`, staffId: own.staff }));
    const appointments = all.flatMap((own, at) => {
      if (own.booking === 'missing') return [];
      const { startMs, endMs } = place(own.staff, oldStart(own), own);
      const status = isBooked(own) ? 'confirmed' : own.booking;
      return [{ id: `booking ${at}`, uid: `uid ${at}`, status, eventTypeId: `${own.staff} ${at}`, startMs, endMs }];
    });
    const parts = all.map((own, at) => {
      const definition = { beforeBufferMinutes: own.before, afterBufferMinutes: own.after };
      const { startMs, endMs } = place(own.next, own.to, own);
      return { staffId: own.next, startMs, endMs, eventType: { id: typeOf(own, at, own.next), definition } };
    });
    return { segments, appointments, parts } as unknown as {
      segments: AgreedSegment[];
      appointments: GroupedAppointment[];
      parts: VisitPart[];
    };
  }

  const keepsItsType = ({ staff, next, hasNewType }: Told): boolean => staff === next && !hasNewType;
  const widened = (at: Place, own: Told): Place => {
    return { ...at, startMs: at.startMs - own.before * MINUTE_MS, endMs: at.endMs + own.after * MINUTE_MS };
  };

  /** What the hosts have when it is done in this order; undefined as soon as something is put where it cannot be. */
  function done(all: Told[], order: readonly SegmentMove[]): Map<string, Place> | undefined {
    const calendar = new Map<string, Place>();
    for (const [at, own] of all.entries()) {
      if (isBooked(own)) calendar.set(`old ${at}`, place(own.staff, oldStart(own), own));
    }
    const standing = (owner: string, at: Place): Place => {
      const own = all[Number(owner.split(' ')[1])]!;
      return keepsItsType(own) ? widened(at, own) : at;
    };
    for (const { index, how } of order) {
      const own = all[index]!;
      const next = place(own.next, own.to, own);
      if (how === 'move') calendar.delete(`old ${index}`);
      // Buffers are kept to what stands from before: the new times have been found together.
      const isTaken = [...calendar].some(([owner, other]) => {
        return owner.startsWith('old') ? meet(widened(next, own), standing(owner, other)) : meet(next, other);
      });
      if (isTaken) return undefined;
      calendar.set(`new ${index}`, next);
    }
    return calendar;
  }

  it('bring every segment to its new time without an overlap at any moment, and are refused only where no order can', () => {
    const seen = { ordered: 0, refused: 0 };
    const visits = fc.array(told, { minLength: 2, maxLength: 5 }).filter(isVisitOf);
    fc.assert(
      fc.property(visits, (all) => {
        const { segments, appointments, parts } = rowsOf(all);
        const moves = movesOf(segments, appointments, parts);
        const order = moveOrder(moves, ({ index }) => segments[index]!.staffId);
        const work = moves.filter(({ how }) => how !== 'stay');
        seen[order ? 'ordered' : 'refused']++;
        if (!order) return expect(permutations(work).some((each) => done(all, each))).toBe(false);
        const calendar = done(all, order)!;
        expect(calendar).toBeDefined();
        // What stays, or was moved, is there once; what is replaced goes only when all of it is done.
        const ends = moves.map(({ index, how }) => calendar.get(how === 'stay' ? `old ${index}` : `new ${index}`));
        expect(ends).toEqual(all.map((own) => place(own.next, own.to, own)));
        const replaced = moves.filter(({ how, booking }) => how === 'book' && booking);
        expect(calendar.size).toBe(all.length + replaced.length);
      }),
      RUNS,
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(RUNS.numRuns / 20);
  });

  it('keep the booking of a segment that still has one of its event type, and book anew whatever else there is', () => {
    fc.assert(
      fc.property(fc.array(told, { minLength: 1, maxLength: 5 }), (all) => {
        const { segments, appointments, parts } = rowsOf(all);
        for (const { index, how, booking } of movesOf(segments, appointments, parts)) {
          const own = all[index]!;
          const isKept = isBooked(own) && keepsItsType(own);
          expect(how).toBe(!isKept ? 'book' : oldStart(own) === own.to ? 'stay' : 'move');
          expect(booking?.uid).toBe(isBooked(own) ? `uid ${index}` : undefined);
        }
      }),
      RUNS,
    );
  });
});

describe('the order in which a visit is booked', () => {
  it.each(['last-first', 'hardest-first'] as const)('names every segment once: %s', (order) => {
    for (const segments of [1, 2, 3, 4]) {
      const salon = new ImaginedSalon(segments, false);
      const parts = salon.parts(0, 2);
      const places = stepOrder(order, salon.plan, parts);
      expect([...places].sort()).toEqual([...parts.keys()]);
      // The last step is done first.
      if (order === 'last-first') expect(places.at(-1)).toBe(segments - 1);
      const lengths = places.map((place) => parts[place]!.endMs - parts[place]!.startMs);
      if (order === 'hardest-first') expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    }
  });
});

describe('the times that a visit claims', () => {
  const claim = fc
    .record({ host: fc.constantFrom('maria', 'jonas'), from: fc.nat(20), length: fc.integer({ min: 1, max: 6 }) })
    .map(({ host, from, length }) => ({ account: 'salon', host, fromMs: from, toMs: from + length }));

  it('are the same minutes, none of them twice', () => {
    const minutes = (claims: { host: string; fromMs?: number; toMs?: number }[]): string[] =>
      claims.flatMap(({ host, fromMs, toMs }) =>
        Array.from({ length: toMs! - fromMs! }, (_, at) => `${host} ${fromMs! + at}`),
      );
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 8 }), (claims) => {
        const once = minutes(merged(claims));
        expect(new Set(once)).toEqual(new Set(minutes(claims)));
        expect(new Set(once).size).toBe(once.length);
      }),
      RUNS,
    );
  });
});
