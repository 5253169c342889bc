import type { SagaState, SagaStatus, StepStatus } from '../../src/features/bookings/saga/saga-state';

/** Every turn that a saga may take, with what it means. `compensated -> compensating` is a stray taken back. */
export const SAGA_TRANSITIONS: readonly [SagaStatus, SagaStatus, string][] = [
  ['running', 'confirmed', 'every step is booked: the pivot'],
  ['running', 'compensating', 'refused, or the deadline has come'],
  ['compensating', 'compensated', 'nothing is booked, nothing can come any more'],
  ['compensating', 'needs_attention', 'all undone but what the provider will not cancel'],
];

/** Turns that only a booking heard of after the end brings about. */
export const STRAY_TRANSITIONS: readonly [SagaStatus, SagaStatus, string][] = [
  ['compensated', 'compensating', 'a booking appeared after all'],
  ['needs_attention', 'compensating', 'a booking appeared after all'],
];

/** Every turn that a step may take. */
export const STEP_TRANSITIONS: readonly [StepStatus, StepStatus, string][] = [
  ['pending', 'trying', 'the intent is recorded'],
  ['pending', 'refused', 'refused before sending'],
  ['trying', 'pending', 'provably never left'],
  ['trying', 'booked', 'answered, or found by its ref'],
  ['trying', 'refused', 'the provider refused'],
  ['trying', 'absent', 'not found after the settle window'],
  ['trying', 'stuck', 'could not be looked for in a day'],
  ['booked', 'cancelled', 'compensated'],
  ['booked', 'stuck', 'the provider refuses for good to cancel'],
];

/** What changed from one state to another, as `saga: a -> b` and `step: a -> b`. */
export function turns(before: SagaState, after: SagaState): string[] {
  const saga = before.status === after.status ? [] : [`saga: ${before.status} -> ${after.status}`];
  const steps = after.steps.flatMap(({ status }, index) => {
    const former = before.steps[index]!.status;
    return former === status ? [] : [`step: ${former} -> ${status}`];
  });
  return [...saga, ...steps];
}

export const ALLOWED_TURNS: ReadonlySet<string> = new Set([
  ...SAGA_TRANSITIONS.map(([from, to]) => `saga: ${from} -> ${to}`),
  ...STEP_TRANSITIONS.map(([from, to]) => `step: ${from} -> ${to}`),
]);
