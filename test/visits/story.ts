import fc from 'fast-check';
import { WEBHOOK_FATES, type WebhookFate, WRITE_FATES, type WriteFate } from './provider';

/** Somebody does something, so many milliseconds after the act before. */
export type Act = { afterMs: number; visitor: number } & (
  | { does: 'book' | 'move'; slot: number; cast: number; waitMs: number }
  | { does: 'cancel'; waitMs: number }
  /** The same request as an earlier one, with its key. */
  | { does: 'repeat'; request: number; waitMs: number }
  | { does: 'host cancels'; segment: number }
  | { does: 'host moves'; segment: number; minutes: number }
  /** Long after a cancellation: a host takes up again what was cancelled. */
  | { does: 'host revives'; segment: number }
  | { does: 'retry' | 'resolve' }
);

export interface Story {
  segments: number;
  asksForConfirmation: boolean;
  order: 'last-first' | 'hardest-first';
  writes: WriteFate[];
  webhooks: WebhookFate[];
  acts: Act[];
}

const SLOTS = 12;

/** In the midst of a call, between two, after all of them, and when nothing can come any more. */
const afterMs = fc.constantFrom(0, 150, 400, 1_100, 2_500, 9_000, 60_000);
const waitMs = fc.constantFrom(0, 8_000);
const visitor = fc.nat(1);
const told = { afterMs, visitor };
const slot = fc.nat(SLOTS);
const cast = fc.nat(2);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ...told, does: fc.constant('book' as const), slot, cast, waitMs }) },
  { weight: 6, arbitrary: fc.record({ ...told, does: fc.constant('move' as const), slot, cast, waitMs }) },
  { weight: 3, arbitrary: fc.record({ ...told, does: fc.constant('cancel' as const), waitMs }) },
  { weight: 4, arbitrary: fc.record({ ...told, does: fc.constant('repeat' as const), request: fc.nat(5), waitMs }) },
  { weight: 3, arbitrary: fc.record({ ...told, does: fc.constant('host cancels' as const), segment: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...told,
      does: fc.constant('host moves' as const),
      segment: fc.nat(3),
      minutes: fc.constantFrom(-75, 15, 90, 600),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ visitor, afterMs: fc.constant(900_000), does: fc.constant('host revives' as const), segment: fc.nat(3) },
    }),
  },
  { weight: 4, arbitrary: fc.record({ ...told, does: fc.constantFrom('retry' as const, 'resolve' as const) }) },
);

const first: fc.Arbitrary<Act> = fc.record({
  ...{ afterMs: fc.constant(0), visitor: fc.constant(0), does: fc.constant('book' as const), slot, cast, waitMs },
});

export const stories: fc.Arbitrary<Story> = fc.record({
  segments: fc.integer({ min: 2, max: 4 }),
  asksForConfirmation: fc.nat(4).map((n) => n === 4),
  order: fc.constantFrom('last-first', 'hardest-first'),
  writes: fc.array(mostly(WRITE_FATES, 20), { maxLength: 24 }),
  webhooks: fc.array(mostly(WEBHOOK_FATES, 3), { maxLength: 24 }),
  acts: fc.tuple(first, fc.array(act, { maxLength: 7 })).map(([begin, rest]) => [begin, ...rest]),
});

/** The first of them so many times as often as each of the others. */
function mostly<T>([usual, ...others]: readonly T[], weight: number): fc.Arbitrary<T> {
  const rest = others.map((other) => ({ weight: 1, arbitrary: fc.constant(other) }));
  return fc.oneof({ weight, arbitrary: fc.constant(usual!) }, ...rest);
}
