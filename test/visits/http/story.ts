import fc from 'fast-check';

/** Somebody does something, so many milliseconds after the act before. */
export type Act = { afterMs: number; visitor: number } & (
  | { does: 'book' | 'move'; slot: number; cast: number; waitSeconds: number }
  | { does: 'cancel'; waitSeconds: number }
  /** The same request as an earlier one, with its key. */
  | { does: 'repeat'; request: number; waitSeconds: number }
  | { does: 'host cancels'; segment: number }
  | { does: 'host moves'; segment: number; minutes: number }
);

/** A write of ours that goes wrong: this one of its operation, from 0. */
export interface WriteFault {
  operation: 'bookings.create' | 'bookings.reschedule' | 'bookings.cancel' | 'bookings.confirm';
  after: number;
  fate: 'answer lost' | 'refused' | 'failed' | 'late' | 'silent';
}

export const WEBHOOK_FATES = ['webhook-lost', 'webhook-duplicated', 'webhook-delayed', 'webhook-out-of-order'] as const;

export interface Story {
  segments: number;
  /** The first segment is booked only when its host says yes; our service says it for her. */
  asksForConfirmation: boolean;
  faults: WriteFault[];
  /** What becomes of the first webhooks of each host. */
  webhooks: (typeof WEBHOOK_FATES)[number][];
  acts: Act[];
}

/** All is well, and somebody books a visit. */
export const CALM: Story = {
  ...{ segments: 2, asksForConfirmation: false, faults: [], webhooks: [] },
  acts: [{ afterMs: 0, visitor: 0, does: 'book', slot: 0, cast: 0, waitSeconds: 8 }],
};

/** In the midst of a call, between two, after most of them, after all. */
const afterMs = fc.constantFrom(0, 50, 200, 500, 1_000, 2_000);
const told = { afterMs, visitor: fc.nat(1) };
const waitSeconds = fc.constantFrom(8, 8, 8, 0);
/** From nine to three o'clock: the longest visit is over at five. */
const wanted = { slot: fc.nat(24), cast: fc.nat(3), waitSeconds };
const segment = fc.nat(2);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ ...told, ...wanted, does: fc.constant('book' as const) }) },
  { weight: 5, arbitrary: fc.record({ ...told, ...wanted, does: fc.constant('move' as const) }) },
  { weight: 2, arbitrary: fc.record({ ...told, does: fc.constant('cancel' as const), waitSeconds }) },
  {
    weight: 3,
    arbitrary: fc.record({ ...told, does: fc.constant('repeat' as const), request: fc.nat(5), waitSeconds }),
  },
  { weight: 3, arbitrary: fc.record({ ...told, does: fc.constant('host cancels' as const), segment }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ ...told, does: fc.constant('host moves' as const), segment },
      minutes: fc.constantFrom(-75, 15, 90, 180),
    }),
  },
);

/** Both want a visit, and often at times that are in each other's way. */
const begins = (visitor: number) =>
  fc.record({
    ...{ ...told, ...wanted, visitor: fc.constant(visitor), does: fc.constant('book' as const) },
    afterMs: visitor === 0 ? fc.constant(0) : afterMs,
  });

const fault: fc.Arbitrary<WriteFault> = fc.record({
  operation: fc.constantFrom(
    ...(['bookings.create', 'bookings.create', 'bookings.reschedule', 'bookings.cancel', 'bookings.confirm'] as const),
  ),
  after: fc.nat(3),
  // Without effect and without an answer costs a life the whole deadline.
  fate: fc.constantFrom('answer lost', 'answer lost', 'refused', 'refused', 'late', 'silent', 'failed'),
});

export const stories: fc.Arbitrary<Story> = fc.record({
  segments: fc.constantFrom(2, 2, 3),
  asksForConfirmation: fc.nat(4).map((n) => n === 4),
  faults: fc.uniqueArray(fault, { maxLength: 3, selector: ({ operation }) => operation }),
  webhooks: fc.array(fc.constantFrom(...WEBHOOK_FATES), { maxLength: 4 }),
  acts: fc
    .tuple(begins(0), begins(1), fc.array(act, { minLength: 1, maxLength: 5 }))
    .map(([one, other, rest]) => [one, other, ...rest]),
});
