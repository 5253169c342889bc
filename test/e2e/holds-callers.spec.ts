import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { syncedTypes } from '../fixtures/event-types/salon-team';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

describe('who makes, sees, takes and ends a hold', () => {
  let service: TestService;
  let desk: Desk;
  let own: TestCompany;

  beforeAll(async () => {
    service = await startTestService({ config: { logLevel: 'debug' }, calcom: { debug: true } });
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
    own = desk.company;
  });
  afterAll(() => service?.stop());

  const hold = (start: string, key: string): Promise<TestAnswer> =>
    service.call('POST', '/api/holds', { key, body: { eventTypeId: desk.eventType.id, start } });
  const on = (method: string, id: string, key: string, token?: string): Promise<TestAnswer> =>
    service.call(method, `/api/holds/${id}`, { key, headers: token === undefined ? {} : { 'hold-token': token } });
  const take = (start: string, key: string, proof: object): Promise<TestAnswer> =>
    service.call('POST', '/api/bookings', {
      key,
      body: desk.request(start, proof),
      headers: { 'idempotency-key': randomUUID() },
    });
  /** Without what differs between any two answers. */
  const timeless = ({ status, text }: TestAnswer): string =>
    `${status} ${text.replace(/"(correlationId|timestamp)":"[^"]*"/g, '"$1":""')}`;
  const at = (hour: number): string => startAt(0, hour);

  it('a page shows the token for all of it; any other token is as good as no hold', async () => {
    const { publishableKey: key } = own;
    const start = at(9);
    const { status, body } = await hold(start, key);
    expect(status).toBe(201);
    const none = timeless(await on('GET', randomUUID(), key, body.token));
    for (const token of [undefined, '', 'x', `${body.token}x`, 'A'.repeat(43)]) {
      expect(timeless(await on('GET', body.id, key, token))).toBe(none);
      expect(timeless(await on('DELETE', body.id, key, token))).toBe(none);
    }
    expect(none).toMatch(/^404 /);
    const unknown = timeless(await take(start, key, { holdId: randomUUID(), holdToken: body.token }));
    expect(unknown).toMatch(/^404 .*NOT_FOUND/);
    for (const proof of [{}, { holdToken: 'A'.repeat(43) }]) {
      expect(timeless(await take(start, key, { holdId: body.id, ...proof }))).toBe(unknown);
    }
    expect((await on('GET', body.id, key, body.token)).body.state).toBe('active');
    expect((await take(start, key, { holdId: body.id, holdToken: body.token })).status).toBe(201);
    expect((await on('GET', body.id, key, body.token)).body.state).toBe('taken');
  });

  it('a secret key of the company needs no token, but is not let off a wrong one', async () => {
    const { secretKey: key } = own;
    const start = at(9);
    const { body } = await hold(start, own.publishableKey);
    expect((await on('GET', body.id, key)).status).toBe(200);
    expect((await on('GET', body.id, key, 'A'.repeat(43))).status).toBe(404);
    expect((await take(start, key, { holdId: body.id, holdToken: 'A'.repeat(43) })).status).toBe(404);
    expect((await take(start, key, { holdId: body.id })).status).toBe(201);
    const next = await hold(at(11), own.publishableKey);
    expect((await on('DELETE', next.body.id, key)).status).toBe(204);
  });

  it('a token without its hold is a mistake, and said to be one', async () => {
    const answer = await take(at(9), own.secretKey, { holdToken: 'A'.repeat(43) });
    expect([answer.status, answer.body.error.details.fields[0].field]).toEqual([400, 'holdId']);
  });

  it.each(['secretKey', 'publishableKey'] as const)(
    'another company is answered as if there were no hold, byte for byte, also with the token (%s)',
    async (kind) => {
      const stranger = await service.createCompany();
      const key = stranger[kind];
      const start = at(9);
      const { body } = await hold(start, own.publishableKey);
      for (const method of ['GET', 'DELETE']) {
        const foreign = await on(method, body.id, key, body.token);
        expect(foreign.status).toBe(404);
        expect(timeless(foreign)).toBe(timeless(await on(method, randomUUID(), key, body.token)));
      }
      const foreignType = await hold(start, key);
      expect([foreignType.status, foreignType.body.error.code]).toEqual([404, 'EVENT_TYPE_NOT_FOUND']);
      const type = await service.call('POST', '/api/event-types', {
        key: stranger.secretKey,
        body: { title: 'Haircut', slug: 'haircut', lengthMinutes: 30 },
      });
      const booked = (holdId: string): Promise<TestAnswer> =>
        take(start, key, { eventTypeId: type.body.id, holdId, holdToken: body.token });
      expect(timeless(await booked(body.id))).toBe(timeless(await booked(randomUUID())));
      expect((await on('GET', body.id, own.secretKey)).body.state).toBe('active');
    },
  );

  it('a page holds three starts at once from one address, and is told when the next may be had', async () => {
    const { publishableKey: key } = own;
    const made: TestAnswer[] = [];
    for (const hour of [9, 10, 11]) made.push(await hold(at(hour), key));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const fourth = await hold(at(12), key);
    expect([fourth.status, fourth.body.error.code, fourth.body.error.details]).toEqual([
      429,
      'RATE_LIMIT_EXCEEDED',
      { reason: 'OPEN_HOLDS' },
    ]);
    expect(Number(fourth.headers.get('retry-after'))).toBeGreaterThan(280);
    expect(Number(fourth.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    expect((await hold(at(12), own.secretKey)).status).toBe(201);
    const [first] = made;
    expect((await on('DELETE', first!.body.id, key, first!.body.token)).status).toBe(204);
    expect((await hold(at(13), key)).status).toBe(201);
  });

  it('a page that asks for many starts at the same moment gets three', async () => {
    const starts = [9, 10, 11, 12, 13, 14].flatMap((hour) => [startAt(1, hour), startAt(1, hour, 30)]);
    const answers = await Promise.all(starts.map((start) => hold(start, own.publishableKey)));
    const codes = answers.map(({ status }) => status);
    expect(codes.filter((status) => status === 201)).toHaveLength(3);
    expect(codes.filter((status) => status === 429)).toHaveLength(9);
  });

  it('a hold that was refused does not count', async () => {
    const { publishableKey: key } = own;
    for (let minute = 1; minute <= 4; minute++) expect((await hold(startAt(0, 9, minute), key)).status).toBe(409);
    expect((await hold(at(9), key)).status).toBe(201);
  });

  it('the token is told once and stands nowhere: not in the database, not in a log, not in a later answer', async () => {
    const start = at(9);
    const { body } = await hold(start, own.publishableKey);
    const seen = await on('GET', body.id, own.publishableKey, body.token);
    const booked = await take(start, own.publishableKey, { holdId: body.id, holdToken: body.token });
    const again = await desk.call('GET', `/api/bookings/${booked.body.id}`);
    for (const text of [seen.text, booked.text, again.text, service.logs()]) expect(text).not.toContain(body.token);
    expect(await inDatabase(service, body.token)).toEqual([]);
  });

  it('a key of one caller is no key of another: the answer has the token', async () => {
    const body = { eventTypeId: desk.eventType.id, start: at(9) };
    const ask = (key: string): Promise<TestAnswer> =>
      service.call('POST', '/api/holds', { key, body, headers: { 'idempotency-key': 'the same' } });
    expect((await ask(own.publishableKey)).status).toBe(201);
    expect((await ask(own.secretKey)).status).toBe(409);
  });

  it('starts of a type with seats are not held', async () => {
    const more = { seats: { seatsPerTimeSlot: 4, showAttendeeInfo: true, showAvailabilityCount: true } };
    await new ProviderSide(service, own).eventType('seats', more);
    const type = (await syncedTypes(service, own)).get('seats');
    const body = { eventTypeId: type.id, start: at(9) };
    const answer = await desk.call('POST', '/api/holds', body);
    expect([answer.status, answer.body.error.details.reason]).toEqual([422, 'SEATS']);
  });
});

/** Columns of our tables in which a text stands. */
async function inDatabase(service: TestService, text: string): Promise<string[]> {
  const database = service.app.get(DataSource);
  const tables: { name: string }[] = await database.query(
    `select table_schema || '.' || table_name as name from information_schema.tables
     where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`select 1 from ${name} as r where strpos(r::text, $1) > 0 limit 1`, [text]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
