import type { PaceBudget } from './pace-log';

/**
 * The budgets that callers of one credential name. The limit belongs to the credential: where they differ, the fewest
 * calls in the longest window count for everybody, until nobody has named a stricter budget for a window's length.
 */
export class BudgetsInUse {
  private readonly named = new Map<string, { budget: PaceBudget; atMs: number }>();
  private latest: PaceBudget | undefined;

  name(budget: PaceBudget, nowMs: number): void {
    this.latest = budget;
    this.named.set(`${budget.calls} in ${budget.windowMs}`, { budget, atMs: nowMs });
  }

  /** Undefined when none was ever named; the latest one when all of them are long past. */
  strictest(nowMs: number): PaceBudget | undefined {
    for (const [key, { budget, atMs }] of this.named) if (nowMs - atMs > budget.windowMs) this.named.delete(key);
    const inUse = [...this.named.values()].map(({ budget }) => budget);
    if (inUse.length === 0) return this.latest;
    return {
      calls: Math.min(...inUse.map(({ calls }) => calls)),
      windowMs: Math.max(...inUse.map(({ windowMs }) => windowMs)),
    };
  }
}
