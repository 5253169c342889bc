import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal>();

/** Runs `work`, and all that it starts, under a deadline. */
export function underDeadline<T>(deadline: AbortSignal, work: () => T): T {
  return current.run(deadline, work);
}

/**
 * Aborted when nobody waits for the result any more; undefined outside of requests, as in jobs. Whoever begins work
 * that several requests share, or that must be finished in any case, gives that work a signal of its own.
 */
export function currentDeadline(): AbortSignal | undefined {
  return current.getStore();
}
