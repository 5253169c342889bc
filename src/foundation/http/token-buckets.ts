/** Whom a bucket is kept for; the one not asked for longest is forgotten first, and starts full. */
const BUCKETS_MAX = 50_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** One bucket of tokens for each name: so many a minute, and up to ten seconds' worth at once. */
export class TokenBuckets {
  /** In the order of use. */
  private readonly buckets = new Map<string, Bucket>();
  private readonly perMs: number;
  private readonly size: number;

  /** @param now milliseconds from any origin, never going back. */
  constructor(
    perMinute: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.perMs = perMinute / 60_000;
    this.size = Math.max(1, perMinute / 6);
  }

  /** Takes a token: 0 when there was one, else the milliseconds until there is one. */
  take(name: string): number {
    const nowMs = this.now();
    const { tokens, atMs } = this.buckets.get(name) ?? { tokens: this.size, atMs: nowMs };
    const filled = Math.min(this.size, tokens + (nowMs - atMs) * this.perMs);
    const isThere = filled >= 1;
    this.buckets.delete(name);
    this.buckets.set(name, { tokens: isThere ? filled - 1 : filled, atMs: nowMs });
    if (this.buckets.size > BUCKETS_MAX) this.buckets.delete(this.buckets.keys().next().value!);
    return isThere ? 0 : (1 - filled) / this.perMs;
  }
}
