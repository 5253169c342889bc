import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { startTestService, type TestCompany, type TestService } from '../support/service';

const OLD = { id: 'old', key: randomBytes(32) };
const NEW = { id: 'new', key: randomBytes(32) };

describe('the connection of a company', () => {
  let service: TestService;
  let database: DataSource;

  beforeAll(async () => {
    service = await startTestService({ config: { encryptionKeys: [OLD] } });
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
  });
  afterAll(async () => {
    await database?.destroy();
    await service?.stop();
  });

  const admin = (method: string, companyId: string, path = '', body?: unknown) =>
    service.call(method, `/api/companies/${companyId}/connections${path}`, { key: service.adminKey, body });
  const put = (companyId: string, apiKey: string, more: object = {}) =>
    admin('PUT', companyId, '', { provider: 'calcom-v2', apiKey, baseUrl: service.sandbox.url, ...more });
  const me = ({ secretKey }: TestCompany) => service.call('GET', '/api/me', { key: secretKey });
  const stored = async (companyId: string) =>
    (await database.query('select * from connections where company_id = $1', [companyId]))[0];

  async function account(): Promise<string> {
    const key = `cal_${randomUUID().replaceAll('-', '')}`;
    const username = `host-${key.slice(4, 14)}`;
    const body = { key, username, name: 'Jo', email: `${username}@salon.example`, timeZone: 'Europe/Vienna' };
    expect((await service.sandboxCall('POST', '/_sandbox/accounts', body)).status).toBe(201);
    return key;
  }

  async function webhooksAt(providerKey: string): Promise<any[]> {
    const headers = { authorization: `Bearer ${providerKey}` };
    return ((await (await fetch(`${service.sandbox.url}/v2/webhooks`, { headers })).json()) as any).data;
  }

  it('is verified, remembers what the account can do, and shows no secret', async () => {
    const company = await service.createCompany({ timeZone: 'Asia/Kathmandu' });
    const { status, body, text } = await admin('GET', company.companyId);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: company.connectionId,
      provider: 'calcom-v2',
      baseUrl: service.sandbox.url,
      status: 'verified',
      usesEnvironmentKey: false,
      accountTimeZone: 'Asia/Kathmandu',
      capabilities: { reschedule: true, webhooks: true },
      webhook: { registeredAt: expect.any(String), error: null },
    });
    expect(text).not.toContain(company.providerKey);
    expect(JSON.stringify(await stored(company.companyId))).not.toContain(company.providerKey);
  });

  it('registers one webhook, however often it is verified', async () => {
    const company = await service.createCompany();
    expect((await admin('POST', company.companyId, '/verify')).status).toBe(200);
    await Promise.all([admin('POST', company.companyId, '/verify'), admin('POST', company.companyId, '/verify')]);
    const webhooks = await webhooksAt(company.providerKey);
    expect(webhooks.map(({ subscriberUrl }) => subscriberUrl)).toEqual([
      `${service.baseUrl}/api/webhooks/calcom/${company.connectionId}`,
    ]);
  });

  it('takes over a webhook that the provider knows and we forgot', async () => {
    const company = await service.createCompany();
    await database.query('update connections set webhook_provider_id = null where id = $1', [company.connectionId]);
    const { body } = await admin('POST', company.companyId, '/verify');
    expect(body.webhook).toEqual({ registeredAt: expect.any(String), error: null });
    const [webhook, ...more] = await webhooksAt(company.providerKey);
    expect(more).toEqual([]);
    expect(String(webhook.id)).toBe((await stored(company.companyId)).webhook_provider_id);
  });

  it('is verified all the same when the webhook cannot be registered, and says why', async () => {
    const key = await account();
    const { companyId } = await service.createCompany();
    await service.sandboxCall('POST', '/_sandbox/scenarios', {
      key,
      operation: 'webhooks.create',
      scenario: 'error-before',
      times: 20,
    });
    const { status, body } = await put(companyId, key);
    expect([status, body.status]).toEqual([200, 'verified']);
    expect(body.webhook).toEqual({ registeredAt: null, error: expect.stringMatching(/^[A-Z_]+$/) });
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect((await admin('POST', companyId, '/verify')).body.webhook.error).toBeNull();
  });

  it('stores nothing of a key that the provider refuses', async () => {
    const company = await service.createCompany();
    const before = await stored(company.companyId);
    const { status, body, text } = await put(company.companyId, 'cal_refused');
    expect([status, body.error.code]).toEqual([502, 'PROVIDER_AUTHENTICATION_FAILED']);
    expect(text).not.toContain('cal_refused');
    expect(await stored(company.companyId)).toEqual(before);
    expect((await me(company)).status).toBe(200);
  });

  it.each([
    ['provider', { provider: 'calcom' }],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: 'a b' }],
    ['apiKey', { apiKey: null }],
    ['baseUrl', { baseUrl: 'https://key@cal.example' }],
    ['baseUrl', { baseUrl: 'https://cal.example/v1' }],
    ['baseUrl', { baseUrl: 'ftp://cal.example' }],
    ['sharedEventTypeIds', { sharedEventTypeIds: ['1e3'] }],
    ['sharedEventTypeIds', { sharedEventTypeIds: ['1'] }],
    ['companyId', { companyId: randomUUID() }],
    ['apiVersions', { apiVersions: null }],
    ['apiVersions', { apiVersions: '2024-08-13' }],
    ['apiVersions', { apiVersions: ['2024-08-13'] }],
    ['apiVersions.webhooks', { apiVersions: { webhooks: '2024-08-13' } }],
    ['apiVersions.unversioned', { apiVersions: { unversioned: '2024-08-13' } }],
    ['apiVersions.slots', { apiVersions: { slots: '2024-9-4' } }],
    ['apiVersions.slots', { apiVersions: { slots: '2024-02-30' } }],
    ['apiVersions.slots', { apiVersions: { slots: null } }],
    ['pace', { pace: 100 }],
    ['pace.calls', { pace: { calls: 9, windowSeconds: 60 } }],
    ['pace.calls', { pace: { calls: 10_001, windowSeconds: 60 } }],
    ['pace.calls', { pace: { windowSeconds: 60 } }],
    ['pace.windowSeconds', { pace: { calls: 100, windowSeconds: 0 } }],
    ['pace.windowSeconds', { pace: { calls: 100, windowSeconds: 3_601 } }],
    ['pace.windowSeconds', { pace: { calls: 100, windowSeconds: 1.5 } }],
    ['pace.burst', { pace: { calls: 100, windowSeconds: 60, burst: 5 } }],
  ])('is refused for its %s: %j', async (field, wrong) => {
    const { companyId } = await service.createCompany();
    const { status, body } = await put(companyId, 'cal_x', wrong);
    expect([status, body.error.details.fields[0].field]).toEqual([400, field]);
  });

  it('keeps versions and pace as they were put, and forgets those that a later one leaves out', async () => {
    const { companyId, providerKey } = await service.createCompany();
    expect((await admin('GET', companyId)).body).toMatchObject({ apiVersions: {}, pace: null });
    const settings = { apiVersions: { schedules: '2024-06-14', bookingList: '2024-08-13' } };
    const pace = { calls: 500, windowSeconds: 60 };
    const { status, body } = await put(companyId, providerKey, { ...settings, pace });
    expect([status, body.apiVersions, body.pace]).toEqual([200, settings.apiVersions, pace]);
    expect((await admin('POST', companyId, '/verify')).body).toMatchObject({ ...settings, pace });
    expect((await stored(companyId)).settings).toEqual({ ...settings, pace });
    expect((await put(companyId, providerKey)).body).toMatchObject({ apiVersions: {}, pace: null });
  });

  it('asks the provider in the versions that were set, from its verification on', async () => {
    const company = await service.createCompany();
    const versions = async (operation: string): Promise<unknown[]> => {
      const path = `/_sandbox/calls?key=${company.providerKey}&operation=${operation}`;
      return (await service.sandboxCall('GET', path)).body.map((call: any) => call.apiVersion);
    };
    await put(company.companyId, company.providerKey, { apiVersions: { schedules: '2024-06-14' } });
    expect(await versions('schedules.list')).toEqual(['2024-06-14']);
    expect((await service.call('GET', '/api/schedules', { key: company.secretKey })).status).toBe(200);
    expect(await versions('schedules.list')).toEqual(['2024-06-14', '2024-06-14']);
  });

  it.each([
    ['bookings', '2024-09-04'],
    ['bookings', '2024-06-14'],
    ['bookings', '2026-05-01'],
    ['bookingList', '2026-05-01'],
    ['bookingList', '2024-04-15'],
    ['slots', '2024-08-13'],
    ['eventTypes', '2024-08-13'],
    ['eventTypes', '2024-04-15'],
    ['schedules', '2024-09-04'],
    ['schedules', '2099-01-01'],
  ])('stores no version of %s that the provider does not speak, such as %s', async (family, version) => {
    const company = await service.createCompany();
    const before = await stored(company.companyId);
    const { status, body } = await put(company.companyId, company.providerKey, { apiVersions: { [family]: version } });
    expect([status, body.error.details.fields[0].field]).toEqual([400, 'apiVersions']);
    expect(await stored(company.companyId)).toEqual(before);
  });

  it('is called no faster than its pace', async () => {
    const company = await service.createCompany();
    const calls = async (): Promise<unknown[]> =>
      (await service.sandboxCall('GET', `/_sandbox/calls?key=${company.providerKey}`)).body;
    const before = (await calls()).length;
    const pace = { calls: 20, windowSeconds: 3_600 };
    expect((await put(company.companyId, company.providerKey, { pace })).status).toBe(200);
    const answers = [];
    for (let n = 0; n < 20; n++) answers.push(await me(company));
    const refused = answers.at(-1)!;
    expect([answers[0]!.status, refused.status]).toEqual([200, 429]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await calls()).length - before).toBeLessThanOrEqual(20);
  });

  it('shows other capabilities when the provider has others, as soon as somebody verifies it', async () => {
    const company = await service.createCompany();
    const shown = async (path = ''): Promise<any> =>
      (await admin(path ? 'POST' : 'GET', company.companyId, path)).body.capabilities;
    const set = (settings: object) => service.sandboxCall('PUT', '/_sandbox/settings', settings);
    try {
      await set({ teams: false });
      expect(await shown('/verify')).toMatchObject({ teams: false, bookingList: 'pages' });
      await set({ hosted: true });
      expect(await shown()).toMatchObject({ teams: false, bookingList: 'pages' });
      expect(await shown('/verify')).toMatchObject({ teams: true, bookingList: 'cursor' });
      expect((await service.call('GET', '/api/teams', { key: company.secretKey })).status).toBe(200);
      expect(await shown()).toMatchObject({ teams: true, bookingList: 'cursor' });
    } finally {
      await set({ teams: true, hosted: false });
    }
    expect(await shown('/verify')).toMatchObject({ teams: true, bookingList: 'pages' });
  });

  it("on this service's own key may set versions, but not the pace, for that key is shared", async () => {
    const apiKey = await account();
    const shared = await startTestService({ calcom: { apiKey }, sandbox: service.sandbox });
    try {
      const made = await shared.call('POST', '/api/companies', {
        key: shared.adminKey,
        body: { name: 'Salon', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' },
      });
      const path = `/api/companies/${made.body.id}/connections`;
      const wish = { provider: 'calcom-v2', apiVersions: { schedules: '2024-06-14' } };
      const pace = { calls: 100, windowSeconds: 60 };
      const refused = await shared.call('PUT', path, { key: shared.adminKey, body: { ...wish, pace } });
      expect([refused.status, refused.body.error.details.fields]).toEqual([
        400,
        [{ field: 'pace', reason: expect.stringContaining('shared') }],
      ]);
      const { status, body } = await shared.call('PUT', path, { key: shared.adminKey, body: wish });
      expect([status, body.apiVersions, body.pace]).toEqual([200, wish.apiVersions, null]);
    } finally {
      await shared.stop();
    }
  });

  it('cannot use a key that this service does not have', async () => {
    const { companyId } = await service.createCompany();
    expect((await admin('PUT', companyId, '', { provider: 'calcom-v2' })).status).toBe(400);
  });

  it('becomes another one for another account, and only while no appointment hangs on it', async () => {
    const company = await service.createCompany();
    const first = await account();
    const moved = await put(company.companyId, first);
    expect(moved.status).toBe(200);
    expect(moved.body.id).not.toBe(company.connectionId);
    expect(await webhooksAt(company.providerKey)).toEqual([]);
    await database.query(
      `insert into appointments (id, company_id, connection_id, status, starts_at, ends_at, ref, origin, attendee_name,
         attendee_time_zone)
       values ($1, $2, $3, 'confirmed', now(), now() + interval '1 hour', $4, 'api', 'Eva', 'UTC')`,
      [randomUUID(), company.companyId, moved.body.id, randomUUID()],
    );
    for (const answer of [await put(company.companyId, await account()), await admin('DELETE', company.companyId)]) {
      expect(answer.status).toBe(409);
      expect(answer.body.error).toMatchObject({ code: 'CONFLICT', details: { reason: 'HAS_APPOINTMENTS' } });
    }
    // The same account with the same or a renewed key is no move.
    expect((await put(company.companyId, first)).body.id).toBe(moved.body.id);
  });

  it('is forgotten with its webhook, and then the company is not ready', async () => {
    const company = await service.createCompany();
    expect((await admin('DELETE', company.companyId)).status).toBe(204);
    expect((await admin('GET', company.companyId)).status).toBe(404);
    expect(await webhooksAt(company.providerKey)).toEqual([]);
    const { status, body } = await me(company);
    expect([status, body.error]).toEqual([
      422,
      expect.objectContaining({ code: 'SERVICE_NOT_READY', details: { reason: 'NO_CONNECTION' } }),
    ]);
  });

  it.each(['sealed_credential', 'sealed_webhook_secret'])(
    'with a flipped bit in %s harms only itself',
    async (column) => {
      const [hurt, well] = [await service.createCompany(), await service.createCompany()];
      const sealed = (await stored(hurt.companyId))[column] as string;
      const at = sealed.length - 10;
      const flipped = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await database.query(`update connections set ${column} = $2 where company_id = $1`, [hurt.companyId, flipped]);
      await expectUnreadable(hurt, column);
      expect((await me(well)).status).toBe(200);
    },
  );

  it.each(['sealed_credential', 'sealed_webhook_secret'])("with another company's %s is not opened", async (column) => {
    const [hurt, well] = [await service.createCompany(), await service.createCompany()];
    const pasted = (await stored(well.companyId))[column];
    await database.query(`update connections set ${column} = $2 where company_id = $1`, [hurt.companyId, pasted]);
    await expectUnreadable(hurt, column);
    expect((await me(well)).status).toBe(200);
  });

  /** Reading the account needs the credential, taking a webhook in needs the webhook's secret. */
  async function expectUnreadable(company: TestCompany, column: string): Promise<void> {
    const answer =
      column === 'sealed_credential'
        ? await me(company)
        : await service.call('POST', `/api/webhooks/calcom/${company.connectionId}`, {
            body: { triggerEvent: 'PING' },
            headers: { 'x-cal-signature-256': 'a'.repeat(64) },
          });
    expect(answer.status).toBe(column === 'sealed_credential' ? 502 : 401);
    const alert = service
      .logs()
      .split('\n')
      .find((line) => line.includes('SECRET_UNREADABLE') && line.includes(company.companyId));
    expect(alert).toContain('"level":50');
  }

  it('is flagged when the provider no longer takes the key, which then rests until somebody verifies it', async () => {
    const company = await service.createCompany();
    // Withdrawn at the provider.
    await database.query(`update sandbox.accounts set key = $2 where key = $1`, [
      company.providerKey,
      `${company.providerKey}-withdrawn`,
    ]);
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await me(company)).status);
    expect(statuses).toEqual([502, 502, 502, 502, 502]);
    const calls = await service.sandboxCall('GET', `/_sandbox/calls?key=${company.providerKey}&operation=me.get`);
    const refused = calls.body.filter(({ status }: { status: number }) => status === 401);
    expect(refused).toHaveLength(1);
    expect((await admin('GET', company.companyId)).body.status).toBe('credential_refused');
    expect((await admin('POST', company.companyId, '/verify')).status).toBe(502);
    await database.query(`update sandbox.accounts set key = $1 where key = $2`, [
      company.providerKey,
      `${company.providerKey}-withdrawn`,
    ]);
    expect((await admin('POST', company.companyId, '/verify')).body.status).toBe('verified');
    expect((await me(company)).status).toBe(200);
  });

  it('still opens after the encryption key was rotated, is sealed anew, and then opens without the old key', async () => {
    const company = await service.createCompany();
    const keys = [[NEW, OLD], [NEW]];
    for (const encryptionKeys of keys) {
      const restarted = await startTestService({
        config: { encryptionKeys },
        databaseUrl: service.databaseUrl,
        sandbox: service.sandbox,
      });
      try {
        expect((await restarted.call('GET', '/api/me', { key: company.secretKey })).status).toBe(200);
        const path = `/api/companies/${company.companyId}/connections/verify`;
        expect((await restarted.call('POST', path, { key: restarted.adminKey })).status).toBe(200);
      } finally {
        await restarted.stop();
      }
      const row = await stored(company.companyId);
      expect([row.sealed_credential, row.sealed_webhook_secret]).toEqual([
        expect.stringMatching(/^new\./),
        expect.stringMatching(/^new\./),
      ]);
    }
  });
});
