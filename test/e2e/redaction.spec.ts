import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { deliver, deliverSigned, bookingCreated, envelope, registeredSecret } from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide, workdayAt } from '../fixtures/webhooks/provider-side';
import { spellings } from '../fixtures/webhooks/spellings';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

const EMAIL = 'canary.eve@leak-test.example';
const PHONE = '+4915199988777';
/** The places meant for an attendee's address and number. */
const HOMES = [
  'public.appointments.attendee_email',
  'public.appointments.attendee_phone',
  'public.customers.email',
  'public.customers.phone',
];

describe('a canary', () => {
  const adminKey = `admin_${randomBytes(24).toString('base64url')}`;
  const environmentKey = `cal_environment_${randomBytes(12).toString('hex')}`;
  const environmentWebhookSecret = `whsec_environment_${randomBytes(12).toString('hex')}`;
  const refusedKey = `cal_refused_${randomBytes(12).toString('hex')}`;
  const unknownKey = `sk_unknown_${randomBytes(24).toString('base64url')}`;
  const failures: TestAnswer[] = [];
  let service: TestService;
  let company: TestCompany;
  let webhookSecret: string;
  let secrets: Record<string, string>;

  beforeAll(async () => {
    service = await startTestService({
      config: { logLevel: 'debug', adminApiKey: adminKey },
      calcom: { debug: true, apiKey: environmentKey, webhookSecret: environmentWebhookSecret, retryAttempts: 0 },
    });
    company = await service.createCompany();
    webhookSecret = await registeredSecret(service, company);
    secrets = {
      'admin key': adminKey,
      "the environment's provider key": environmentKey,
      "the environment's webhook secret": environmentWebhookSecret,
      'a refused provider key': refusedKey,
      'an unknown client key': unknownKey,
      'client secret key': company.secretKey,
      'client publishable key': company.publishableKey,
      'provider key': company.providerKey,
      'webhook secret': webhookSecret,
      'encryption key': service.config.encryptionKeys[0]!.key.toString('base64'),
    };
    await sendEverywhere();
  });

  afterAll(() => service?.stop());

  async function sendEverywhere(): Promise<void> {
    const provider = new ProviderSide(service, company);
    const number = await provider.eventType('canary');
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
    const list = await service.call('GET', '/api/event-types', { key: company.secretKey });
    await wrongRequests();
    const booking = await goodBooking(list.body.data[0].id);
    await brokenProvider(list.body.data[0].id, booking.id);
    await olderRoutes(number);
    await wrongAndUselessWebhooks();
    await brokenDatabase(list.body.data[0].id);
    await refusedCredentials(list.body.data[0].id);
  }

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    key?: string,
  ) {
    const answer = await service.call(method, path, { key: key ?? company.secretKey, body, headers });
    if (answer.status >= 400) failures.push(answer);
    return answer;
  }

  const attendee = { name: 'Eve', email: EMAIL, phoneNumber: PHONE, timeZone: 'Europe/Berlin' };
  const book = (eventTypeId: string, start: string, more: object = {}) =>
    call('POST', '/api/bookings', { eventTypeId, start, attendee, ...more }, { 'idempotency-key': randomUUID() });

  async function wrongRequests(): Promise<void> {
    await call('POST', '/api/bookings', { eventTypeId: 7, start: EMAIL, attendee: { ...attendee, timeZone: PHONE } });
    await call('POST', '/api/bookings', `{"attendee":{"email":"${EMAIL}","phoneNumber":"${PHONE}"`);
    await call('POST', '/api/bookings', { attendee: `${EMAIL}\0` });
    await call('POST', '/api/bookings', { notes: `${EMAIL} `.repeat(5_000) });
    await call('GET', `/api/bookings?attendeeEmail=${encodeURIComponent(EMAIL)}&from=${encodeURIComponent(PHONE)}`);
    await call('GET', `/api/bookings?attendeeEmail=${encodeURIComponent(EMAIL)}&status=${encodeURIComponent(EMAIL)}`);
    await call('GET', '/api/bookings', undefined, {}, unknownKey);
    await call('GET', '/api/bookings', undefined, { authorization: `Basic ${unknownKey}` });
    await call('GET', '/api/companies', undefined, {}, company.publishableKey);
    await call('GET', '/api/bookings', undefined, {}, company.publishableKey);
    await call('GET', '/api/me', undefined, {}, adminKey);
    await call('GET', '/no/such/route', undefined, { 'x-api-key': company.secretKey });
  }

  async function goodBooking(eventTypeId: string): Promise<{ id: string }> {
    const { status, body } = await book(eventTypeId, workdayAt(9));
    expect(status).toBe(201);
    return body;
  }

  async function brokenProvider(eventTypeId: string, bookingId: string): Promise<void> {
    for (const [index, scenario] of ['rate-limited', 'error-before', 'garbage', 'conflict', 'error-after'].entries()) {
      await fault(scenario, 'bookings.create');
      await book(eventTypeId, workdayAt(9, 20 + index));
    }
    await fault('answer-lost', 'bookings.create');
    await book(eventTypeId, workdayAt(9, 30), { metadata: { source: 'test' }, notes: 'please ring twice' });
    await fault('error-before', 'bookings.reschedule');
    await call('POST', `/api/bookings/${bookingId}/reschedule`, { start: workdayAt(11) });
    await fault('garbage', 'bookings.cancel');
    await call('POST', `/api/bookings/${bookingId}/cancel`, { reason: 'does not suit' });
    await fault('error-before', 'bookings.markAbsent');
    await call('POST', `/api/bookings/${bookingId}/mark-absent`, { attendees: [{ email: EMAIL, absent: true }] });
  }

  async function fault(scenario: string, operation: string): Promise<void> {
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    // A rate limit blocks for a second only: until it is over nothing at all is sent with this key.
    const delay = scenario === 'rate-limited' ? { delayMs: 1_000 } : {};
    const order = { scenario, operation, times: 1, ...delay };
    const answer = await service.sandboxCall('POST', '/_sandbox/scenarios', order);
    expect(answer.status).toBe(201);
  }

  async function olderRoutes(number: number): Promise<void> {
    const body = { eventTypeId: String(number), start: workdayAt(14), attendee: { name: 'Eve', email: EMAIL } };
    await call('POST', '/api/slots/reserve', body);
    await fault('conflict', 'bookings.create');
    await call('POST', '/api/slots/reserve', { ...body, start: workdayAt(15) });
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
  }

  async function wrongAndUselessWebhooks(): Promise<void> {
    const path = `/${company.connectionId}`;
    const person = { name: 'Eve', email: EMAIL, phoneNumber: PHONE };
    const body = bookingCreated('uid-of-nobody', person);
    failures.push(await deliver(service, path, body, { 'x-cal-signature-256': webhookSecret }));
    failures.push(await deliver(service, '', body, { 'x-cal-signature-256': environmentWebhookSecret }));
    await deliverSigned(service, path, body, webhookSecret);
    await deliverSigned(service, path, `attendee=${EMAIL}&phone=${PHONE}`, webhookSecret);
    await deliverSigned(service, path, envelope(EMAIL, PHONE), webhookSecret);
    await fault('error-before', 'bookings.get');
    await deliverSigned(service, path, bookingCreated('uid-of-another-nobody', person), webhookSecret);
    await eventually(
      async () => (await call('GET', '/api/webhooks/deliveries?status=received')).body.data,
      (waiting) => waiting.length === 0,
    );
  }

  /** Postgres quotes the whole row when a check fails. */
  async function brokenDatabase(eventTypeId: string): Promise<void> {
    const database = service.app.get(DataSource);
    const constraint = "check (starts_at < now() + interval '40 days') not valid";
    await database.query(`alter table appointments add constraint canary ${constraint}`);
    const answer = await book(eventTypeId, workdayAt(9, 50));
    expect(answer.status).toBe(500);
    await new ProviderSide(service, company).book(await firstNumber(), workdayAt(12, 50), {
      email: EMAIL,
      phoneNumber: PHONE,
    });
    await eventually(
      async () => service.logs(),
      (logs) => logs.includes('webhook delivery not applied') && logs.includes('QueryFailedError'),
    );
    await database.query('alter table appointments drop constraint canary');
  }

  async function firstNumber(): Promise<number> {
    const { body } = await call('GET', '/api/event-types');
    return Number(body.data[0].providerId);
  }

  async function refusedCredentials(eventTypeId: string): Promise<void> {
    const connection = { provider: 'calcom-v2', apiKey: refusedKey, baseUrl: service.sandbox.url };
    await call('PUT', `/api/companies/${company.companyId}/connections`, connection, {}, adminKey);
    await call('PUT', `/api/companies/${company.companyId}/connections`, { apiKey: [refusedKey] }, {}, adminKey);
    await call('PUT', `/api/companies/${company.companyId}/connections`, connection, {}, unknownKey);
    await service.sandboxCall('POST', '/_sandbox/reset');
    await book(eventTypeId, workdayAt(16));
    await call('GET', '/api/me');
    await service.call('GET', '/api/health/calcom', { key: company.secretKey });
  }

  const found = (text: string, canaries: Record<string, string>): string[] =>
    Object.entries(canaries).flatMap(([name, canary]) =>
      Object.entries(spellings(canary))
        .filter(([, spelling]) => text.toLowerCase().includes(spelling.toLowerCase()))
        .map(([spelling]) => `${name}, ${spelling}`),
    );
  const everything = () => ({ ...secrets, 'e-mail': EMAIL, phone: PHONE });

  it('was sent through failures of every kind', () => {
    const codes = new Set(failures.map((answer) => `${answer.status} ${answer.body.error.code}`));
    expect([...codes].sort()).toEqual(
      expect.arrayContaining([
        '400 VALIDATION_ERROR',
        '401 UNAUTHORIZED',
        '403 FORBIDDEN',
        '404 NOT_FOUND',
        '409 SLOT_UNAVAILABLE',
        '429 RATE_LIMIT_EXCEEDED',
        '500 INTERNAL_SERVER_ERROR',
        '502 PROVIDER_AUTHENTICATION_FAILED',
      ]),
    );
    const outcomes = ['RATE_LIMITED', 'OUTCOME_UNKNOWN', 'SLOT_UNAVAILABLE', 'UNAVAILABLE', 'AUTHENTICATION_FAILED'];
    for (const outcome of outcomes) expect(service.logs()).toContain(`"outcome":"${outcome}"`);
    // What CALCOM_DEBUG adds.
    expect(service.logs()).toContain('"answer":{');
  });

  it('would be found in any spelling, wherever it begins', () => {
    const hidden = ['', 'a', 'ab', 'abc'].flatMap((before) => {
      const bytes = Buffer.from(`${before}${EMAIL}zzzz`);
      return [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), bytes.toString()];
    });
    for (const text of hidden) expect(found(text, { canary: EMAIL })).not.toEqual([]);
  });

  it('is in no log line, in no spelling, even at debug level with CALCOM_DEBUG', () => {
    const lines = service.logs().split('\n');
    const leaks = lines.flatMap((line) => found(line, everything()).map((what) => `${what}: ${line.slice(0, 400)}`));
    expect(leaks).toEqual([]);
  });

  it('is in no error body', () => {
    const leaks = failures.flatMap((answer) =>
      found(answer.text, everything()).map((what) => `${what}: ${answer.text}`),
    );
    expect(leaks).toEqual([]);
  });

  it('is in no metric', async () => {
    const { text } = await service.call('GET', '/metrics');
    expect(text).toContain('slotbridge_request_duration_seconds');
    expect(found(text, everything())).toEqual([]);
  });

  it('is nowhere in the database, but for the address and number of an attendee in their own columns', async () => {
    const columns = await dump(service.app.get(DataSource));
    const leaks = columns.flatMap(({ name, text }) =>
      found(text, everything())
        .filter((what) => !(HOMES.includes(name) && /^(e-mail|phone)/.test(what)))
        .map((what) => `${what}: ${name}`),
    );
    expect(leaks).toEqual([]);
    const email = columns.find(({ name }) => name === HOMES[0])!;
    expect(email.text).toContain(EMAIL);
    expect(columns.some(({ name }) => name.startsWith('pgboss.'))).toBe(true);
  });
});

/** Every value of every column of the service's schemas, as text; bytes are hex there. */
async function dump(database: DataSource): Promise<{ name: string; text: string }[]> {
  const columns: { schema: string; table: string; column: string }[] = await database.query(`
    select c.table_schema as schema, c.table_name as table, c.column_name as column
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema in ('public', 'pgboss') and t.table_type = 'BASE TABLE'`);
  const contents: { name: string; text: string }[] = [];
  for (const { schema, table, column } of columns) {
    const [row] = await database.query(
      `select string_agg("${column}"::text, E'\\n') as text from "${schema}"."${table}"`,
    );
    if (row.text) contents.push({ name: `${schema}.${table}.${column}`, text: row.text });
  }
  return contents;
}
