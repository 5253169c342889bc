import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { BookingRetention } from '../../src/features/bookings/booking-retention.service';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

const COMPANY = { name: 'Salon', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };
const HOOK = { url: 'https://hooks.example/slotbridge' };

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  'x-access': string[];
}

describe('Idempotency-Key of other POSTs', () => {
  let service: TestService;
  let database: DataSource;
  let own: TestCompany;
  let other: TestCompany;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    own = await service.createCompany();
    other = await service.createCompany();
  });
  afterAll(() => service?.stop());

  const post = (path: string, key: string, body: unknown, as = own.secretKey): Promise<TestAnswer> =>
    service.call('POST', `/api${path}`, { key: as, body, headers: { 'idempotency-key': key } });
  const admin = (path: string, key: string, body: unknown) => post(path, key, body, service.adminKey);
  const newType = () => ({ title: 'Haircut', slug: `haircut-${randomUUID().slice(0, 8)}`, lengthMinutes: 30 });
  const replayed = ({ headers }: TestAnswer) => headers.get('idempotency-replayed');
  const told = ({ status, body }: TestAnswer) => [status, body.error?.code];
  const companiesNamed = async (name: string) =>
    (await database.query<unknown[]>('select id from companies where name = $1', [name])).length;
  const creations = async () =>
    (await service.sandboxCall('GET', `/_sandbox/calls?key=${own.providerKey}&operation=eventTypes.create`)).body
      .length;
  const scenario = async (name: string) => {
    const body = { scenario: name, operation: 'eventTypes.create', key: own.providerKey, times: 1 };
    expect((await service.sandboxCall('POST', '/_sandbox/scenarios', body)).status).toBe(201);
  };

  it('gives the operator the same company again, whatever the order of the body, and marks it', async () => {
    const [key, company] = [randomUUID(), { ...COMPANY, name: randomUUID() }];
    const first = await admin('/companies', key, company);
    const again = await admin('/companies', key, Object.fromEntries(Object.entries(company).reverse()));
    expect([first.status, replayed(first)]).toEqual([201, null]);
    expect([again.status, replayed(again), again.text]).toEqual([201, 'true', first.text]);
    expect(await companiesNamed(company.name)).toBe(1);
  });

  it('makes one company for 30 parallel requests', async () => {
    const [key, company] = [randomUUID(), { ...COMPANY, name: randomUUID() }];
    const answers = await Promise.all(Array.from({ length: 30 }, () => admin('/companies', key, company)));
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    expect(made.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(told(answer)).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE']);
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    expect(await companiesNamed(company.name)).toBe(1);
  });

  it('is refused while a living replica works on it, and runs again when that one is dead', async () => {
    const [key, company] = [randomUUID(), { ...COMPANY, name: randomUUID() }];
    await admin('/companies', key, company);
    const begunBy = (replica: string) =>
      database.query(
        `update idempotency_keys set status = 'running', response_status = null, sealed_response = null,
           replica = ${replica}, locked_until = clock_timestamp() + interval '1 minute' where key = $1`,
        [key],
      );
    await begunBy('(select id from replicas limit 1)');
    const busy = await admin('/companies', key, company);
    expect([...told(busy), busy.headers.get('retry-after')]).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE', '2']);
    expect(await companiesNamed(company.name)).toBe(1);
    await begunBy('gen_random_uuid()');
    const taken = await admin('/companies', key, company);
    expect([taken.status, replayed(taken)]).toEqual([201, null]);
    expect(await companiesNamed(company.name)).toBe(2);
    const again = await admin('/companies', key, company);
    expect([replayed(again), again.text]).toEqual(['true', taken.text]);
  });

  it('of another body or query is refused, and nothing is done', async () => {
    const [key, type] = [randomUUID(), newType()];
    expect((await post('/event-types', key, type)).status).toBe(201);
    const before = await creations();
    for (const answer of [
      await post('/event-types', key, newType()),
      await post('/event-types', key, { ...type, lengthMinutes: 31 }),
      await post('/event-types?x=1', key, type),
    ]) {
      expect(told(answer)).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
    expect(await creations()).toBe(before);
  });

  it('creates an event type once at the provider', async () => {
    const [key, type, before] = [randomUUID(), newType(), await creations()];
    const first = await post('/event-types', key, type);
    const again = await post('/event-types', key, type);
    expect([first.status, again.status, replayed(again), again.text]).toEqual([201, 201, 'true', first.text]);
    expect(await creations()).toBe(before + 1);
  });

  it('replays a refusal too, even when its cause has gone', async () => {
    const [key, type] = [randomUUID(), newType()];
    const holder = await post('/event-types', randomUUID(), type);
    const first = await post('/event-types', key, type);
    await service.call('DELETE', `/api/event-types/${holder.body.id}`, { key: own.secretKey });
    const again = await post('/event-types', key, type);
    for (const answer of [first, again]) expect(told(answer)).toEqual([409, 'CONFLICT']);
    expect([again.body.error.details, replayed(again)]).toEqual([first.body.error.details, 'true']);
    expect((await post('/event-types', randomUUID(), type)).status).toBe(201);
  });

  it.each([
    ['error-before', 503],
    ['rate-limited', 429],
  ])('tries again after an answer that can pass (%s)', async (fault, status) => {
    const [key, type] = [randomUUID(), newType()];
    await scenario(fault);
    const failed = await post('/event-types', key, type);
    expect([failed.status, replayed(failed)]).toEqual([status, null]);
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect(told(await post('/event-types', key, newType()))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const done = await post('/event-types', key, type);
    expect([done.status, replayed(done)]).toEqual([201, null]);
    expect(replayed(await post('/event-types', key, type))).toBe('true');
  });

  it('stays free when the request was not valid', async () => {
    const key = randomUUID();
    const wrong = await admin('/companies', key, { ...COMPANY, timeZone: 'Mars' });
    const right = await admin('/companies', key, COMPANY);
    expect([wrong.status, right.status, replayed(right)]).toEqual([400, 201, null]);
  });

  it('shows an API key again, and keeps nothing of it in plain', async () => {
    const [key, path] = [randomUUID(), `/companies/${own.companyId}/keys`];
    const first = await admin(path, key, { kind: 'secret', name: 'till' });
    const again = await admin(path, key, { kind: 'secret', name: 'till' });
    expect([first.status, replayed(again), again.text]).toEqual([201, 'true', first.text]);
    expect((await service.call('GET', '/api/me', { key: again.body.key })).status).toBe(200);
    const rows = await database.query<unknown[]>('select k::text from idempotency_keys k where key = $1', [key]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(first.body.key);
    expect(service.logs()).not.toContain(first.body.key);
  });

  it('of another company is another key, and shows nothing of the first', async () => {
    const key = randomUUID();
    const mine = await post('/webhooks/endpoints', key, HOOK);
    const theirs = await post('/webhooks/endpoints', key, HOOK, other.secretKey);
    const again = await post('/webhooks/endpoints', key, HOOK);
    expect([mine.status, theirs.status, replayed(theirs)]).toEqual([201, 201, null]);
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect(theirs.body.secret).not.toBe(mine.body.secret);
    expect([replayed(again), again.text]).toEqual(['true', mine.text]);
  });

  it('of the operator is none of any company, nor for one company that of another', async () => {
    const [key, body] = [randomUUID(), { kind: 'secret', name: 'till' }];
    const answers = [
      await admin(`/companies/${own.companyId}/keys`, key, body),
      await admin(`/companies/${other.companyId}/keys`, key, body),
      await post('/webhooks/endpoints', key, HOOK),
    ];
    expect(answers.map((answer) => [answer.status, replayed(answer)])).toEqual(answers.map(() => [201, null]));
    const rows = await database.query<{ company: string | null }[]>(
      'select company_id as company from idempotency_keys where key = $1 order by company_id nulls first',
      [key],
    );
    expect(rows.map(({ company }) => company)).toEqual([null, null, own.companyId]);
  });

  it('is asked for only after the caller was let in', async () => {
    const [key, company] = [randomUUID(), { ...COMPANY, name: randomUUID() }];
    await admin('/companies', key, company);
    expect((await post('/companies', key, company)).status).toBe(403);
    expect((await post('/companies', key, company, 'unknown')).status).toBe(401);
  });

  it('of the operator is forgotten after 30 days like every other', async () => {
    const [old, recent] = [randomUUID(), randomUUID()];
    for (const key of [old, recent]) await admin('/companies', key, COMPANY);
    await database.query(
      `update idempotency_keys set created_at = now() - interval '31 days', locked_until = now() - interval '31 days'
       where key = $1`,
      [old],
    );
    await service.app.get(BookingRetention, { strict: false }).deleteOld();
    const answers = [await admin('/companies', old, COMPANY), await admin('/companies', recent, COMPANY)];
    expect(answers.map(replayed)).toEqual([null, 'true']);
  });

  it('is declared by every POST but the receivers of webhooks, and a malformed one is refused there', async () => {
    const { paths } = (await service.call('GET', '/openapi.json')).body as {
      paths: Record<string, { post?: Operation }>;
    };
    const posts = Object.entries(paths).flatMap(([path, { post: operation }]) =>
      operation ? [{ path, operation }] : [],
    );
    const taking = posts.filter(({ operation }) => !operation['x-access'].includes('anyone'));
    expect(posts.length - taking.length).toBe(2);
    expect(taking.length).toBeGreaterThan(15);
    for (const { path, operation } of taking) {
      const declared = (operation.parameters ?? []).filter(({ name }) => name === 'Idempotency-Key');
      expect([path, declared.map((parameter) => parameter.in)]).toEqual([path, ['header']]);
      // It looks at the body first.
      if (path === '/api/slots/reserve') continue;
      const as = operation['x-access'].includes('admin') ? service.adminKey : own.secretKey;
      const answer = await post(path.replace(/^\/api/, '').replace(/\{\w+\}/g, randomUUID()), 'schlüssel', {}, as);
      const fields = answer.body.error.details.fields as { field: string }[];
      expect([path, answer.status, fields.map(({ field }) => field)]).toEqual([path, 400, ['Idempotency-Key']]);
    }
  });
});
