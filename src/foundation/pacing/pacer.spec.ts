import { Registry } from 'prom-client';
import { PaceStoreInMemory } from '../../../test/fixtures/pacing/pace-store-in-memory';
import type { PaceBudget } from './pace-log';
import { PaceMetrics } from './pace-metrics';
import { PaceRefused } from './pace-refused';
import { Pacer } from './pacer';

const WINDOW_MS = 60_000;
const budgetOf = (calls: number): PaceBudget => ({ calls, windowMs: WINDOW_MS });

describe('the pacer', () => {
  let nowMs: number;
  let store: PaceStoreInMemory;
  let registry: Registry;
  let pacer: Pacer;
  const timers = { now: () => nowMs, after: () => () => undefined };

  beforeEach(() => {
    nowMs = 1_700_000_000_000;
    store = new PaceStoreInMemory(() => nowMs);
    registry = new Registry();
    pacer = new Pacer(store, new PaceMetrics(registry), timers);
  });

  const write = (secret: string, budget: PaceBudget, by = pacer) =>
    by.permit(secret, { lane: 'write', companyId: 'a', budget, patienceMs: 1_000 }).then(
      () => 'granted',
      (error: unknown) => (error instanceof PaceRefused ? `in ${error.retryAfterSeconds} s` : 'failed'),
    );

  it('goes by the strictest of the budgets that callers of one credential name', async () => {
    const outcomes: string[] = [];
    for (const calls of [10, 3, 10, 10, 3]) outcomes.push(await write('key', budgetOf(calls)));
    expect(outcomes).toEqual(['granted', 'granted', 'granted', 'in 60 s', 'in 60 s']);
    expect(await write('another key', budgetOf(10))).toBe('granted');
  });

  it('takes the fewest calls and the longest window, where one budget has these and another those', async () => {
    await write('key', { calls: 2, windowMs: 1_000 });
    await write('key', { calls: 9, windowMs: WINDOW_MS });
    expect(await write('key', { calls: 9, windowMs: WINDOW_MS })).toBe('in 60 s');
  });

  it('forgets a stricter budget that nobody has named for a window', async () => {
    for (const calls of [3, 10, 10]) await write('key', budgetOf(calls));
    nowMs += WINDOW_MS / 2;
    expect(await write('key', budgetOf(10))).toBe('in 30 s');
    nowMs += WINDOW_MS / 2 + 1;
    const outcomes: string[] = [];
    for (let call = 0; call < 11; call += 1) outcomes.push(await write('key', budgetOf(10)));
    expect(outcomes).toEqual([...Array<string>(10).fill('granted'), 'in 60 s']);
  });

  it('tells how a credential stands in all processes together, and takes nothing by it', async () => {
    const beside = new Pacer(store, new PaceMetrics(new Registry()), timers);
    const standing = () => beside.standing('key', budgetOf(10));
    expect(await standing()).toEqual({ limit: 10, windowSeconds: 60, left: 10 });
    for (let call = 0; call < 4; call += 1) await write('key', budgetOf(10));
    expect(await standing()).toEqual({ limit: 10, windowSeconds: 60, left: 6 });
    nowMs += WINDOW_MS + 1;
    expect(await standing()).toMatchObject({ left: 10 });
  });

  it('tells until when the provider has blocked a credential, and no longer when that is over', async () => {
    const permit = await pacer.permit('key', {
      lane: 'write',
      companyId: 'a',
      budget: budgetOf(10),
      patienceMs: 1_000,
    });
    await pacer.observe(permit, { resetSeconds: 60, refused: true });
    const standing = await pacer.standing('key', budgetOf(10));
    expect(standing).toEqual({ limit: 10, windowSeconds: 60, left: 0, blockedUntilMs: nowMs + 61_000 });
    nowMs += 61_000;
    expect(await pacer.standing('key', budgetOf(10))).not.toHaveProperty('blockedUntilMs');
  });

  it('shows what is left of the scarcest credential by its own budget, whichever was used last', async () => {
    const left = async () => (await registry.metrics()).match(/budget_left\{lane="write"\} (\d+)/)?.[1];
    expect(await left()).toBeUndefined();
    await write('small', budgetOf(30));
    await write('large', budgetOf(1_000));
    expect(await left()).toBe('29');
    for (let call = 0; call < 980; call += 1) await write('large', budgetOf(1_000));
    await write('small', budgetOf(30));
    expect(await left()).toBe('19');
  });
});
