import { RetryBudget } from './retry-budget';

describe('a retry budget', () => {
  let nowMs: number;
  let budget: RetryBudget;

  beforeEach(() => {
    nowMs = 0;
    budget = new RetryBudget(() => nowMs);
  });

  /** First tries that all fail; how many of them were repeated. */
  function repeated(firstTries: number): number {
    let taken = 0;
    for (let sent = 0; sent < firstTries; sent++) {
      budget.sent();
      if (!budget.take()) continue;
      budget.sent();
      taken++;
    }
    return taken;
  }

  it('allows three repeats where there is little traffic', () => {
    expect(repeated(10)).toBe(3);
  });

  it('allows a tenth of the first tries where there is much', () => {
    expect(repeated(1_000)).toBe(100);
  });

  it('forgets after a minute, the good as well as the bad', () => {
    for (let sent = 0; sent < 1_000; sent++) budget.sent();
    nowMs = 59_999;
    expect(repeated(50)).toBe(50);
    nowMs = 60_000;
    expect(budget.take()).toBe(false);
    nowMs = 120_000;
    expect(repeated(10)).toBe(3);
  });
});
