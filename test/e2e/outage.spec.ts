import { randomUUID } from 'node:crypto';
import { RunningSandbox, startSandbox } from '../../src/sandbox/sandbox-server';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, TestAnswer, type TestService } from '../support/service';
import { createTestDatabase, TestDatabase } from '../support/test-database';

/** As many failures in a row as make an outage. */
const FAILURES = 10;

async function readSlots(desk: Desk): Promise<TestAnswer> {
  const [start, end] = [startAt(0, 0), startAt(0, 23)].map(encodeURIComponent);
  return desk.call('GET', `/api/availability?eventTypeId=${desk.eventType.id}&start=${start}&end=${end}`);
}

async function failReads(desk: Desk): Promise<void> {
  for (let sent = 0; sent < FAILURES; sent++) expect((await readSlots(desk)).status).toBe(503);
}

async function breakers(service: TestService): Promise<string[]> {
  const { text } = await service.call('GET', '/metrics');
  return text.match(/^slotbridge_provider_breakers.*$/gm) ?? [];
}

const gauge = (open: number, closed: number): string[] => [
  `slotbridge_provider_breakers{provider="calcom-v2",state="open"} ${open}`,
  `slotbridge_provider_breakers{provider="calcom-v2",state="closed"} ${closed}`,
];

describe('a provider that fails every read', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService({ calcom: { retryAttempts: 0 } });
    desk = await Desk.open(service);
    await desk.scenario('error-before', 'slots.list', { times: FAILURES });
    await failReads(desk);
  });
  afterAll(() => service?.stop());

  it('is left alone: a booking fails at once as not sent, and the same key books once when it is back', async () => {
    expect((await breakers(service)).sort()).toEqual(gauge(1, 0).sort());
    const [key, body] = [randomUUID(), desk.request(startAt(0, 9))];
    const before = performance.now();
    const refused = await desk.book(body, key);
    expect([refused.status, refused.body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await desk.calls('bookings.create')).toEqual([]);
    const looks = (await desk.calls('me.get')).length;

    const booked = await eventually(
      () => desk.book(body, key),
      ({ status }) => status === 201,
    );
    expect(booked.body.status).toBe('confirmed');
    expect(await desk.calls('bookings.create')).toHaveLength(1);
    expect(await desk.atProvider()).toHaveLength(1);
    // The write did not find out itself: a harmless read went before it.
    expect(await desk.calls('me.get')).toHaveLength(looks + 1);
    expect((await breakers(service)).sort()).toEqual(gauge(0, 1).sort());
  });
});

describe('a provider that is gone and comes back', () => {
  let database: TestDatabase;
  let sandbox: RunningSandbox;
  let service: TestService;

  beforeAll(async () => {
    database = await createTestDatabase();
    sandbox = await startSandbox({ databaseUrl: database.url, port: 0 });
    service = await startTestService({ sandbox, calcom: { retryAttempts: 0 } });
  });
  afterAll(async () => {
    await service?.stop();
    await sandbox?.stop();
    await database?.drop();
  });

  it('takes each booking that was refused meanwhile once, within ten seconds', async () => {
    const desk = await Desk.open(service);
    await sandbox.stop();
    await failReads(desk);
    const requests = [9, 10, 11, 12].map((hour) => ({ key: randomUUID(), body: desk.request(startAt(0, hour)) }));
    const during = await Promise.all(requests.map(({ body, key }) => desk.book(body, key)));
    expect(during.map(({ status }) => status)).toEqual([503, 503, 503, 503]);

    sandbox = await startSandbox({ databaseUrl: database.url, port: Number(new URL(sandbox.url).port) });
    const backAt = performance.now();
    const after = await Promise.all(
      requests.map(({ body, key }) =>
        eventually(
          () => desk.book(body, key),
          ({ status }) => status === 201,
        ),
      ),
    );
    expect(performance.now() - backAt).toBeLessThan(10_000);
    expect(new Set(after.map(({ body }) => body.id)).size).toBe(4);
    expect(await desk.atProvider()).toHaveLength(4);
    expect(await desk.calls('bookings.create')).toHaveLength(4);
  });
});
