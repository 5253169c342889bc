/** Long enough to smooth a page's handful of reads, short enough that a good hour pays for no bad minute. */
const WINDOW_SECONDS = 60;
/** A tenth: the load that repeats may add to a host which is already in trouble. */
const SHARE = 0.1;
/** A quiet company makes less than ten calls a minute; one unlucky read of it may still be repeated. */
const FLOOR = 3;

interface Second {
  sent: number;
  retries: number;
}

/** Repeats of the last minute against first tries of the last minute. Pure: `now` is its only clock, in milliseconds. */
export class RetryBudget {
  /** At most one entry for each second of the window. */
  private readonly seconds = new Map<number, Second>();

  constructor(private readonly now: () => number) {}

  /** One call left, be it a first try or a repeat. */
  sent(): void {
    this.current().sent++;
  }

  /** Takes one repeat out of the budget; false when there is none left. */
  take(): boolean {
    const current = this.current();
    let sent = 0;
    let retries = 0;
    for (const second of this.seconds.values()) {
      sent += second.sent;
      retries += second.retries;
    }
    if (retries + 1 > Math.max(FLOOR, SHARE * (sent - retries))) return false;
    current.retries++;
    return true;
  }

  private current(): Second {
    const at = Math.floor(this.now() / 1000);
    const known = this.seconds.get(at);
    if (known) return known;
    for (const second of this.seconds.keys()) if (second <= at - WINDOW_SECONDS) this.seconds.delete(second);
    const fresh = { sent: 0, retries: 0 };
    this.seconds.set(at, fresh);
    return fresh;
  }
}
