/**
 * Named places at which a process can be made to end as by kill -9. `wrote` and `writing` are followed by the kind of
 * event that is recorded: `wrote intended` is right behind the commit of an intent, `writing booked` right before the
 * commit of an outcome.
 */
export type Failpoint =
  /** A saga and what it is to do are committed; nothing was asked of the provider. */
  | 'begun'
  /** Permit and connection are there; the intent is not recorded. */
  | 'prepared'
  /** The bytes have left; the answer is not here. */
  | 'sending'
  /** The answer is here and not recorded. */
  | 'answered'
  /** A look for a booking is back and not recorded. */
  | 'found'
  /** A compensating cancellation is answered and not recorded. */
  | 'undone'
  | 'writing'
  | 'wrote'
  /** The job of a webhook has begun. */
  | 'webhook begun'
  /** The effect of a webhook is committed, the delivery does not say so. */
  | 'webhook applied'
  /** The delivery says what it did, the queue does not know that its job is done. */
  | 'webhook finished';

/** For the bytes to leave: the sandbox on the same machine needs longer than this to answer. */
const SENDING_MS = 4;

/** `<place>:<n>` ends the process at the n-th pass of a place. Never read in production. */
const armed = process.env.NODE_ENV === 'production' ? undefined : process.env.CHAOS_FAILPOINT;
const [armedPlace, passes = '1'] = armed?.split(':') ?? [];
let passesLeft = Number(passes);

/** Ends the process here if it was started to end here; else does nothing. */
export const failpoint: (place: Failpoint, event?: string) => void = armedPlace ? pass : () => undefined;

function pass(place: Failpoint, event?: string): void {
  const name = event === undefined ? place : `${place} ${event}`;
  if (name !== armedPlace || --passesLeft !== 0) return;
  if (place === 'sending') setTimeout(end, SENDING_MS);
  else end();
}

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}
