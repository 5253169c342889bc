import { RateLimit, RateLimitReset } from '../store/settings';

interface Window {
  hits: number;
  endsMs: number;
  blockedUntilMs: number;
}

export interface Verdict {
  allowed: boolean;
  headers: Record<string, string>;
}

/** A fixed window per caller; whoever exceeds it is blocked for a while, and the block does not shorten by waiting. */
export class RateLimiter {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly limit: () => RateLimit | null,
    private readonly now: () => number,
    private readonly reset: () => RateLimitReset = () => 'seconds',
  ) {}

  /** `caller` is the Authorization header, else the client id, else the address. */
  hit(caller: string): Verdict {
    const limit = this.limit();
    if (!limit) return { allowed: true, headers: this.headers(120, 119, 60_000) };
    const now = this.now();
    const window = this.windowOf(caller, limit, now);
    window.hits += 1;
    if (window.hits > limit.limit && window.blockedUntilMs <= now) window.blockedUntilMs = now + limit.blockMs;
    const blocked = window.blockedUntilMs > now;
    const resetMs = blocked ? window.blockedUntilMs - now : window.endsMs - now;
    const remaining = blocked ? 0 : Math.max(0, limit.limit - window.hits);
    return { allowed: !blocked, headers: this.headers(limit.limit, remaining, resetMs) };
  }

  /** What the Reset header says of a time so many milliseconds ahead, rounded up to seconds. */
  resetIn(ms: number): string {
    return String(Math.ceil((this.reset() === 'epoch' ? this.now() + ms : ms) / 1000));
  }

  clear(): void {
    this.windows.clear();
  }

  private windowOf(caller: string, limit: RateLimit, now: number): Window {
    const known = this.windows.get(caller);
    if (known && (known.endsMs > now || known.blockedUntilMs > now)) return known;
    const fresh = { hits: 0, endsMs: now + limit.windowMs, blockedUntilMs: 0 };
    this.windows.set(caller, fresh);
    return fresh;
  }

  /** There is no Retry-After. */
  private headers(limit: number, remaining: number, resetMs: number): Record<string, string> {
    return {
      'X-RateLimit-Limit-Default': String(limit),
      'X-RateLimit-Remaining-Default': String(remaining),
      'X-RateLimit-Reset-Default': this.resetIn(resetMs),
    };
  }
}
