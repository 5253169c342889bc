import type { Answer } from './policy';
import { type SoldTypeOfOne, trueStarts } from './salons';

/** What was seen, from the moment when counting began. */
export class Tally {
  reads = 0;
  refused = 0;
  /** Answered after a call, and not at once. */
  waited = 0;
  /** Showed a time that somebody has. */
  stale = 0;
  /** Showed a time of which we had been told that somebody has it. */
  knownStale = 0;
  /** Did not show a time that was free. */
  incomplete = 0;
  /** Said to be older than they should be. */
  marked = 0;
  booked = 0;
  /** Somebody chose a time that was shown, and it was taken. */
  disappointed = 0;
  bookedDirectly = 0;
  cancelled = 0;

  answered(type: SoldTypeOfOne, fromMs: number, toMs: number, answer: Answer, askedMs: number, nowMs: number): void {
    const { host, lengthMs } = type;
    this.reads += 1;
    if (nowMs > askedMs) this.waited += 1;
    if (answer.isMarked) this.marked += 1;
    const wrong = answer.starts.filter((startMs) => !host.isFree(startMs, startMs + lengthMs));
    if (wrong.length > 0) this.stale += 1;
    const takers = wrong.flatMap((startMs) => host.takers(startMs, startMs + lengthMs));
    if (takers.some(({ toldAtMs }) => toldAtMs <= nowMs)) this.knownStale += 1;
    const free = trueStarts(type, Math.max(fromMs, nowMs), toMs).length;
    if (free > answer.starts.length - wrong.length) this.incomplete += 1;
  }

  turnedAway(): void {
    this.reads += 1;
    this.refused += 1;
  }
}
