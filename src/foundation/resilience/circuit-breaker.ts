/** What a call says about the host: it answered, it was silent or failing, or nothing either way. */
export type Evidence = 'answered' | 'failing' | 'none';

/**
 * Failures in a row that count as an outage. More than three reads with all of their repeats, so that one page which
 * always meets the same fault does not close the host for everybody.
 */
const FAILURES_IN_A_ROW = 10;

/** A host that is down is asked once in this time: soon enough to be back within 10 s, rare enough not to hold it down. */
export const PROBE_INTERVAL_MS = 5_000;

/** Leave to send one call; its outcome belongs to the period it was given in. */
export type Leave = { period: number };

/**
 * Closed while the host answers; open after an outage, when one call each five seconds may look whether it is back.
 * Pure: `now` is its only clock, in milliseconds from any origin that never goes back.
 */
export class CircuitBreaker {
  private failuresInARow = 0;
  /** When the next probe may leave; undefined while closed. */
  private nextProbeAtMs: number | undefined;
  /** Counts openings and closings, so that late outcomes of an earlier period change nothing. */
  private period = 0;

  constructor(private readonly now: () => number) {}

  get isOpen(): boolean {
    return this.nextProbeAtMs !== undefined;
  }

  /** Whether a call would be refused at this moment. Takes no probe. */
  get isResting(): boolean {
    return this.nextProbeAtMs !== undefined && this.now() < this.nextProbeAtMs;
  }

  /**
   * Leave for one call, or undefined while the host rests. A probe that hangs holds nobody up: the next one may leave
   * five seconds after it left, whatever became of it.
   *
   * @param mayProbe false for a call that must not be the one that finds out.
   */
  admit(mayProbe: boolean): Leave | undefined {
    if (this.isResting || (this.isOpen && !mayProbe)) return undefined;
    if (this.isOpen) this.nextProbeAtMs = this.now() + PROBE_INTERVAL_MS;
    return { period: this.period };
  }

  /** Whether a call that got leave may still be sent: not if the host was found down while the call waited. */
  stands(leave: Leave): boolean {
    return !this.isOpen || leave.period === this.period;
  }

  /** To be told once for each leave. */
  settle(leave: Leave, evidence: Evidence): void {
    if (leave.period !== this.period || evidence === 'none') return;
    if (evidence === 'answered') return this.answered();
    this.failuresInARow++;
    if (!this.isOpen && this.failuresInARow >= FAILURES_IN_A_ROW) this.turn(this.now() + PROBE_INTERVAL_MS);
  }

  private answered(): void {
    this.failuresInARow = 0;
    if (this.isOpen) this.turn(undefined);
  }

  private turn(nextProbeAtMs: number | undefined): void {
    this.nextProbeAtMs = nextProbeAtMs;
    this.failuresInARow = 0;
    this.period++;
  }
}
