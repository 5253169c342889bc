import fc from 'fast-check';
import { next } from '../../src/features/bookings/saga/saga-decision';
import { apply, type SagaState, type StepState } from '../../src/features/bookings/saga/saga-state';
import { type Beginning, type Chance, type Turn, walk, waysOf } from './random-walk';
import { ALLOWED_TURNS, turns } from './transitions';

const chance: fc.Arbitrary<Chance> = fc.record({
  way: fc.nat(6),
  tookMs: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(15_000), fc.nat(200_000)),
});
const step: fc.Arbitrary<StepState> = fc.constantFrom<StepState[]>(
  { status: 'pending' },
  { status: 'pending', confirmation: 'wanted' },
  { status: 'pending', moves: true },
  { status: 'pending', moves: true, confirmation: 'wanted' },
);
const beginning: fc.Arbitrary<Beginning> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
    isCompensating: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    deadlineMs: fc.constantFrom(5_000, 20_000, 120_000),
  })
  .map((begun) => (begun.isCompensating ? { ...begun, steps: begun.steps.map(bookedBefore) } : begun));
const walks = fc
  .tuple(beginning, fc.array(chance, { minLength: 5, maxLength: 80 }))
  .map(([begun, chances]) => walk(begun, chances));

/** A visit that is cancelled was confirmed before. */
function bookedBefore(_: StepState, place: number): StepState {
  return { status: 'booked', uid: `before ${place}` };
}

/** In every walk, of every turn. */
function always(holds: (turn: Turn, walked: Turn[], place: number) => boolean): void {
  fc.assert(
    fc.property(walks, (walked) => walked.every((turn, place) => holds(turn, walked, place))),
    { numRuns: 2_000 },
  );
}

describe('from any state that can be reached, in any order of events', () => {
  it('a step that may have left is never sent again, unless it provably never left', () => {
    always(({ action, before }) => action.do !== 'book' || before.steps[action.step]!.status === 'pending');
  });

  it('nothing is sent while another step may have left', () => {
    always(({ action, before }) => action.do !== 'book' || before.steps.every(({ status }) => status !== 'trying'));
  });

  it('nothing is begun from the deadline on', () => {
    always(({ action, before, nowMs }) => action.do !== 'book' || nowMs < before.deadlineMs);
  });

  it('it is committed only when every step is booked', () => {
    always(({ action, before }) => action.do !== 'commit' || before.steps.every(({ status }) => status === 'booked'));
    always(({ after }) => after.status !== 'confirmed' || after.steps.every(({ status }) => status === 'booked'));
  });

  it('it ends without effect only when nothing is booked and nothing may come', () => {
    always(
      ({ after }) =>
        !['compensated', 'needs_attention'].includes(after.status) ||
        after.steps.every(({ status }) => status !== 'booked' && status !== 'trying'),
    );
  });

  it('a host confirms only what is booked whole, in time, and all of it before it is committed', () => {
    const isForward = ({ action, before }: Turn): boolean => action.do === 'confirm' && before.status === 'running';
    always((turn) => !isForward(turn) || turn.before.steps.every(({ status }) => status === 'booked'));
    always((turn) => !isForward(turn) || turn.nowMs < turn.before.deadlineMs);
    always(
      ({ after }) => after.status !== 'confirmed' || after.steps.every(({ confirmation }) => confirmation !== 'wanted'),
    );
  });

  it('a booking is moved back only while no other one may be on its way', () => {
    always(
      ({ event, before }) =>
        event?.type !== 'return-intended' ||
        before.steps.every(({ status }) => status !== 'trying' && status !== 'returning'),
    );
  });

  it('what is back where it was has its host’s yes again before it ends, and gets it only once nothing is left elsewhere', () => {
    const isBackward = ({ action, before }: Turn): boolean => action.do === 'confirm' && before.status !== 'running';
    const isElsewhere = ({ status }: StepState): boolean => ['booked', 'trying', 'returning'].includes(status);
    always((turn) => !isBackward(turn) || !turn.before.steps.some(isElsewhere));
    const lacksYes = ({ status, confirmation }: StepState): boolean =>
      status === 'returned' && confirmation === 'wanted';
    always(({ after }) => after.status !== 'compensated' || !after.steps.some(lacksYes));
  });

  it('nothing is cancelled that may still be confirmed, and nothing confirmed is touched again', () => {
    always(({ action, before }) => action.do !== 'undo' || before.status === 'compensating');
    always(({ before, action }) => before.status !== 'confirmed' || action.do === 'rest');
  });

  it('it waits only for a moment that is still to come', () => {
    always(({ action, nowMs }) => action.do !== 'wait' || action.untilMs > nowMs);
  });

  it('only the turns of the table are taken', () => {
    always(({ before, after }) => turns(before, after).every((turn) => ALLOWED_TURNS.has(turn)));
  });

  it('every turn of the table is taken by some saga', () => {
    const seen = new Set<string>();
    for (const walked of fc.sample(walks, { numRuns: 30_000, seed: 4 })) {
      for (const { before, after } of walked) turns(before, after).forEach((turn) => seen.add(turn));
    }
    expect([...seen].sort()).toEqual([...ALLOWED_TURNS].sort());
  });

  it('every event is either refused or leads to a turn of the table', () => {
    fc.assert(
      fc.property(walks, fc.nat(30), fc.nat(7), (walked, kind, step) => {
        const { after: state, nowMs } = walked.at(-1)!;
        const event = anyEvent(kind, step % state.steps.length, nowMs);
        let after: SagaState;
        try {
          after = apply(state, event, nowMs);
        } catch {
          return true;
        }
        return turns(state, after).every((turn) => ALLOWED_TURNS.has(turn));
      }),
      { numRuns: 5_000 },
    );
  });

  it('it ends as soon as the provider answers and nobody dies', () => {
    fc.assert(
      fc.property(walks, (walked) => {
        let state = walked.at(-1)!.after;
        let nowMs = walked.at(-1)!.nowMs + 200_000;
        for (let left = 100; left > 0; left--) {
          const action = next(state, nowMs);
          if (action.do === 'rest') return true;
          if (action.do === 'wait') nowMs = action.untilMs;
          const [event] = waysOf(action, state, nowMs);
          if (event) state = apply(state, event, nowMs);
        }
        return false;
      }),
      { numRuns: 2_000 },
    );
  });
});

function anyEvent(kind: number, step: number, nowMs: number): Parameters<typeof apply>[1] {
  const settleMs = nowMs + 90_000;
  const events: Parameters<typeof apply>[1][] = [
    { type: 'intended', step, settleMs },
    { type: 'booked', step, uid: 'b' },
    { type: 'looked', step, lookedMs: nowMs },
    { type: 'looked', step, lookedMs: nowMs, uid: 'b' },
    { type: 'confirm-intended', step, settleMs },
    { type: 'cancelled', step, askedMs: nowMs },
    { type: 'return-intended', step, settleMs },
    { type: 'returned', step, uid: 'b' },
    { type: 'return-looked', step, lookedMs: nowMs },
    { type: 'returned', step, uid: 'b', isPending: true },
    ...WITH_STEP.map((type) => ({ type, step })),
    ...WITHOUT_STEP.map((type) => ({ type })),
  ];
  return events[kind % events.length]!;
}

const WITH_STEP = [
  ...(['refused', 'not-sent', 'lost', 'look-failed', 'confirmed', 'confirm-failed'] as const),
  ...(['cancel-failed', 'cancel-refused', 'return-not-sent'] as const),
];
const WITHOUT_STEP = ['gave-up', 'committed', 'compensated', 'retried', 'resolved'] as const;
