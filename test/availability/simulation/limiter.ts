/** As an API key of Cal.com has it. */
export const CALCOM_LIMIT = { calls: 120, windowMs: 60_000, blockMs: 60_000 };

interface Window {
  calls: number;
  endsMs: number;
}

interface Key {
  window: Window;
  blockedUntilMs: number;
  calls: number;
}

/**
 * A window opens with a call and lasts a minute, blocked or not. The call that is one too many blocks the key for a
 * minute; calls meanwhile count in the window of their time, so whoever hammers is blocked again by the next call.
 */
export class Limiter {
  private readonly keys = new Map<string, Key>();

  constructor(
    private readonly limit: typeof CALCOM_LIMIT,
    private readonly now: () => number,
  ) {}

  hit(name: string): { isAllowed: boolean; headers: Record<string, string> } {
    const nowMs = this.now();
    const { calls, windowMs, blockMs } = this.limit;
    const key = this.keys.get(name) ?? { window: { calls: 0, endsMs: 0 }, blockedUntilMs: 0, calls: 0 };
    this.keys.set(name, key);
    if (key.window.endsMs <= nowMs) key.window = { calls: 0, endsMs: nowMs + windowMs };
    key.window.calls += 1;
    key.calls += 1;
    if (key.blockedUntilMs <= nowMs && key.window.calls > calls) key.blockedUntilMs = nowMs + blockMs;
    const isAllowed = key.blockedUntilMs <= nowMs;
    const resetMs = (isAllowed ? key.window.endsMs : key.blockedUntilMs) - nowMs;
    const remaining = isAllowed ? calls - key.window.calls : 0;
    return { isAllowed, headers: headersOf(calls, remaining, resetMs) };
  }

  /** Calls of the key that made most. */
  get busiest(): number {
    return Math.max(0, ...[...this.keys.values()].map(({ calls }) => calls));
  }
}

function headersOf(limit: number, remaining: number, resetMs: number): Record<string, string> {
  return {
    'x-ratelimit-limit-default': String(limit),
    'x-ratelimit-remaining-default': String(remaining),
    'x-ratelimit-reset-default': String(Math.ceil(resetMs / 1000)),
  };
}
