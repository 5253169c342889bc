import { next, type SagaAction } from '../../src/features/bookings/saga/saga-decision';
import { apply, type SagaEvent, type SagaState, type StepState } from '../../src/features/bookings/saga/saga-state';

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

/** What a saga begins with. */
export interface Beginning {
  steps: readonly StepState[];
  /** It begins with everything booked, to be cancelled. */
  isCompensating: boolean;
  deadlineMs: number;
}

/** Lets a saga go where the chances take it; a lost owner is a turn in which only time passes. */
export function walk({ steps, isCompensating, deadlineMs }: Beginning, chances: Chance[]): Turn[] {
  let state: SagaState = {
    status: isCompensating ? 'compensating' : 'running',
    deadlineMs,
    nextMs: 0,
    tries: 0,
    steps,
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

type On<D extends SagaAction['do']> = (action: Extract<SagaAction, { do: D }>, from: From) => SagaEvent[];

interface From {
  saga: SagaState;
  askedMs: number;
}

const WAYS: { [D in SagaAction['do']]: On<D> } = {
  book: ({ step }, { askedMs }) => [
    { type: 'refused', step },
    { type: 'intended', step, settleMs: askedMs + SETTLE_MS },
    { type: 'intended', step, settleMs: askedMs + SETTLE_MS },
  ],
  look: ({ step }, from) => lookedFor(step, from),
  confirm: ({ step }, { saga, askedMs }) => [
    { type: 'confirmed', step },
    { type: 'confirm-intended', step, settleMs: askedMs + SETTLE_MS },
    { type: 'confirm-failed', step },
    saga.status === 'running' ? { type: 'refused', step } : { type: 'returned', step, uid: 'back' },
  ],
  undo: ({ step }, { saga, askedMs }) => [
    saga.steps[step]!.moves
      ? { type: 'return-intended', step, settleMs: askedMs + SETTLE_MS }
      : { type: 'cancelled', step, askedMs },
    { type: 'cancel-failed', step },
    { type: 'cancel-refused', step },
  ],
  'look-back': ({ step }, { askedMs }) => [
    { type: 'returned', step, uid: 'back' },
    { type: 'returned', step, uid: 'back', isPending: true },
    { type: 'return-looked', step, lookedMs: askedMs },
    { type: 'look-failed', step },
    { type: 'return-not-sent', step },
    { type: 'cancel-refused', step },
  ],
  'give-up': () => [{ type: 'gave-up' }],
  commit: () => [{ type: 'committed' }, { type: 'look-failed', step: 0 }, { type: 'refused', step: 0 }],
  'finish-compensation': () => [{ type: 'compensated' }],
  wait: () => [],
  rest: (_, { saga }) => (saga.status === 'needs_attention' ? [{ type: 'retried' }, { type: 'resolved' }] : []),
};

/** Every event in which an action can end. None of them: the owner died before it was written. */
export function waysOf(action: SagaAction, saga: SagaState, askedMs: number): SagaEvent[] {
  return (WAYS[action.do] as On<SagaAction['do']>)(action, { saga, askedMs });
}

/** While running, what is tried may still be answered as well. */
function lookedFor(step: number, { saga, askedMs: lookedMs }: From): SagaEvent[] {
  const looks: SagaEvent[] = [
    { type: 'looked', step, lookedMs },
    { type: 'look-failed', step },
    { type: 'cancel-refused', step },
  ];
  if (saga.status !== 'running') return [...looks, { type: 'looked', step, lookedMs, uid: 'found' }];
  return [
    ...looks,
    { type: 'booked', step, uid: 'answered' },
    { type: 'refused', step },
    { type: 'not-sent', step },
    { type: 'lost', step },
  ];
}
