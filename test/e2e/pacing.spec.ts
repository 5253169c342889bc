import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CALCOM_BUDGET, LANES, PaceLog, permitsFree, rulesFor } from '../../src/foundation/pacing/pace-log';
import { PostgresPaceStore } from '../../src/foundation/pacing/postgres-pace-store';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server';
import { sendAtOnce } from '../../src/scheduling/prepared-write';
import type { SchedulingProvider } from '../../src/scheduling/provider-port';
import { ProviderApp, startProviders } from '../contract/provider-port/provider-app';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide, workdayAt } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestCompany, type TestService } from '../support/service';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** A tenth of Cal.com's window, so that several of them pass in a short test; the block is as long as the window. */
const LIMIT = { limit: 30, windowMs: 6_000, blockMs: 6_000 };
/** A second more than the window and four calls less than the limit, as for Cal.com. */
const PACE = { calls: 26, windowMs: 7_000 };
const REPLICAS = 4;

let database: TestDatabase;
const pools: DataSource[] = [];

/** What each replica has for itself: a pool of connections to the one database. */
async function store(): Promise<PostgresPaceStore> {
  const pool = await new DataSource({ type: 'postgres', url: database.url, poolSize: 4 }).initialize();
  pools.push(pool);
  return new PostgresPaceStore(pool);
}

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.destroy()));
  await database.drop();
});

function register(provider: SchedulingProvider, url: string): Promise<unknown> {
  const wish = { url, secret: 'sixteen-characters', triggers: [] };
  return sendAtOnce(() => provider.prepare.createWebhook({ level: 'account' }, wish));
}

describe('the statement that gives a permit', () => {
  it('gives exactly what is left when replicas ask at the same moment', async () => {
    const stores = await Promise.all(Array.from({ length: REPLICAS }, store));
    const rules = rulesFor('write', CALCOM_BUDGET);
    const askings = Array.from({ length: 200 }, (_, index) => stores[index % REPLICAS]!.take('contended', rules, 1));
    const answers = await Promise.all(askings);
    expect(answers.filter(({ granted }) => granted === 1)).toHaveLength(CALCOM_BUDGET.calls);
    const refused = answers.filter(({ granted }) => granted === 0);
    expect(refused).toHaveLength(200 - CALCOM_BUDGET.calls);
    for (const { log } of refused) expect(log?.permitsMs).toHaveLength(CALCOM_BUDGET.calls);
  });

  it('decides as the log does in TypeScript, whatever the log, the lane, the block and the cap', async () => {
    const permits = await store();
    const pool = pools.at(-1)!;
    const budget = { calls: 40, windowMs: 61_000 };
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const decisions = new Set<number>();
    for (let round = 0; round < 300; round += 1) {
      const nowMs = Date.now();
      // Whole seconds and a half: the statement's own milliseconds decide nothing.
      const at = (): number => nowMs - random(70) * 1000 - 500;
      const log: PaceLog = {
        permitsMs: Array.from({ length: random(50) }, at).sort((a, b) => a - b),
        silentUntilMs: random(5) === 0 ? nowMs + 30_000 : nowMs - 30_000,
        ...(random(2) === 0
          ? { cap: { sinceMs: at() + 250, untilMs: nowMs + (random(2) === 0 ? 30_000 : -30_000), calls: random(30) } }
          : {}),
      };
      await pool.query(
        `insert into pace_logs (credential, permits, silent_until_ms, cap_since_ms, cap_until_ms, cap_calls)
         values ($1, $2, $3, $4, $5, $6)`,
        [`log ${round}`, log.permitsMs, log.silentUntilMs, log.cap?.sinceMs, log.cap?.untilMs, log.cap?.calls],
      );
      const [lane, want] = [LANES[random(3)]!, 1 + random(4)];
      const { granted } = await permits.take(`log ${round}`, rulesFor(lane, budget), want);
      expect({ round, granted }).toEqual({ round, granted: permitsFree(log, nowMs, rulesFor(lane, budget), want) });
      decisions.add(granted);
    }
    expect([...decisions].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the log of a credential', () => {
  it('is seen by every replica without taking anything', async () => {
    const [giver, watcher] = [await store(), await store()];
    expect(await watcher.look('watched')).toMatchObject({ log: { permitsMs: [], silentUntilMs: 0 } });
    const taken = await giver.take('watched', rulesFor('write', CALCOM_BUDGET), 3);
    await giver.silence('watched', 60_000);
    await giver.cap('watched', { sinceMs: taken.nowMs, calls: 7, forMs: 60_000 }, CALCOM_BUDGET);
    const { nowMs, log } = await watcher.look('watched');
    expect(log).toMatchObject({ permitsMs: Array(3).fill(taken.nowMs), cap: { sinceMs: taken.nowMs, calls: 7 } });
    expect(log.silentUntilMs - nowMs).toBeGreaterThan(55_000);
    expect(log.silentUntilMs - nowMs).toBeLessThanOrEqual(60_000);
  });

  it('is deleted when it was not used for a day, and kept when it was, or while a block or a cap lasts', async () => {
    const hoursMs = (hours: number): number => Date.now() + hours * 3_600_000;
    const rows: [name: string, asked: number, silentUntil: number, capUntil: number | null][] = [
      ['unused', hoursMs(-25), 0, null],
      ['unused since a block', 0, hoursMs(-25), null],
      ['used', hoursMs(-23), 0, null],
      ['blocked', 0, hoursMs(1), null],
      ['capped', hoursMs(-25), 0, hoursMs(1)],
    ];
    const permits = await store();
    const pool = pools.at(-1)!;
    for (const row of rows)
      await pool.query(
        'insert into pace_logs (credential, asked_ms, silent_until_ms, cap_until_ms) values ($1, $2, $3, $4)',
        row,
      );
    await permits.take('anybody', rulesFor('write', CALCOM_BUDGET), 1);
    const names = rows.map(([name]) => name);
    const kept = await eventually(
      () =>
        pool.query<{ credential: string }[]>('select credential from pace_logs where credential = any($1)', [names]),
      (left) => left.length < names.length,
    );
    expect(kept.map(({ credential }) => credential).sort()).toEqual(['blocked', 'capped', 'used']);
  });
});

describe('what nobody waits for', () => {
  let service: TestService;
  let company: TestCompany;

  beforeAll(async () => {
    service = await startTestService();
    company = await service.createCompany();
  });
  afterAll(() => service?.stop());

  /** Permits given so far, by lane. */
  async function permits(): Promise<Record<string, number>> {
    const { text } = await service.call('GET', '/metrics');
    const counts = [...text.matchAll(/^slotbridge_pace_wait_seconds_count\{lane="(\w+)"\} (\d+)$/gm)];
    return Object.fromEntries(counts.map(([, lane, count]) => [lane, Number(count)]));
  }

  it('takes the background lane: a webhook that has to be looked up, and a look whether the provider answers', async () => {
    const provider = new ProviderSide(service, company);
    const type = await provider.eventType('seen-by-webhook');
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
    const before = await permits();
    await provider.book(type, workdayAt(9), { email: 'lane@customer.example' });
    const query = '/api/bookings?attendeeEmail=lane@customer.example';
    await eventually(
      async () => (await service.call('GET', query, { key: company.secretKey })).body.data as unknown[],
      (bookings) => bookings.length === 1,
    );
    const applied = await permits();
    expect(applied).toEqual({ ...before, background: (before.background ?? 0) + 1 });
    expect((await service.call('GET', '/api/health/calcom')).status).toBe(200);
    expect(await permits()).toEqual({ ...applied, background: applied.background! + 1 });
  });

  it('does not take it while a person waits for the same read', async () => {
    const before = await permits();
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
    const after = await permits();
    expect(after.background).toBe(before.background);
    expect(after.interactive).toBeGreaterThan(before.interactive ?? 0);
  });
});

describe('four replicas, one credential and a provider that counts', () => {
  let sandbox: RunningSandbox;
  let replicas: ProviderApp[];
  let accounts = 0;

  beforeAll(async () => {
    sandbox = await startSandbox({ databaseUrl: database.url, port: 0, rateLimit: LIMIT });
    replicas = [];
    for (let count = 0; count < REPLICAS; count += 1)
      replicas.push(await startProviders({ pace: PACE, retryAttempts: 0 }, await store()));
  });

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await sandbox.stop();
  });

  async function control(path: string, body?: object): Promise<any> {
    const headers = { 'content-type': 'application/json' };
    const init = body && { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${sandbox.url}/_sandbox/${path}`, init)).json();
  }

  /** One account, and a way to it from each replica. */
  async function account(): Promise<{ key: string; providers: SchedulingProvider[] }> {
    accounts += 1;
    const [key, username] = [`cal_paced_${accounts}`, `paced-${accounts}`];
    const person = { name: 'Maria', email: `${username}@salon.example`, timeZone: 'Europe/Berlin' };
    await control('accounts', { key, username, ...person });
    return { key, providers: replicas.map((replica) => replica.provider(sandbox.url, key)) };
  }

  const statuses = async (key: string): Promise<number[]> =>
    (await control(`calls?key=${key}`)).map(({ status }: { status: number }) => status);
  const failure = (error: any): string => error.code;

  it('never provoke a 429 under ten times the demand, use what there is, and serve every write', async () => {
    const { key, providers } = await account();
    const [reads, writes]: Promise<string>[][] = [[], []];
    const endMs = performance.now() + 15_000;
    for (let turn = 0; performance.now() < endMs; turn += 1) {
      const provider = providers[turn % REPLICAS]!;
      reads!.push(provider.me().then(() => 'OK', failure));
      const hook = `https://hook.example/${turn}`;
      if (turn % 50 === 0) writes!.push(register(provider, hook).then(() => 'OK', failure));
      await pause(20);
    }
    const outcomes = await Promise.all(reads!);
    expect(await Promise.all(writes!)).toEqual(writes!.map(() => 'OK'));
    expect(new Set(outcomes)).toEqual(new Set(['OK', 'RATE_LIMITED']));
    const answered = await statuses(key);
    expect(answered.filter((status) => status === 429)).toEqual([]);
    process.stdout.write(`asked ${reads!.length + writes!.length}, sent ${answered.length}, 429: 0\n`);
    // At 0 s, 7 s and 14 s a window begins. How full the third one gets depends on the machine, the first two do not.
    expect(answered.length).toBeGreaterThanOrEqual(2 * (PACE.calls - 2));
  }, 60_000);

  it('all fall silent for the whole block that a stranger to them provoked, and come back without another', async () => {
    const { key, providers } = await account();
    const stranger = () => fetch(`${sandbox.url}/v2/me`, { headers: { authorization: `Bearer ${key}` } });
    for (let call = 0; call < LIMIT.limit; call += 1) await stranger();
    const refused = await providers[0]!.me().catch((error) => error);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', details: { providerStatus: 429 } });
    const others = await Promise.all(providers.map((provider) => provider.me().catch((error) => error)));
    for (const other of others)
      expect(other).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 7 } });
    const metrics = await replicas[1]!.metrics.registry.metrics();
    expect(metrics).toMatch(/^slotbridge_pace_blocked_credentials 1$/m);
    expect(metrics).toMatch(/^slotbridge_pace_budget_left\{lane="write"\} 0$/m);
    expect(metrics).toMatch(/^slotbridge_pace_wait_seconds_count\{lane="interactive"\} [1-9]/m);
    expect(metrics).not.toContain(key);
    // Writes are patient enough to wait the block out.
    await Promise.all(providers.map((provider, index) => register(provider, `https://h.example/${index}`)));
    const answered = await statuses(key);
    expect(answered.filter((status) => status === 429)).toHaveLength(1);
    expect(answered.filter((status) => status === 201)).toHaveLength(REPLICAS);
  }, 60_000);

  it('leave room for a stranger who uses the same credential, because the answers tell of him', async () => {
    const { key, providers } = await account();
    const stranger = () => fetch(`${sandbox.url}/v2/me`, { headers: { authorization: `Bearer ${key}` } });
    for (let call = 0; call < 15; call += 1) await stranger();
    const outcomes: string[] = [];
    for (let call = 0; call < 40; call += 1)
      outcomes.push(await providers[call % REPLICAS]!.me().then(() => 'OK', failure));
    expect(outcomes).toContain('RATE_LIMITED');
    expect((await statuses(key)).filter((status) => status === 429)).toEqual([]);
  }, 60_000);
});
