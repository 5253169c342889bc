/** `needs_attention`: everything is undone but what is stuck; a person has to decide. */
export const SAGA_STATUSES = ['running', 'confirmed', 'compensating', 'compensated', 'needs_attention'] as const;
export type SagaStatus = (typeof SAGA_STATUSES)[number];

/**
 * `trying`: the intent is recorded, so a call may be in flight, or may have been lost.
 * `absent`: no booking of this step exists, and none can come into being any more.
 * `stuck`: must not be, is or may be booked, and could not be undone for good or for a day.
 */
export const STEP_STATUSES = ['pending', 'trying', 'booked', 'refused', 'cancelled', 'absent', 'stuck'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Instants are milliseconds of the database's clock. */
export interface StepState {
  status: StepStatus;
  /** While trying: from then on the attempt can no longer take effect. */
  settleMs?: number;
  /** Once booked. */
  uid?: string;
}

export interface SagaState {
  status: SagaStatus;
  /** From then on nothing is begun and nothing is waited for: what is not booked by then will not be. */
  deadlineMs: number;
  /** Not before then is anything tried again; 0 = at once. */
  nextMs: number;
  /** Looks and cancellations in a row that brought nothing. */
  tries: number;
  steps: readonly StepState[];
}

export type SagaEvent =
  /** The intent of a step was recorded. */
  | { type: 'intended'; step: number; settleMs: number }
  | { type: 'booked'; step: number; uid: string }
  /** Refused by the provider, or by a claim of another saga on the person who was named: it is not booked. */
  | { type: 'refused'; step: number }
  /** The call provably never left. */
  | { type: 'not-sent'; step: number }
  /** No trustworthy answer came. */
  | { type: 'lost'; step: number }
  /** A look for the step's ref; `lookedMs` was read before looking. */
  | { type: 'looked'; step: number; lookedMs: number; uid?: string }
  | { type: 'look-failed'; step: number }
  | { type: 'cancelled'; step: number }
  | { type: 'cancel-failed'; step: number }
  | { type: 'cancel-refused'; step: number }
  /** Time or hope ran out. */
  | { type: 'gave-up' }
  | { type: 'committed' }
  | { type: 'compensated' };

/** First back-off, doubled each time. */
const BACKOFF_FIRST_MS = 300;
const BACKOFF_LAST_MS = 5 * 60_000;

type Transition<E extends SagaEvent> = (saga: SagaState, event: E, nowMs: number) => SagaState;

const TRANSITIONS: { [T in SagaEvent['type']]: Transition<Extract<SagaEvent, { type: T }>> } = {
  intended: (saga, { step, settleMs }) => at(saga, step, ['pending'], { status: 'trying', settleMs }),
  booked: (saga, { step, uid }) => at(saga, step, ['trying'], { status: 'booked', uid }),
  refused: (saga, { step }) => turned(at(saga, step, ['trying', 'pending', 'booked'], refusedAfter(saga.steps[step]))),
  'not-sent': (saga, { step }) => at(saga, step, ['trying'], { status: 'pending' }),
  lost: (saga) => saga,
  looked,
  'look-failed': (saga, _, nowMs) => later(saga, nowMs),
  cancelled: (saga, { step }) => at(saga, step, ['booked'], { ...saga.steps[step]!, status: 'cancelled' }),
  'cancel-failed': (saga, _, nowMs) => later(saga, nowMs),
  'cancel-refused': (saga, { step }) => at(saga, step, ['booked', 'trying'], { ...saga.steps[step]!, status: 'stuck' }),
  'gave-up': (saga) => turned(saga),
  committed: (saga) => ended(saga, 'confirmed', ['booked']),
  compensated: (saga) => {
    const status = hasStuck(saga) ? 'needs_attention' : 'compensated';
    return ended(saga, status, ['pending', 'refused', 'cancelled', 'absent', 'stuck']);
  },
};

/** In which statuses of the saga an event can happen. */
const HAPPENS_IN: { [T in SagaEvent['type']]: readonly SagaStatus[] } = {
  intended: ['running'],
  booked: ['running'],
  refused: ['running'],
  'not-sent': ['running'],
  lost: ['running'],
  looked: ['running', 'compensating'],
  'look-failed': ['running', 'compensating'],
  cancelled: ['compensating'],
  'cancel-failed': ['compensating'],
  'cancel-refused': ['running', 'compensating'],
  'gave-up': ['running'],
  committed: ['running'],
  compensated: ['compensating'],
};

/** What a saga becomes by an event. Pure; an event that cannot happen in this state throws. */
export function apply<E extends SagaEvent>(saga: SagaState, event: E, nowMs: number): SagaState {
  if (!HAPPENS_IN[event.type].includes(saga.status)) throw new Error(`${event.type} cannot happen when ${saga.status}`);
  const transition = TRANSITIONS[event.type] as Transition<E>;
  return transition(saga, event, nowMs);
}

/** What was booked with a person whom another saga has claimed is still there, and has to be cancelled. */
function refusedAfter(step: StepState | undefined): StepState {
  return step?.status === 'booked' ? step : { status: 'refused' };
}

/** The clock was read before looking: an effect after an empty look must not be taken for impossible. */
function looked(saga: SagaState, event: Extract<SagaEvent, { type: 'looked' }>, nowMs: number): SagaState {
  const step = saga.steps[event.step]!;
  if (event.uid !== undefined) return at(saga, event.step, ['trying'], { status: 'booked', uid: event.uid });
  const canStillCome = step.settleMs === undefined || event.lookedMs <= step.settleMs;
  if (!canStillCome) return at(saga, event.step, ['trying'], { status: 'absent' });
  return later(saga, nowMs);
}

function hasStuck(saga: SagaState): boolean {
  return saga.steps.some(({ status }) => status === 'stuck');
}

function at(saga: SagaState, index: number, from: StepStatus[], step: StepState): SagaState {
  const current = saga.steps[index];
  if (!current || !from.includes(current.status)) {
    throw new Error(`step ${index} is ${current?.status ?? 'missing'}, not ${from.join(' or ')}`);
  }
  return { ...saga, nextMs: 0, tries: 0, steps: saga.steps.with(index, step) };
}

function ended(saga: SagaState, status: SagaStatus, settled: StepStatus[]): SagaState {
  const open = saga.steps.findIndex((step) => !settled.includes(step.status));
  if (open >= 0) throw new Error(`not ${status}: step ${open} is ${saga.steps[open]!.status}`);
  return { ...saga, status, nextMs: 0 };
}

function turned(saga: SagaState): SagaState {
  return { ...saga, status: 'compensating', nextMs: 0, tries: 0 };
}

function later(saga: SagaState, nowMs: number): SagaState {
  const pauseMs = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** saga.tries);
  return { ...saga, nextMs: nowMs + pauseMs, tries: saga.tries + 1 };
}
