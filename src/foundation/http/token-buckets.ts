/** Whom a bucket is kept for; the one not asked for longest is forgotten first, and starts full. */
const BUCKETS_MAX = 50_000;

/** A map that is reordered with every request of a busy name spends most of its time being rebuilt. */
const REORDERED_EACH_MS = 1_000;

interface Bucket {
  tokens: number;
  atMs: number;
  placedMs: number;
}

/** One bucket of tokens for each name: so many a minute, and up to ten seconds' worth at once. */
export class TokenBuckets {
  /** In the order of use, to the second. */
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
    const bucket = this.bucket(name, nowMs);
    bucket.tokens = Math.min(this.size, bucket.tokens + (nowMs - bucket.atMs) * this.perMs);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.perMs;
    bucket.tokens -= 1;
    return 0;
  }

  private bucket(name: string, nowMs: number): Bucket {
    const known = this.buckets.get(name);
    if (known && nowMs - known.placedMs < REORDERED_EACH_MS) return known;
    const bucket = known ?? { tokens: this.size, atMs: nowMs, placedMs: nowMs };
    bucket.placedMs = nowMs;
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    if (this.buckets.size > BUCKETS_MAX) this.buckets.delete(this.buckets.keys().next().value!);
    return bucket;
  }
}
