import { DAY_MS, MINUTE_MS, soldType, StoreWorld, ACCOUNT } from '../../../../test/fixtures/availability/store-world';
import { OUTAGE_AGE_MAX_MS, ttlMs } from './freshness';
import { PROVIDER_CACHE_MS } from './slot-store';

/** The longest for days that are near. */
const RARE_MS = 15 * MINUTE_MS;

let world: StoreWorld;
beforeEach(() => {
  world = new StoreWorld();
});

const type = soldType('1');

describe('a store of free times', () => {
  it('asks once for two months, and answers every range in them from memory', async () => {
    expect((await world.read(type)).outcome).toBe('cold');
    for (const day of [1, 5, 40, 60]) expect((await world.read(type, day)).outcome).toBe('warm');
    expect(world.calls).toHaveLength(1);
    expect((await world.read(type, 3)).starts).toHaveLength(16);
  });

  it('makes one call of a thousand cold reads of the same type', async () => {
    world.isHeldUp = true;
    const reads = Array.from({ length: 1_000 }, (_, index) => world.read(type, index % 50));
    await Promise.resolve();
    expect(world.calls).toHaveLength(1);
    world.calls[0]!.answer();
    for (const { starts } of await Promise.all(reads)) expect(starts).toHaveLength(16);
  });

  it('asks a slow provider for what is needed first, and for the rest where nobody waits', async () => {
    world.isHeldUp = true;
    const first = world.read(soldType('9'), 1);
    world.nowMs += 2_000;
    world.calls[0]!.answer();
    await first;
    const second = world.read(soldType('10'), 1);
    world.calls[1]!.answer();
    expect((await second).starts).toHaveLength(16);
    expect(world.calls.map(({ fromMs, toMs, lane }) => [Math.round((toMs - fromMs) / DAY_MS), lane])).toEqual([
      [64, 'interactive'],
      [1, 'interactive'],
      [64, 'background'],
    ]);
  });

  it('forgets what was read for longest when its memory is full, and counts what it holds', async () => {
    world = new StoreWorld(60_000);
    const types = Array.from({ length: 30 }, (_, index) => soldType(String(index)));
    for (const each of types) await world.read(each);
    const { bytes, types: count } = world.store.shelf.size;
    expect([bytes <= 60_000, count > 3, count < 30]).toEqual([true, true, true]);
    world.calls = [];
    await world.read(types.at(-1)!);
    expect(world.calls).toHaveLength(0);
    await world.read(types[0]!);
    expect(world.calls).toHaveLength(1);
  });

  it('asks anew when a type is sold differently', async () => {
    await world.read(type);
    expect((await world.read(soldType('1', { lengthMinutes: 60 }))).starts).toHaveLength(8);
  });

  it('keeps the notice as time goes by, without a call', async () => {
    const noticed = soldType('1', { minimumNoticeMinutes: 120 });
    const first = await world.store.read(noticed, world.at(0, 0), world.at(1, 0));
    expect(first.starts[0]).toBe(world.at(0, 9));
    world.nowMs = world.at(0, 8);
    await world.store.read(noticed, world.at(0, 0), world.at(1, 0));
    world.nowMs += 1;
    const later = await world.store.read(noticed, world.at(0, 0), world.at(1, 0));
    expect(later.starts[0]).toBe(world.at(0, 10.5));
  });
});

describe('a time that is known to be taken', () => {
  it('is gone at once from every type of the host, without a call', async () => {
    const other = soldType('2', { lengthMinutes: 60 });
    await world.read(type);
    await world.read(other);
    const calls = world.calls.length;
    world.take(world.at(1, 10));
    expect((await world.read(type)).starts).not.toContain(world.at(1, 10));
    expect((await world.read(other)).starts).not.toContain(world.at(1, 10));
    expect((await world.read(other)).starts).toHaveLength(7);
    expect(world.calls).toHaveLength(calls);
  });

  it('never comes back with a fill that began before the booking', async () => {
    world.isHeldUp = true;
    const reading = world.read(type);
    world.take(world.at(1, 10));
    world.nowMs += 5_000;
    world.calls[0]!.answer();
    expect((await reading).starts).not.toContain(world.at(1, 10));
    expect((await world.read(type)).starts).toHaveLength(15);
  });

  it("never comes back with an answer from the provider's own cache", async () => {
    await world.read(type);
    world.take(world.at(1, 10));
    world.nowMs += PROVIDER_CACHE_MS - 1;
    world.store.forgetAll();
    expect((await world.read(type)).starts).not.toContain(world.at(1, 10));
  });

  it('is shown again once the provider was asked after it was given up', async () => {
    world.booked.add(world.at(1, 10));
    world.take(world.at(1, 10), { subject: 'a' });
    await world.read(type);
    world.booked.clear();
    const [fromMs, toMs] = [world.at(1, 10), world.at(1, 10.5)];
    world.store.hear(ACCOUNT, [{ kind: 'changed', hosts: ['host 7'], fromMs, toMs, subject: 'a' }]);
    world.nowMs += PROVIDER_CACHE_MS;
    const read = await world.read(type);
    expect([read.outcome, read.starts.length]).toEqual(['provider', 16]);
    expect((await world.read(type)).outcome).toBe('warm');
  });

  const hosts = [
    { id: '7', name: 'Maria' },
    { id: '8', name: 'Anna' },
  ];

  it('of one of several hosts is asked for anew, and then shown as long as the provider has another', async () => {
    const team = soldType('3', { schedulingType: 'round-robin', hosts });
    await world.read(team);
    world.take(world.at(1, 10));
    const read = await world.read(team);
    expect([read.outcome, read.starts.includes(world.at(1, 10))]).toEqual(['provider', true]);
    // Asked once more when the provider's own cache is over.
    expect((await world.read(team)).outcome).toBe('warm');
    world.nowMs += PROVIDER_CACHE_MS;
    await world.read(team);
    expect((await world.read(team)).outcome).toBe('warm');
    expect(world.calls).toHaveLength(3);
  });

  it.each(['round-robin', 'collective'] as const)(
    'of all hosts that a %s type needs is not shown, whatever an early answer says',
    async (schedulingType) => {
      const team = soldType('3', { schedulingType, hosts });
      await world.read(team);
      if (schedulingType === 'round-robin') world.take(world.at(1, 10), { hosts: ['host 8'], subject: 'other' });
      world.take(world.at(1, 10));
      expect((await world.read(team)).starts).not.toContain(world.at(1, 10));
      expect((await world.read(team)).starts).toHaveLength(15);
    },
  );

  it('is hidden while it is claimed, and shown again when the hold ends or expires', async () => {
    await world.read(type);
    const [fromMs, toMs] = [world.at(1, 10), world.at(1, 10.5)];
    const claim = { kind: 'claimed' as const, claimant: 'hold x', host: 'host 7', fromMs, toMs };
    world.store.hear(ACCOUNT, [{ ...claim, expiresAtMs: world.nowMs + MINUTE_MS }]);
    const held = await world.read(type);
    expect([held.starts.includes(fromMs), held.goodUntilMs <= world.nowMs + MINUTE_MS]).toEqual([false, true]);
    world.store.hear(ACCOUNT, [{ kind: 'ended', claimant: 'hold x' }]);
    expect((await world.read(type)).starts).toContain(fromMs);
    world.store.hear(ACCOUNT, [{ ...claim, expiresAtMs: world.nowMs + MINUTE_MS }]);
    world.nowMs += MINUTE_MS;
    expect((await world.read(type)).starts).toContain(fromMs);
  });

  it('stays hidden after a booking of unknown outcome until the provider was asked', async () => {
    await world.read(type);
    const [fromMs, toMs] = [world.at(1, 10), world.at(1, 10.5)];
    world.store.hear(ACCOUNT, [{ kind: 'claimed', claimant: 'saga x', host: 'host 7', fromMs, toMs }]);
    world.store.hear(ACCOUNT, [{ kind: 'ended', claimant: 'saga x' }]);
    world.isDown = true;
    const down = await world.read(type);
    expect([down.stale, down.starts.includes(fromMs)]).toEqual([true, false]);
    world.isDown = false;
    world.nowMs += PROVIDER_CACHE_MS;
    expect((await world.read(type)).starts).toContain(fromMs);
  });

  it('makes an answer that was written before it worthless', async () => {
    const before = await world.read(type).then(() => world.read(type));
    expect([before.isUnchanged(), before.goodUntilMs > world.nowMs]).toEqual([true, true]);
    world.take(world.at(1, 10));
    expect(before.isUnchanged()).toBe(false);
  });
});

describe('an old answer', () => {
  it('is shown for two minutes more while it is renewed, and then waited for', async () => {
    await world.read(type);
    world.nowMs += RARE_MS + 1;
    const due = await world.read(type);
    expect([due.outcome, due.stale, world.calls.length]).toEqual(['stale', true, 2]);
    expect((await world.read(type)).outcome).toBe('warm');
    world.nowMs += RARE_MS + 2 * MINUTE_MS + 1;
    expect((await world.read(type)).outcome).toBe('provider');
  });

  it('is renewed after 45 s where many read it, and seldom where few do', async () => {
    await world.read(type);
    world.nowMs += 44_999;
    for (let count = 0; count < 100; count += 1) expect((await world.read(type)).outcome).toBe('warm');
    world.nowMs += 2;
    expect((await world.read(type)).outcome).toBe('stale');
    world.nowMs += RARE_MS;
    expect((await world.read(type)).outcome).toBe('warm');
  });

  it('is given again uncounted for 45 s, and later for 5 s at a time', async () => {
    await world.read(type);
    const beganAt = world.nowMs;
    expect((await world.read(type)).goodUntilMs).toBe(beganAt + 45_000);
    world.nowMs += 60_000;
    expect((await world.read(type)).goodUntilMs).toBe(world.nowMs + 5_000);
  });

  it('counts as fresh for longer the less it is read, the fuller the budget, and the farther away its days', () => {
    const rare = { usedShare: 0, daysAhead: 0, shownMs: 0 };
    const often = { ...rare, shownMs: 10 * RARE_MS };
    expect([ttlMs(rare), ttlMs(often)]).toEqual([RARE_MS, 45_000]);
    expect([5, 30].map((daysAhead) => ttlMs({ ...often, daysAhead }))).toEqual([90_000, 180_000]);
    expect([often, rare].map((read) => ttlMs({ ...read, usedShare: 1 }))).toEqual([3_600_000, 3_600_000]);
    const shares = Array.from({ length: 101 }, (_, percent) => ttlMs({ ...often, usedShare: percent / 100 }));
    expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
  });

  it("is marked from the first call that the provider does not answer, also another type's, until one is answered", async () => {
    await world.read(type);
    world.isDown = true;
    await expect(world.read(soldType('2'))).rejects.toThrow('down');
    const marked = await world.read(type);
    expect([marked.stale, marked.starts.length, marked.goodUntilMs]).toEqual([true, 16, 0]);
    // Until the renewal behind it has failed as well.
    await new Promise((resolve) => setImmediate(resolve));
    world.isDown = false;
    world.nowMs += 1_000;
    await world.read(type);
    expect((await world.read(type)).stale).toBe(false);
  });

  it('is shown while the provider is down, marked, with its true age, and for no longer than two hours', async () => {
    const beganAt = world.nowMs;
    await world.read(type);
    world.isDown = true;
    await expect(world.read(soldType('2'))).rejects.toThrow('down');
    for (let minute = 1; minute <= 100; minute += 1) {
      world.nowMs += MINUTE_MS;
      const { starts, fetchedAtMs, stale } = await world.read(type);
      expect([starts.length, fetchedAtMs, stale]).toEqual([16, beganAt, true]);
    }
    world.nowMs = beganAt + OUTAGE_AGE_MAX_MS + 1;
    await expect(world.read(type)).rejects.toThrow('down');
  });

  it('is marked for as long as the others are not heard', async () => {
    await world.read(type);
    world.store.stopHearing();
    const deaf = await world.read(type);
    expect([deaf.outcome, deaf.stale, deaf.goodUntilMs]).toEqual(['provider', true, 0]);
    world.store.hearAgain();
    expect(await world.read(type)).toMatchObject({ outcome: 'warm', stale: false });
  });
});
