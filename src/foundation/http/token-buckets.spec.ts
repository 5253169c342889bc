import { TokenBuckets } from './token-buckets';

describe('a quota of 60 a minute', () => {
  let nowMs: number;
  let buckets: TokenBuckets;

  beforeEach(() => {
    nowMs = 0;
    buckets = new TokenBuckets(60, () => nowMs);
  });
  const taken = (name: string, count: number): number =>
    Array.from({ length: count }, () => buckets.take(name)).filter((waitMs) => waitMs === 0).length;

  it('lets ten seconds of it through at once, and then one each second', () => {
    expect(taken('a', 100)).toBe(10);
    nowMs += 3_000;
    expect(taken('a', 100)).toBe(3);
  });

  it('says truly when the next one may come', () => {
    taken('a', 10);
    nowMs += 400;
    const waitMs = buckets.take('a');
    expect(waitMs).toBeCloseTo(600);
    nowMs += waitMs;
    expect(buckets.take('a')).toBe(0);
  });

  it('gives nobody less for what another does', () => {
    taken('a', 10_000);
    expect(taken('b', 10)).toBe(10);
  });

  it('saves no more than ten seconds of it', () => {
    nowMs += 3_600_000;
    expect(taken('a', 100)).toBe(10);
  });
});
