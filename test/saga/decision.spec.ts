import fc from 'fast-check';
import { next } from '../../src/features/bookings/saga/saga-decision';
import { apply, type SagaState } from '../../src/features/bookings/saga/saga-state';
import { type Chance, type Turn, walk, waysOf } from './random-walk';
import { ALLOWED_TURNS, turns } from './transitions';

const chance: fc.Arbitrary<Chance> = fc.record({
  way: fc.nat(6),
  tookMs: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(15_000), fc.nat(200_000)),
});
const walks = fc
  .record({
    steps: fc.integer({ min: 1, max: 6 }),
    deadlineMs: fc.constantFrom(5_000, 20_000, 120_000),
    chances: fc.array(chance, { minLength: 5, maxLength: 80 }),
  })
  .map(({ steps, deadlineMs, chances }) => walk(steps, deadlineMs, chances));

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

  it('nothing is cancelled that may still be confirmed, and nothing confirmed is touched again', () => {
    always(({ action, before }) => action.do !== 'cancel' || before.status === 'compensating');
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
    for (const walked of fc.sample(walks, { numRuns: 3_000, seed: 4 })) {
      for (const { before, after } of walked) turns(before, after).forEach((turn) => seen.add(turn));
    }
    expect([...seen].sort()).toEqual([...ALLOWED_TURNS].sort());
  });

  it('every event is either refused or leads to a turn of the table', () => {
    fc.assert(
      fc.property(walks, fc.nat(13), fc.nat(7), (walked, kind, step) => {
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
        for (let left = 60; left > 0; left--) {
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
  const events: Parameters<typeof apply>[1][] = [
    { type: 'intended', step, settleMs: nowMs + 90_000 },
    { type: 'booked', step, uid: 'b' },
    { type: 'looked', step, lookedMs: nowMs },
    { type: 'looked', step, lookedMs: nowMs, uid: 'b' },
    ...(['refused', 'not-sent', 'lost', 'look-failed', 'cancelled', 'cancel-failed', 'cancel-refused'] as const).map(
      (type) => ({ type, step }),
    ),
    { type: 'committed' },
    { type: 'compensated' },
    { type: 'gave-up' },
  ];
  return events[kind % events.length]!;
}
