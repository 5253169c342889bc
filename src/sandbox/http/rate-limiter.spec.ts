import { RateLimiter } from './rate-limiter';

const LIMIT = { limit: 3, windowMs: 60_000, blockMs: 60_000 };

describe('the rate limiter of the sandbox', () => {
  let clock = 1_000_000;
  let limiter: RateLimiter;

  beforeEach(() => {
    clock = 1_000_000;
    limiter = new RateLimiter(
      () => LIMIT,
      () => clock,
    );
  });

  const hit = (caller = 'a') => limiter.hit(caller);
  const exhaust = () => [hit(), hit(), hit()];

  it('lets through as many calls as the limit says and counts them down', () => {
    const verdicts = exhaust();
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, true]);
    expect(verdicts.map(({ headers }) => headers['X-RateLimit-Remaining-Default'])).toEqual(['2', '1', '0']);
  });

  it('blocks the call after the limit for the whole block, even when the window is long over', () => {
    exhaust();
    clock += 59_000;
    expect(hit().allowed).toBe(false);
    clock += 59_999;
    expect(hit().allowed).toBe(false);
    clock += 1;
    expect(hit().allowed).toBe(true);
  });

  it('tells the seconds until the block ends, and sends no Retry-After', () => {
    exhaust();
    hit();
    clock += 10_500;
    expect(hit().headers).toEqual({
      'X-RateLimit-Limit-Default': '3',
      'X-RateLimit-Remaining-Default': '0',
      'X-RateLimit-Reset-Default': '50',
    });
  });

  it('tells the epoch second of the end of the block when it is set to epoch', () => {
    limiter = new RateLimiter(
      () => LIMIT,
      () => clock,
      () => 'epoch',
    );
    exhaust();
    hit();
    clock += 10_500;
    // Blocked at 1,000 s of the epoch for 60 s.
    expect(hit().headers['X-RateLimit-Reset-Default']).toBe('1060');
  });

  it('starts afresh with a new window', () => {
    hit();
    hit();
    clock += 60_000;
    expect(hit().headers['X-RateLimit-Remaining-Default']).toBe('2');
  });

  it('counts every caller apart', () => {
    exhaust();
    expect(hit().allowed).toBe(false);
    expect(hit('b').allowed).toBe(true);
  });

  it('never refuses without a limit', () => {
    const open = new RateLimiter(
      () => null,
      () => clock,
    );
    const verdicts = Array.from({ length: 500 }, () => open.hit('a').allowed);
    expect(verdicts.every(Boolean)).toBe(true);
  });
});
