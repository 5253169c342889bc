/** The process's time and timers, replaceable by virtual ones. */
export interface Timers {
  /** Milliseconds; only differences are meaningful. */
  now(): number;
  /** Runs once, not before the time is over. Returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (ms, run) => {
    // One more millisecond: Node may be early by a fraction, and a permit asked for too early costs a second question.
    const timer = setTimeout(run, Math.ceil(ms) + 1);
    return () => clearTimeout(timer);
  },
};
