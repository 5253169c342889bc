import { LOOKS_MAX, type SagaState, type StepState, type StepStatus } from './saga-state';

export type SagaAction =
  /** Prepare, record the intent, send. */
  | { do: 'book'; step: number }
  /** Look for the step's ref at the provider; read the clock first. */
  | { do: 'look'; step: number }
  /** The host's yes to a booking that awaits it, also to one that was moved back. */
  | { do: 'confirm'; step: number }
  /** Cancel what was booked, or move back what was moved. */
  | { do: 'undo'; step: number }
  /** Look for where a booking is that was to be moved back; read the clock first. */
  | { do: 'look-back'; step: number }
  | { do: 'wait'; untilMs: number }
  | { do: 'give-up' }
  /** The pivot: from then on the saga only goes forward. */
  | { do: 'commit' }
  | { do: 'finish-compensation' }
  | { do: 'rest' };

const CAN_BE_BOOKED: StepStatus[] = ['pending', 'trying', 'booked'];

/**
 * What is to be done next; the whole protocol as one function, so that it can be checked in every state. Steps are
 * done last first, and undone in reverse.
 */
export function next(saga: SagaState, nowMs: number): SagaAction {
  if (saga.status === 'running') return nextForward(saga, nowMs);
  if (saga.status === 'compensating') return nextBackward(saga, nowMs);
  return { do: 'rest' };
}

function nextForward(saga: SagaState, nowMs: number): SagaAction {
  const isBooked = saga.steps.every(({ status }) => status === 'booked');
  if (isBooked) return nextOnceBooked(saga, nowMs);
  // A step that has come to nothing while it was looked for: the rest must not be booked either.
  if (!saga.steps.every(({ status }) => CAN_BE_BOOKED.includes(status))) return { do: 'give-up' };
  const open = lastWith(saga, 'trying');
  const isHopeless = open !== undefined && saga.tries >= LOOKS_MAX;
  if (isHopeless || (nowMs >= saga.deadlineMs && saga.tries > 0)) return { do: 'give-up' };
  if (nowMs < saga.nextMs) return { do: 'wait', untilMs: Math.min(saga.nextMs, saga.deadlineMs) };
  // Whatever may be in flight is looked for and never sent again.
  if (open !== undefined) return { do: 'look', step: open };
  if (nowMs >= saga.deadlineMs) return { do: 'give-up' };
  return { do: 'book', step: lastWith(saga, 'pending')! };
}

/** What is booked is committed also after the deadline; what its host has not confirmed by then is given up. */
function nextOnceBooked(saga: SagaState, nowMs: number): SagaAction {
  const open = saga.steps.findLastIndex(({ confirmation }) => confirmation === 'wanted');
  if (open < 0) return nowMs < saga.nextMs ? { do: 'wait', untilMs: saga.nextMs } : { do: 'commit' };
  if (nowMs >= saga.deadlineMs) return { do: 'give-up' };
  if (nowMs < saga.nextMs) return { do: 'wait', untilMs: Math.min(saga.nextMs, saga.deadlineMs) };
  return { do: 'confirm', step: open };
}

function nextBackward(saga: SagaState, nowMs: number): SagaAction {
  const action = undoing(saga) ?? confirmingWhatIsBack(saga);
  if (!action) return { do: 'finish-compensation' };
  return nowMs < saga.nextMs ? { do: 'wait', untilMs: saga.nextMs } : action;
}

/** One at a time: where a booking goes back to may be where the next one is, or where one may be that was moved. */
function undoing(saga: SagaState): SagaAction | undefined {
  const returning = firstWith(saga, 'returning');
  if (returning !== undefined) return { do: 'look-back', step: returning };
  const booked = firstWith(saga, 'booked');
  const open = firstWith(saga, 'trying');
  const isInTheWay = open !== undefined && booked !== undefined && saga.steps[booked]!.moves;
  if (booked !== undefined && !isInTheWay) return { do: 'undo', step: booked };
  return open === undefined ? undefined : { do: 'look', step: open };
}

/** What is left elsewhere is more urgent than a yes to what is back. */
function confirmingWhatIsBack({ steps }: SagaState): SagaAction | undefined {
  const step = steps.findIndex(isBackUnconfirmed);
  return step < 0 ? undefined : { do: 'confirm', step };
}

function isBackUnconfirmed({ status, confirmation }: StepState): boolean {
  return status === 'returned' && confirmation === 'wanted';
}

function firstWith(saga: SagaState, status: StepStatus): number | undefined {
  const index = saga.steps.findIndex((step) => step.status === status);
  return index < 0 ? undefined : index;
}

function lastWith(saga: SagaState, status: StepStatus): number | undefined {
  const index = saga.steps.findLastIndex((step) => step.status === status);
  return index < 0 ? undefined : index;
}
