const areForgotten = process.env.NODE_ENV !== 'production' && process.env.CHAOS_NO_INTENT === 'true';

/**
 * The state of a saga that is taken up. For the proof that the record of an intent is needed, a process started with
 * `CHAOS_NO_INTENT=true` takes every call that may be in flight for one that was never sent. Not in production.
 */
export const withIntents: <S extends { steps: readonly { status: string }[] }>(saga: S) => S = areForgotten
  ? (saga) => ({
      ...saga,
      steps: saga.steps.map((step) => (step.status === 'trying' ? { ...step, status: 'pending' } : step)),
    })
  : (saga) => saga;
