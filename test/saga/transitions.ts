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
];

/** Turns that only a person brings about. */
export const PERSONS_TRANSITIONS: readonly [SagaStatus, SagaStatus, string][] = [
  ['needs_attention', 'compensating', 'a person asks for another try'],
  ['needs_attention', 'compensated', 'a person says that nothing is left to be done'],
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
  ['booked', 'trying', 'cancelled, but a confirmation may still revive it'],
  ['booked', 'returning', 'the intent of moving it back is recorded'],
  ['booked', 'stuck', 'the provider refuses for good to undo it'],
  ['returning', 'returned', 'answered, or found where it was'],
  ['returning', 'booked', 'not moved back, and no longer on its way'],
  ['returning', 'stuck', 'refused for good, or could not be looked for in a day'],
];

/** Turns of steps that only a person brings about. */
export const PERSONS_STEP_TRANSITIONS: readonly [StepStatus, StepStatus, string][] = [
  ['stuck', 'trying', 'a person asks for another look'],
  ['stuck', 'booked', 'a person asks for another try'],
  ['stuck', 'returning', 'a person asks for another look for what was moved back'],
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
  ...[...SAGA_TRANSITIONS, ...PERSONS_TRANSITIONS].map(([from, to]) => `saga: ${from} -> ${to}`),
  ...[...STEP_TRANSITIONS, ...PERSONS_STEP_TRANSITIONS].map(([from, to]) => `step: ${from} -> ${to}`),
]);
