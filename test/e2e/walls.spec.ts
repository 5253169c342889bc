import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import {
  startTestService,
  type CallOptions,
  type TestAnswer,
  type TestCompany,
  type TestService,
} from '../support/service';

/** Every route that takes an id of a company's own things. */
const ROUTES_WITH_ID: [string, string, object?][] = [
  ['GET', '/api/event-types/:eventType'],
  ['PATCH', '/api/event-types/:eventType', { title: 'Mine' }],
  ['DELETE', '/api/event-types/:eventType'],
  ['GET', '/api/availability?start=2026-12-01&end=2026-12-02&eventTypeId=:eventType'],
  ['GET', '/api/bookings/:booking'],
  ['POST', '/api/bookings/:booking/cancel', { reason: 'x' }],
  ['POST', '/api/bookings/:booking/reschedule', { start: '2026-12-02T10:00:00Z' }],
  ['POST', '/api/bookings/:booking/confirm'],
  ['POST', '/api/bookings/:booking/decline', { reason: 'x' }],
  ['PATCH', '/api/bookings/:booking', { start: '2026-12-02T10:00:00Z' }],
  ['DELETE', '/api/bookings/:booking'],
];

describe('the walls between companies', () => {
  let service: TestService;
  let database: DataSource;
  let own: TestCompany;
  let other: TestCompany;
  let others: { eventType: string; booking: string };

  beforeAll(async () => {
    service = await startTestService();
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
    own = await service.createCompany();
    other = await service.createCompany();
    others = await belongingsOf(other);
  });
  afterAll(async () => {
    await database?.destroy();
    await service?.stop();
  });

  it.each<[string, CallOptions]>([
    ['no Authorization', {}],
    ['an unknown secret key', { key: `sk_${'A'.repeat(43)}` }],
    ['an unknown publishable key', { key: `pk_${'A'.repeat(43)}` }],
    ['something that is no key', { key: 'x' }],
    ['an empty key', { headers: { authorization: 'Bearer ' } }],
    ['another scheme', { headers: { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` } }],
    ['two keys', { headers: { authorization: 'Bearer a, Bearer b' } }],
    ['10 kB of key', { headers: { authorization: `Bearer ${'x'.repeat(10_000)}` } }],
  ])('answer %s with the same 401, byte for byte, on every kind of route', async (_, options) => {
    const expected = timeless(await service.call('GET', '/api/me'));
    for (const path of ['/api/me', '/api/companies', '/api/event-types', `/api/bookings/${others.booking}`]) {
      const answer = await service.call('GET', path, options);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="slotbridge"');
      expect(timeless(answer)).toBe(expected);
    }
  });

  it('answer a revoked key like an unknown one, within two seconds, also while it is in use', async () => {
    const keys = `/api/companies/${own.companyId}/keys`;
    const made = await service.call('POST', keys, { key: service.adminKey, body: { kind: 'secret', name: 'old' } });
    const { id, key } = made.body;
    expect((await service.call('GET', '/api/event-types', { key })).status).toBe(200);
    const revoke = () => service.call('DELETE', `${keys}/${id}`, { key: service.adminKey });
    expect((await revoke()).status).toBe(204);
    const deadline = Date.now() + 2_000;
    let answer = await service.call('GET', '/api/event-types', { key });
    while (answer.status === 200 && Date.now() < deadline) {
      answer = await service.call('GET', '/api/event-types', { key });
    }
    expect(answer.status).toBe(401);
    expect(timeless(answer)).toBe(timeless(await service.call('GET', '/api/event-types')));
    expect((await revoke()).status).toBe(204);
  });

  it.each(ROUTES_WITH_ID)(
    "answer %s %s for another company's id exactly as for none",
    async (...[method, path, body]) => {
      const at = (ids: { eventType: string; booking: string }) =>
        service.call(method, path.replace(':eventType', ids.eventType).replace(':booking', ids.booking), {
          key: own.secretKey,
          body,
          headers: { 'idempotency-key': randomUUID() },
        });
      const before = await snapshot(other);
      const foreign = await at(others);
      const random = await at({ eventType: randomUUID(), booking: randomUUID() });
      expect(foreign.status).toBe(404);
      expect(timeless(foreign)).toBe(timeless(random));
      expect(await snapshot(other)).toBe(before);
    },
  );

  it("does not book another company's event type, and says so as for none", async () => {
    const book = (eventTypeId: string) =>
      service.call('POST', '/api/bookings', {
        key: own.secretKey,
        headers: { 'idempotency-key': randomUUID() },
        body: {
          eventTypeId,
          start: '2026-12-02T10:00:00Z',
          attendee: { name: 'Eva', email: 'eva@example.com', timeZone: 'Europe/Berlin' },
        },
      });
    const foreign = await book(others.eventType);
    expect(foreign.status).toBe(404);
    expect(timeless(foreign)).toBe(timeless(await book(randomUUID())));
  });

  it.each<[string, string, (id: string) => CallOptions & { path?: string }]>([
    ['body', 'POST', (companyId) => ({ body: { title: 'x', slug: 'x', lengthMinutes: 30, companyId } })],
    ['query', 'POST', (companyId) => ({ body: newType(), path: `?companyId=${companyId}` })],
    ['header', 'POST', (companyId) => ({ body: newType(), headers: { 'x-company-id': companyId } })],
    ['query of a read', 'GET', (companyId) => ({ path: `?companyId=${companyId}` })],
  ])('refuse a company named in the %s with 400, and write nothing', async (_, method, request) => {
    const { path = '', ...options } = request(other.companyId);
    const before = [await snapshot(own), await snapshot(other)];
    const answer = await service.call(method, `/api/event-types${path}`, { ...options, key: own.secretKey });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ reason: 'is not a known property' }] },
    });
    expect([await snapshot(own), await snapshot(other)]).toEqual(before);
  });

  it('keep each kind of key to its own routes', async () => {
    const status = async (key: string, path: string) => (await service.call('GET', path, { key })).status;
    for (const path of ['/api/companies', `/api/companies/${own.companyId}`, `/api/companies/${own.companyId}/keys`]) {
      expect([path, await status(own.secretKey, path)]).toEqual([path, 403]);
      expect([path, await status(own.publishableKey, path)]).toEqual([path, 403]);
      expect([path, await status(service.adminKey, path)]).toEqual([path, 200]);
    }
    for (const path of ['/api/me', '/api/schedules', '/api/event-types']) {
      expect([path, await status(service.adminKey, path)]).toEqual([path, 403]);
      expect([path, await status(own.publishableKey, path)]).toEqual([path, 403]);
      expect([path, await status(own.secretKey, path)]).toEqual([path, 200]);
    }
  });

  it('let a publishable key work on listed pages only', async () => {
    const listed = 'https://book.salon.example';
    const path = `/api/availability?start=2026-12-01&end=2026-12-02&eventTypeId=${randomUUID()}`;
    const from = (origin: string) =>
      service.call('GET', path, { key: own.publishableKey, headers: { origin } }).then(({ status }) => status);
    // 404: past the guard, to an event type that does not exist.
    expect(await from(listed)).toBe(404);
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await from(`${listed}.evil.example`)).toBe(403);
  });

  it('allow a page to ask only while a key that lists it is in use', async () => {
    const origin = 'https://short-lived.example';
    const allowed = async () => {
      const headers = { origin, 'access-control-request-method': 'GET' };
      const answer = await service.call('OPTIONS', '/api/availability', { headers });
      return answer.headers.get('access-control-allow-origin');
    };
    const keys = `/api/companies/${own.companyId}/keys`;
    expect(await allowed()).toBeNull();
    const body = { kind: 'publishable', name: 'page', origins: [origin] };
    const made = await service.call('POST', keys, { key: service.adminKey, body });
    expect(await allowed()).toBe(origin);
    await service.call('DELETE', `${keys}/${made.body.id}`, { key: service.adminKey });
    expect(await allowed()).toBeNull();
  });

  function newType() {
    return { title: 'x', slug: `x-${randomUUID()}`, lengthMinutes: 30 };
  }

  /** An event type and a booking of a company, made through its own key. */
  async function belongingsOf({ companyId, connectionId, secretKey }: TestCompany) {
    const type = await service.call('POST', '/api/event-types', { key: secretKey, body: newType() });
    expect(type.status).toBe(201);
    const booking = randomUUID();
    await database.query(
      `insert into appointments (id, company_id, connection_id, event_type_id, status, starts_at, ends_at, ref, origin,
         attendee_name, attendee_time_zone)
       values ($1, $2, $3, $4, 'confirmed', now() + interval '1 day', now() + interval '25 hours', $5, 'api', 'Eva', 'UTC')`,
      [booking, companyId, connectionId, type.body.id, randomUUID()],
    );
    return { eventType: type.body.id as string, booking };
  }

  /** What a company has, to be compared. */
  async function snapshot({ companyId }: TestCompany): Promise<string> {
    const rows = [
      await database.query('select * from event_types where company_id = $1 order by id', [companyId]),
      await database.query('select * from appointments where company_id = $1 order by id', [companyId]),
    ];
    return JSON.stringify(rows);
  }
});

/** The answer's bytes without the two fields that are meant to differ. */
function timeless({ text }: TestAnswer): string {
  return text.replace(/"correlationId":"[^"]*"/, '"correlationId":""').replace(/"timestamp":"[^"]*"/, '"timestamp":""');
}
