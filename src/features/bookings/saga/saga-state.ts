/** `needs_attention`: everything is undone but what is stuck; a person has to decide. */
export const SAGA_STATUSES = ['running', 'confirmed', 'compensating', 'compensated', 'needs_attention'] as const;
export type SagaStatus = (typeof SAGA_STATUSES)[number];

/**
 * `trying`: the intent is recorded, so a call may be in flight, or may have been lost.
 * `absent`: no booking of this step exists, and none can come into being any more.
 * `returning`: moved, and the intent of moving it back is recorded.
 * `returned`: where it was before it was moved.
 * `stuck`: must not be, is or may be booked, and could not be undone for good or for a day.
 */
export const STEP_STATUSES = [
  'pending',
  'trying',
  'booked',
  'refused',
  'cancelled',
  'absent',
  'returning',
  'returned',
  'stuck',
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Instants are milliseconds of the database's clock. */
export interface StepState {
  status: StepStatus;
  /** While trying, returning or being confirmed: from then on no call that was sent can take effect any more. */
  settleMs?: number;
  /** Once booked. */
  uid?: string;
  /** Of a type that asks for it. Until it is `given` the booking is the host's to decide. Moved back it is `wanted` anew. */
  confirmation?: 'wanted' | 'given';
  /** It moves a booking that exists, and is undone by moving that back. */
  moves?: true;
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
  /** The intent of a confirmation was recorded. */
  | { type: 'confirm-intended'; step: number; settleMs: number }
  /** `isSettled`: by the answer to the only call that was sent, so that none is under way any more. */
  | { type: 'confirmed'; step: number; isSettled?: boolean }
  /** Not confirmed, or nobody knows: it is read and asked for again. */
  | { type: 'confirm-failed'; step: number }
  /** `askedMs` was read before the cancellation was asked for. */
  | { type: 'cancelled'; step: number; askedMs: number }
  | { type: 'cancel-failed'; step: number }
  | { type: 'cancel-refused'; step: number }
  /** The intent of moving a booking back was recorded. */
  | { type: 'return-intended'; step: number; settleMs: number }
  /** It is where it was, or somebody else has decided about it. `isPending`: its host is to say yes to it once more. */
  | { type: 'returned'; step: number; uid: string; isPending?: boolean }
  | { type: 'return-not-sent'; step: number }
  /** It was looked for, and is not back; `lookedMs` was read before looking. */
  | { type: 'return-looked'; step: number; lookedMs: number }
  /** Time or hope ran out. */
  | { type: 'gave-up' }
  | { type: 'committed' }
  | { type: 'compensated' }
  /** A person asks for what is stuck to be tried again. */
  | { type: 'retried' }
  /** A person says that nothing of it is left to be done. */
  | { type: 'resolved' };

/** First back-off, doubled each time. */
const BACKOFF_FIRST_MS = 300;
const BACKOFF_LAST_MS = 5 * 60_000;

/**
 * The last look for a call that got no answer comes nine seconds after the first one. A booking takes 1.5 to 5 s at
 * Cal.com; whoever waits for an outcome should not wait for one that is hardly still to come.
 */
export const LOOKS_MAX = 6;

const UNDOABLE: StepStatus[] = ['booked', 'trying', 'returning'];
const CONFIRMABLE: StepStatus[] = ['booked', 'returned'];

type Transition<E extends SagaEvent> = (saga: SagaState, event: E, nowMs: number) => SagaState;
type Of<T extends SagaEvent['type']> = Extract<SagaEvent, { type: T }>;

const TRANSITIONS: { [T in SagaEvent['type']]: Transition<Of<T>> } = {
  intended: (saga, { step, settleMs }) => at(saga, step, ['pending'], { status: 'trying', settleMs }),
  booked: (saga, { step, uid }) => at(saga, step, ['trying'], { status: 'booked', uid }),
  refused: (saga, { step }) => turned(at(saga, step, ['trying', 'pending', 'booked'], refusedAfter(saga.steps[step]))),
  'not-sent': (saga, { step }) => at(saga, step, ['trying'], { status: 'pending' }),
  lost: (saga) => saga,
  looked,
  'look-failed': lookFailed,
  'confirm-intended': (saga, { step, settleMs }) =>
    counting(saga, at(saga, step, CONFIRMABLE, { ...saga.steps[step]!, settleMs })),
  confirmed,
  'confirm-failed': (saga, _, nowMs) => later(saga, nowMs),
  cancelled,
  'cancel-failed': (saga, _, nowMs) => later(saga, nowMs),
  'cancel-refused': (saga, { step }) => at(saga, step, UNDOABLE, { ...saga.steps[step]!, status: 'stuck' }),
  'return-intended': (saga, { step, settleMs }) =>
    counting(saga, at(saga, step, ['booked'], { ...saga.steps[step]!, status: 'returning', settleMs })),
  returned,
  'return-not-sent': (saga, { step }) => counting(saga, at(saga, step, ['returning'], bookedAgain(saga.steps[step]!))),
  'return-looked': returnLooked,
  'gave-up': (saga) => turned(saga),
  committed: (saga) => ended(saga, 'confirmed', ['booked']),
  compensated: (saga) => {
    const status = hasStuck(saga) ? 'needs_attention' : 'compensated';
    return ended(saga, status, ['pending', 'refused', 'cancelled', 'absent', 'returned', 'stuck']);
  },
  // The day that undoing may take begins anew.
  retried: (saga, _, nowMs) => ({ ...turned(saga), deadlineMs: nowMs, steps: saga.steps.map(retriedStep) }),
  // What is stuck stays so: it is the person's now, and not taken back when it is heard of.
  resolved: (saga) => ({ ...saga, status: 'compensated' }),
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
  'confirm-intended': ['running', 'compensating'],
  confirmed: ['running', 'compensating'],
  'confirm-failed': ['running', 'compensating'],
  cancelled: ['compensating'],
  'cancel-failed': ['compensating'],
  'cancel-refused': ['running', 'compensating'],
  'return-intended': ['compensating'],
  returned: ['compensating'],
  'return-not-sent': ['compensating'],
  'return-looked': ['compensating'],
  'gave-up': ['running'],
  committed: ['running'],
  compensated: ['compensating'],
  retried: ['needs_attention'],
  resolved: ['needs_attention'],
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
function looked(saga: SagaState, event: Of<'looked'>, nowMs: number): SagaState {
  const step = saga.steps[event.step]!;
  // One that was cancelled, and may be confirmed back to life, goes on being watched.
  const watched = step.uid === undefined ? {} : { settleMs: step.settleMs };
  if (event.uid !== undefined) {
    return at(saga, event.step, ['trying'], { status: 'booked', uid: event.uid, ...watched });
  }
  if (!canStillCome(step, event.lookedMs)) return at(saga, event.step, ['trying'], { status: 'absent' });
  return later(saga, nowMs);
}

/** Whoever could not look has not looked in vain. */
function lookFailed(saga: SagaState, _: Of<'look-failed'>, nowMs: number): SagaState {
  const after = later(saga, nowMs);
  return saga.status === 'running' ? { ...after, tries: Math.min(after.tries, LOOKS_MAX - 1) } : after;
}

/** A confirmation that was sent and got no answer would bring it back to life: then it is looked at again. */
function cancelled(saga: SagaState, { step: index, askedMs }: Of<'cancelled'>): SagaState {
  const step = saga.steps[index]!;
  const isWatched = step.settleMs !== undefined && askedMs <= step.settleMs;
  return at(saga, index, ['booked'], { ...step, status: isWatched ? 'trying' : 'cancelled' });
}

function confirmed(saga: SagaState, { step: index, isSettled = false }: Of<'confirmed'>): SagaState {
  const { settleMs, ...step } = saga.steps[index]!;
  const watched = settleMs === undefined || isSettled ? {} : { settleMs };
  return at(saga, index, CONFIRMABLE, { ...step, ...watched, confirmation: 'given' });
}

function returned(saga: SagaState, { step: index, uid, isPending = false }: Of<'returned'>): SagaState {
  const confirmation = isPending ? 'wanted' : 'given';
  const { status, settleMs, confirmation: asked } = saga.steps[index]!;
  // A confirmation of what is back may still be under way; the window of moving it back is over.
  const watched = status === 'returned' && settleMs !== undefined ? { settleMs } : {};
  return at(saga, index, ['returning', 'returned'], {
    ...{ status: 'returned', uid, ...watched },
    ...(asked && { confirmation }),
  });
}

function returnLooked(saga: SagaState, { step: index, lookedMs }: Of<'return-looked'>, nowMs: number): SagaState {
  const step = saga.steps[index]!;
  if (!canStillCome(step, lookedMs)) return at(saga, index, ['returning'], bookedAgain(step));
  return later(saga, nowMs);
}

function bookedAgain({ uid }: StepState): StepState {
  return { status: 'booked', ...(uid === undefined ? {} : { uid }) };
}

function canStillCome({ settleMs }: StepState, lookedMs: number): boolean {
  return settleMs === undefined || lookedMs <= settleMs;
}

/**
 * A person asks for another try: what is known to be booked is undone, what is not known is looked for. So is what may
 * have been moved back: some servers move it once more when asked twice.
 */
function retriedStep(step: StepState): StepState {
  if (step.status !== 'stuck') return step;
  if (step.uid === undefined) return { ...step, status: 'trying' };
  return { ...step, status: step.moves && step.settleMs !== undefined ? 'returning' : 'booked' };
}

function hasStuck(saga: SagaState): boolean {
  return saga.steps.some(({ status }) => status === 'stuck');
}

function at(saga: SagaState, index: number, from: StepStatus[], step: StepState): SagaState {
  const current = saga.steps[index];
  if (!current || !from.includes(current.status)) {
    throw new Error(`step ${index} is ${current?.status ?? 'missing'}, not ${from.join(' or ')}`);
  }
  // What kind of step it is stays the same, whatever becomes of it.
  const { confirmation, moves } = current;
  const kept = { ...(confirmation && { confirmation }), ...(moves && { moves }), ...step };
  return { ...saga, nextMs: 0, tries: 0, steps: saga.steps.with(index, kept) };
}

/** What is asked for again waits longer each time. */
function counting({ tries }: SagaState, after: SagaState): SagaState {
  return { ...after, tries };
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
