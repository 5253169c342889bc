import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { startSandbox } from '../../src/sandbox/sandbox-server';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { createTestDatabase } from '../support/test-database';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

/** Longest time until another replica has heard of a change: the feed takes a few milliseconds. */
const HEARD_WITHIN_MS = 100;

let database: { url: string; drop: () => Promise<void> };
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let a: TestService;
let b: TestService;
let desk: Desk;

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await startSandbox({ databaseUrl: database.url, port: 0, rateLimit: null });
  a = await startTestService({ databaseUrl: database.url, sandbox });
  const { encryptionKeys } = a.config;
  b = await startTestService({ databaseUrl: database.url, sandbox, config: { encryptionKeys } });
});
beforeEach(async () => {
  desk = await Desk.open(a);
});
afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()]);
  await sandbox?.stop();
  await database?.drop();
});

function read(
  service: TestService,
  start: string,
  more: Record<string, string> = {},
  headers = {},
): Promise<TestAnswer> {
  const date = start.slice(0, 10);
  const query = new URLSearchParams({ eventTypeId: desk.eventType.id, start: date, end: date, ...more });
  return service.call('GET', `/api/availability?${query}`, { key: desk.company.secretKey, headers });
}

async function offers(service: TestService, start: string): Promise<boolean> {
  const { status, body } = await read(service, start);
  expect(status).toBe(200);
  return (body.days[start.slice(0, 10)] ?? []).some((slot: any) => slot.start === start);
}

async function book(service: TestService, start: string): Promise<string> {
  const answer = await service.call('POST', '/api/bookings', {
    key: desk.company.secretKey,
    body: desk.request(start),
    headers: { 'idempotency-key': `book ${start} ${desk.company.companyId}` },
  });
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer.body.id;
}

/** Until it is so, or fails. */
async function within(ms: number, isSo: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(`not so within ${ms} ms`);
    await delay(5);
  }
}

describe('reads of free times', () => {
  it('make one call of a thousand cold ones at once', async () => {
    const start = startAt(0, 10);
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => read(a, start)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await desk.calls('slots.list')).toHaveLength(1);
    expect((await read(a, startAt(20, 10))).body.stale).toBe(false);
    expect(await desk.calls('slots.list')).toHaveLength(1);
  });

  it('ask no database while they are answered from memory, be the question repeated or new', async () => {
    const start = startAt(0, 10);
    await read(a, start);
    const pool = (a.app.get(DataSource).driver as unknown as { master: Pool }).master;
    let asked: string[] = [];
    const note = (): void => void asked.push(new Error('asked').stack ?? '');
    pool.on('acquire', note);
    // The caller's key was just looked up, and is remembered for a second. Other work of the service is no read.
    await read(a, start);
    asked = [];
    const answers = await Promise.all([read(a, start), read(a, startAt(3, 9)), read(a, startAt(4, 9), { limit: '2' })]);
    pool.off('acquire', note);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked.filter((stack) => /availability|companies\/callers/.test(stack))).toEqual([]);
  });

  it('are answered with 304 for as long as nothing has changed, and anew when it has', async () => {
    const start = startAt(0, 11);
    const first = await read(a, start);
    const headers = { 'if-none-match': first.headers.get('etag')! };
    const same = await read(a, start, {}, headers);
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', headers['if-none-match']]);
    await book(a, start);
    const changed = await read(a, start, {}, headers);
    expect([changed.status, changed.headers.get('etag') === headers['if-none-match']]).toEqual([200, false]);
  });

  it('leave a line in the log for one in a hundred repeated ones, and are all counted', async () => {
    const start = startAt(0, 10);
    await read(a, start);
    const lines = (): number => a.logs().split('request completed').length;
    const counted = async (): Promise<number> => {
      const { text } = await a.call('GET', '/metrics', { key: a.adminKey });
      return Number(/availability_reads_total\{outcome="warm"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const [before, countBefore] = [lines(), await counted()];
    for (let count = 0; count < 200; count += 1) await read(a, start);
    // Two of them, and the lines of the looks at the metrics and of the requests before.
    const added = (await counted()) - countBefore;
    expect([lines() - before < 10, added]).toEqual([true, 200]);
  });

  it('of a service follow on every replica what is changed of its staff and maps', async () => {
    const call = async (method: string, path: string, body?: object): Promise<any> => {
      const answer = await a.call(method, path, { key: desk.company.secretKey, body });
      expect([path, answer.status < 300]).toEqual([path, true]);
      return answer.body;
    };
    const { providerId: hostId } = await call('GET', '/api/me');
    const { id: staffId } = await call('POST', '/api/staff', { name: 'Maria', hostId });
    const segments = [{ name: 'Haircut', durationMinutes: 30, staffIds: [staffId] }];
    const service = await call('POST', '/api/services', { name: 'Haircut', segments });
    const map = { segmentId: service.segments[0].id, staffId, eventTypeId: desk.eventType.id };
    await call('PUT', `/api/services/${service.id}/event-type-maps`, { maps: [map] });
    const date = startAt(0, 10).slice(0, 10);
    const query = new URLSearchParams({ serviceId: service.id, start: date, end: date });
    const status = async (on: TestService): Promise<number> =>
      (await on.call('GET', `/api/availability?${query}`, { key: desk.company.secretKey })).status;
    expect([await status(a), await status(b)]).toEqual([200, 200]);
    await call('PATCH', `/api/staff/${staffId}`, { active: false });
    expect(await status(a)).toBe(422);
    await within(HEARD_WITHIN_MS, async () => (await status(b)) === 422);
    await call('PATCH', `/api/staff/${staffId}`, { active: true });
    await within(HEARD_WITHIN_MS, async () => (await status(b)) === 200);
    await call('PUT', `/api/services/${service.id}/event-type-maps`, { maps: [] });
    await within(HEARD_WITHIN_MS, async () => (await status(b)) === 422);
  });

  it('give at most as many times as asked for, and refuse numbers that are none', async () => {
    const { body } = await read(a, startAt(0, 9), { limit: '3' });
    expect(Object.values(body.days).flat()).toHaveLength(3);
    for (const limit of ['0', '501', '1e2', '']) {
      const { status, body } = await read(a, startAt(0, 9), { limit });
      expect([limit, status, body.error.details.fields[0].field]).toEqual([limit, 400, 'limit']);
    }
  });

  it("have three times to be read out, in the company's language", async () => {
    const start = startAt(0, 9);
    const { body } = await read(a, start, { spoken: 'true' });
    expect(body.options.map((option: any) => option.start.slice(11, 16))).toEqual(['09:00', '12:30', '16:30']);
    expect(body.options[0].label).toMatch(/^(Montag|Dienstag|Mittwoch|Donnerstag|Freitag), \d+\. \S+ (um )?0?9:00$/);
    expect([body.timeZone, body.now]).toEqual(['Europe/Berlin', expect.stringMatching(/^\d{4}-.*[+-]\d\d:\d\d$/)]);
  });

  it('are answered while the provider is down, marked, with the time at which it was asked', async () => {
    const start = startAt(0, 10);
    const before = await read(a, start);
    await desk.scenario('error-before', 'slots.list', { times: 1_000 });
    const booking = await a.call('GET', `/api/event-types/${desk.eventType.id}`, { key: desk.company.secretKey });
    expect(booking.status).toBe(200);
    // What is taken is not shown, and what may be free again would have to be asked for.
    const [gone, doubtful] = [startAt(1, 9), startAt(1, 10)];
    const id = await book(a, doubtful);
    await book(a, gone);
    expect((await desk.change(id, 'cancel')).status).toBe(200);
    const { status, body } = await read(a, gone);
    expect([status, body.stale, body.fetchedAt]).toEqual([200, true, before.body.fetchedAt]);
    expect(await offers(a, gone)).toBe(false);
  });
});

describe('two replicas', () => {
  it('do not show what the other has booked, from at most 100 ms after its answer', async () => {
    for (const hour of [9, 10, 11, 12, 13]) {
      const start = startAt(2, hour);
      expect([await offers(a, start), await offers(b, start)]).toEqual([true, true]);
      await book(a, start);
      expect(await offers(a, start)).toBe(false);
      await within(HEARD_WITHIN_MS, async () => !(await offers(b, start)));
    }
    expect((await desk.calls('slots.list')).length).toBeLessThanOrEqual(2);
  });

  it('hide what is held at the other, and show it when it is let go', async () => {
    const start = startAt(2, 9);
    expect([await offers(a, start), await offers(b, start)]).toEqual([true, true]);
    const held = await desk.call('POST', '/api/holds', { eventTypeId: desk.eventType.id, start });
    expect(held.status).toBe(201);
    expect(await offers(a, start)).toBe(false);
    await within(HEARD_WITHIN_MS, async () => !(await offers(b, start)));
    expect((await desk.call('DELETE', `/api/holds/${held.body.id}`)).status).toBe(204);
    // The provider lets it go a moment later, and may say so later still.
    await within(5_000, async () => (await offers(a, start)) && (await offers(b, start)));
  });

  it('show a cancelled time again, and the new one of a moved booking no more', async () => {
    const [from, to] = [startAt(3, 9), startAt(3, 14)];
    await Promise.all([offers(a, from), offers(b, from)]);
    const id = await book(a, from);
    const moved = await desk.change(id, 'reschedule', { start: to });
    expect([moved.status, moved.text]).toEqual([200, expect.any(String)]);
    expect(await offers(a, to)).toBe(false);
    await within(HEARD_WITHIN_MS, async () => !(await offers(b, to)));
    await within(5_000, () => offers(b, from));
    expect((await desk.change(id, 'cancel')).status).toBe(200);
    await within(5_000, async () => (await offers(a, to)) && (await offers(b, to)));
  });

  it('hear what they missed while their connection was lost, before they call an answer fresh again', async () => {
    const starts = [9, 10, 11, 12].map((hour) => startAt(4, hour));
    await Promise.all([offers(a, starts[0]!), offers(b, starts[0]!)]);
    for (const start of starts) {
      const killed = await a.app.get(DataSource).query<{ pid: number }[]>(
        `select pid, pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'slotbridge availability feed' and datname = current_database()`,
      );
      expect(killed).toHaveLength(2);
      await book(a, start);
      const { body } = await read(b, start);
      const isShown = (body.days[start.slice(0, 10)] ?? []).some((slot: any) => slot.start === start);
      expect([isShown && !body.stale, isShown]).toEqual([false, false]);
      await within(5_000, async () => (await read(b, start)).body.stale === false);
      expect([await offers(a, start), await offers(b, start)]).toEqual([false, false]);
    }
  });

  it('notice that a type is sold differently', async () => {
    const start = startAt(0, 10);
    await Promise.all([offers(a, start), offers(b, start)]);
    const change = { lengthMinutes: 60 };
    expect((await desk.call('PATCH', `/api/event-types/${desk.eventType.id}`, change)).status).toBe(200);
    await within(1_000, async () => {
      const answers = await Promise.all([read(a, start), read(b, start)]);
      return answers.every(({ body }) => Object.values(body.days).flat().length === 8);
    });
  });
});
