import type { SagaState, StepStatus } from './saga-state';

export type SagaAction =
  /** Prepare, record the intent, send. */
  | { do: 'book'; step: number }
  /** Look for the step's ref at the provider; read the clock first. */
  | { do: 'look'; step: number }
  | { do: 'cancel'; step: number }
  | { do: 'wait'; untilMs: number }
  | { do: 'give-up' }
  /** The pivot: from then on the saga only goes forward. */
  | { do: 'commit' }
  | { do: 'finish-compensation' }
  | { do: 'rest' };

const CAN_BE_BOOKED: StepStatus[] = ['pending', 'trying', 'booked'];

/**
 * What is to be done next; the whole protocol as one function, so that it can be checked in every state. Bookings are
 * made last first, and undone in the same order.
 */
export function next(saga: SagaState, nowMs: number): SagaAction {
  if (saga.status === 'running') return nextForward(saga, nowMs);
  if (saga.status === 'compensating') return nextBackward(saga, nowMs);
  return { do: 'rest' };
}

function nextForward(saga: SagaState, nowMs: number): SagaAction {
  // Whatever may be in flight is looked for and never sent again.
  const open = lastWith(saga, 'trying');
  const isBooked = saga.steps.every(({ status }) => status === 'booked');
  if (isBooked) return nowMs < saga.nextMs ? { do: 'wait', untilMs: saga.nextMs } : { do: 'commit' };
  // A step that has come to nothing while it was looked for: the rest must not be booked either.
  if (!saga.steps.every(({ status }) => CAN_BE_BOOKED.includes(status))) return { do: 'give-up' };
  if (nowMs >= saga.deadlineMs && saga.tries > 0) return { do: 'give-up' };
  if (nowMs < saga.nextMs) return { do: 'wait', untilMs: Math.min(saga.nextMs, saga.deadlineMs) };
  if (open !== undefined) return { do: 'look', step: open };
  if (nowMs >= saga.deadlineMs) return { do: 'give-up' };
  return { do: 'book', step: lastWith(saga, 'pending')! };
}

function nextBackward(saga: SagaState, nowMs: number): SagaAction {
  const booked = lastWith(saga, 'booked');
  const open = lastWith(saga, 'trying');
  if (booked === undefined && open === undefined) return { do: 'finish-compensation' };
  if (nowMs < saga.nextMs) return { do: 'wait', untilMs: saga.nextMs };
  return booked !== undefined ? { do: 'cancel', step: booked } : { do: 'look', step: open! };
}

function lastWith(saga: SagaState, status: StepStatus): number | undefined {
  const index = saga.steps.findLastIndex((step) => step.status === status);
  return index < 0 ? undefined : index;
}
