import { next, type SagaAction } from '../../src/features/bookings/saga/saga-decision';
import { apply, type SagaEvent, type SagaState } from '../../src/features/bookings/saga/saga-state';

/** One choice of the world: how an action ends, and how long it takes. */
export interface Chance {
  /** Picks one of the ways in which the action can end. */
  way: number;
  tookMs: number;
}

/** One turn of a saga; `event` is absent where only time passed. */
export interface Turn {
  nowMs: number;
  before: SagaState;
  action: SagaAction;
  event?: SagaEvent;
  after: SagaState;
}

export const SETTLE_MS = 90_000;

/** Lets a saga of `steps` go where the chances take it; a lost owner is a turn in which only time passes. */
export function walk(steps: number, deadlineMs: number, chances: Chance[]): Turn[] {
  let state: SagaState = {
    status: 'running',
    deadlineMs,
    nextMs: 0,
    tries: 0,
    steps: Array.from({ length: steps }, () => ({ status: 'pending' })),
  };
  let nowMs = 0;
  const turns: Turn[] = [];
  for (const { way, tookMs } of chances) {
    const before = state;
    const action = next(state, nowMs);
    const askedMs = nowMs;
    nowMs += action.do === 'wait' ? Math.max(tookMs, action.untilMs - nowMs) : tookMs;
    const events = waysOf(action, state, askedMs);
    const event = events[way % (events.length + 1)];
    if (event) state = apply(state, event, nowMs);
    turns.push({ nowMs: askedMs, before, action, event, after: state });
  }
  return turns;
}

/** Every event in which an action can end. None of them: the owner died before it was written. */
export function waysOf(action: SagaAction, { status }: SagaState, askedMs: number): SagaEvent[] {
  switch (action.do) {
    case 'book':
      return [
        { type: 'refused', step: action.step },
        { type: 'intended', step: action.step, settleMs: askedMs + SETTLE_MS },
        { type: 'intended', step: action.step, settleMs: askedMs + SETTLE_MS },
      ];
    case 'look':
      return lookedFor(action.step, status === 'running', askedMs);
    case 'cancel':
      return (['cancelled', 'cancel-failed', 'cancel-refused'] as const).map((type) => ({ type, step: action.step }));
    case 'give-up':
      return [{ type: 'gave-up' }];
    case 'commit':
      return [{ type: 'committed' }, { type: 'look-failed', step: 0 }, { type: 'refused', step: 0 }];
    case 'finish-compensation':
      return [{ type: 'compensated' }];
    case 'wait':
    case 'rest':
      return [];
  }
}

/** While running, what is tried may still be answered as well. */
function lookedFor(step: number, isRunning: boolean, lookedMs: number): SagaEvent[] {
  const looks: SagaEvent[] = [
    { type: 'looked', step, lookedMs },
    { type: 'look-failed', step },
    { type: 'cancel-refused', step },
  ];
  if (!isRunning) return [...looks, { type: 'looked', step, lookedMs, uid: 'found' }];
  return [
    ...looks,
    { type: 'booked', step, uid: 'answered' },
    { type: 'refused', step },
    { type: 'not-sent', step },
    { type: 'lost', step },
  ];
}
