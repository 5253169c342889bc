import fc from 'fast-check';
import { ImaginedSalon, MINUTE_MS } from '../../../test/visits/salon';
import { moveOrder, type SegmentMove } from './move-plan';
import { stepOrder } from './visit-order';
import { merged } from './visit-claims';

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
