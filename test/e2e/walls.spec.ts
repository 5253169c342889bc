import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import {
  startTestService,
  type CallOptions,
  type TestAnswer,
  type TestCompany,
  type TestService,
} from '../support/service';

/** What a company can have of its own. */
type Belongings = Record<'eventType' | 'booking' | 'service' | 'segment' | 'staff' | 'hold' | 'customer', string>;

const RANGE = 'start=2026-12-01&end=2026-12-02';
const WISH = {
  start: '2026-12-02T10:00:00Z',
  attendee: { name: 'Eva', email: 'eva@example.com', timeZone: 'Europe/Berlin' },
};
const MAP = { segmentId: ':segment', staffId: ':staff', eventTypeId: ':eventType' };

/** Every route that takes an id of a company's own things; `:own...` is one of the caller's. */
const ROUTES_WITH_ID: [string, string, object?][] = [
  ['GET', '/api/event-types/:eventType'],
  ['PATCH', '/api/event-types/:eventType', { title: 'Mine' }],
  ['DELETE', '/api/event-types/:eventType'],
  ['GET', `/api/availability?${RANGE}&eventTypeId=:eventType`],
  ['GET', `/api/availability?${RANGE}&serviceId=:service`],
  ['GET', `/api/availability?${RANGE}&serviceId=:service&staffId=:staff`],
  ['GET', `/api/availability?${RANGE}&serviceId=:ownService&staffId=:staff`],
  ['GET', '/api/availability/explain?start=2026-12-01T10:00:00Z&eventTypeId=:eventType'],
  ['GET', '/api/services/:service'],
  ['PATCH', '/api/services/:service', { name: 'Mine' }],
  ['DELETE', '/api/services/:service'],
  ['GET', '/api/services/:service/readiness'],
  ['GET', '/api/services/:service/event-type-maps'],
  ['PUT', '/api/services/:service/event-type-maps', { maps: [MAP] }],
  ['GET', `/api/services/:service/composite-availability?${RANGE}`],
  ['GET', `/api/services/:ownService/composite-availability?${RANGE}&staffId=:staff`],
  ['POST', '/api/services', { name: 'X', segments: [{ name: 'X', durationMinutes: 30, staffIds: [':staff'] }] }],
  ['GET', '/api/staff/:staff'],
  ['PATCH', '/api/staff/:staff', { active: false }],
  ['DELETE', '/api/staff/:staff'],
  ['POST', '/api/holds', { eventTypeId: ':eventType', start: WISH.start }],
  ['GET', '/api/holds/:hold'],
  ['DELETE', '/api/holds/:hold'],
  ['GET', '/api/customers/:customer'],
  ['PATCH', '/api/customers/:customer', { name: 'Mine' }],
  ['DELETE', '/api/customers/:customer'],
  ['POST', '/api/bookings', { ...WISH, eventTypeId: ':eventType' }],
  ['POST', '/api/bookings', { ...WISH, serviceId: ':service' }],
  ['POST', '/api/bookings', { ...WISH, serviceId: ':ownService', staffId: ':staff' }],
  ['POST', '/api/bookings', { ...WISH, eventTypeId: ':ownEventType', holdId: ':hold' }],
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
  let mine: Belongings;
  let others: Belongings;

  beforeAll(async () => {
    service = await startTestService();
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
    own = await service.createCompany();
    other = await service.createCompany();
    [mine, others] = [await belongingsOf(own), await belongingsOf(other)];
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
      const at = (ids: Record<string, string>) =>
        service.call(method, filled(path, ids), {
          key: own.secretKey,
          body: body && (JSON.parse(filled(JSON.stringify(body), ids)) as object),
          headers: { 'idempotency-key': randomUUID() },
        });
      const before = [await snapshot(own), await snapshot(other)];
      const foreign = await at(others);
      const random = await at({});
      expect(foreign.status).toBe(404);
      expect(timeless(foreign)).toBe(timeless(random));
      expect([await snapshot(own), await snapshot(other)]).toEqual(before);
    },
  );

  it("says of a map with another company's segment or person what it says of one with nobody's", async () => {
    const segmentId = await segmentOf(own, mine.service);
    const put = (map: object): Promise<TestAnswer> =>
      service.call('PUT', `/api/services/${mine.service}/event-type-maps`, {
        key: own.secretKey,
        body: { maps: [map] },
      });
    const right = { segmentId, staffId: mine.staff, eventTypeId: mine.eventType };
    for (const [field, id] of [['segmentId', others.segment] as const, ['staffId', others.staff] as const]) {
      const foreign = await put({ ...right, [field]: id });
      expect([field, foreign.status >= 400 && foreign.status < 500]).toEqual([field, true]);
      expect(timeless(foreign)).toBe(timeless(await put({ ...right, [field]: randomUUID() })));
    }
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

  /** One of each, of a company; the services and the event types were made through its own key. */
  async function belongingsOf(company: TestCompany): Promise<Belongings> {
    const { companyId, connectionId } = company;
    const make = async (path: string, body: object): Promise<any> => {
      const made = await service.call('POST', path, { key: company.secretKey, body });
      expect([path, made.status]).toEqual([path, 201]);
      return made.body;
    };
    const { id: eventType } = await make('/api/event-types', newType());
    const me = await service.call('GET', '/api/me', { key: company.secretKey });
    const { id: staff } = await make('/api/staff', { name: 'Maria', hostId: me.body.providerId });
    const segments = [{ name: 'Haircut', durationMinutes: 30, staffIds: [staff] }];
    const { id, segments: kept } = await make('/api/services', { name: 'Haircut', segments });
    const maps = [{ segmentId: kept[0].id, staffId: staff, eventTypeId: eventType }];
    const path = `/api/services/${id}/event-type-maps`;
    expect((await service.call('PUT', path, { key: company.secretKey, body: { maps } })).status).toBe(200);
    const [booking, hold, customer] = [randomUUID(), randomUUID(), randomUUID()];
    await database.query(
      `insert into appointments (id, company_id, connection_id, event_type_id, status, starts_at, ends_at, ref, origin,
         attendee_name, attendee_time_zone)
       values ($1, $2, $3, $4, 'confirmed', now() + interval '1 day', now() + interval '25 hours', $5, 'api', 'Eva', 'UTC')`,
      [booking, companyId, connectionId, eventType, randomUUID()],
    );
    await database.query(
      `insert into holds (id, company_id, connection_id, event_type_id, starts_at, ends_at, expires_at, token_hash, holder)
       values ($1, $2, $3, $4, $5, $5::timestamptz + interval '30 minutes', now() + interval '1 hour', 'x', 'secret')`,
      [hold, companyId, connectionId, eventType, WISH.start],
    );
    await database.query(
      `insert into customers (id, company_id, name, email, time_zone, told_at)
       values ($1, $2, 'Eva', 'eva@other.example', 'UTC', now())`,
      [customer, companyId],
    );
    return { eventType, booking, service: id, segment: kept[0].id, staff, hold, customer };
  }

  async function segmentOf({ secretKey: key }: TestCompany, id: string): Promise<string> {
    return (await service.call('GET', `/api/services/${id}`, { key })).body.segments[0].id;
  }

  /** Names of things become ids: the caller's own, those given, or random ones. */
  function filled(text: string, ids: Record<string, string>): string {
    return text.replace(
      /:(own)?(eventType|booking|service|segment|staff|hold|customer)\b/gi,
      (_, isOwn, name: string) => {
        const thing = `${name[0]!.toLowerCase()}${name.slice(1)}` as keyof Belongings;
        return isOwn ? mine[thing] : (ids[thing] ?? randomUUID());
      },
    );
  }

  /** What a company has, to be compared. */
  async function snapshot({ companyId }: TestCompany): Promise<string> {
    const tables = ['event_types', 'appointments', 'services', 'service_segments', 'staff', 'holds', 'customers'];
    const all = [...tables, 'calcom_event_maps', 'time_claims', 'sagas'].map((table) =>
      database.query(`select to_jsonb(t) as row from ${table} t where company_id = $1 order by 1`, [companyId]),
    );
    return JSON.stringify(await Promise.all(all));
  }
});

/** The answer's bytes without the two fields that are meant to differ. */
function timeless({ text }: TestAnswer): string {
  return text.replace(/"correlationId":"[^"]*"/, '"correlationId":""').replace(/"timestamp":"[^"]*"/, '"timestamp":""');
}
