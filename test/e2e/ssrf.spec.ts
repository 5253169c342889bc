import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

const NOT_PUBLIC = 'must not lead to an address that is not public';

describe('a service that may not reach into its own network', () => {
  /** Saved its connections while private hosts were allowed, and knows the provider that runs on this machine. */
  let open: TestService;
  let strict: TestService;
  let company: TestCompany;

  beforeAll(async () => {
    open = await startTestService();
    company = await open.createCompany();
    const { encryptionKeys, adminApiKey } = open.config;
    strict = await startTestService({
      config: { encryptionKeys, adminApiKey, allowPrivateProviderHosts: false },
      calcom: { apiKey: company.providerKey },
      databaseUrl: open.databaseUrl,
      sandbox: open.sandbox,
    });
  });
  afterAll(async () => {
    await strict?.stop();
    await open?.stop();
  });

  const save = (service: TestService, companyId: string, baseUrl: string, apiKey = 'cal_key') =>
    service.call('PUT', `/api/companies/${companyId}/connections`, {
      key: service.adminKey,
      body: { provider: 'calcom-v2', apiKey, baseUrl },
    });
  const shown = (service: TestService) =>
    service.call('GET', `/api/companies/${company.companyId}/connections`, { key: service.adminKey });
  /** Two services in one process share the first one's log for what happens outside of a request's own logger. */
  const logs = () =>
    `${open.logs()}${strict.logs()}`
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const callsAtProvider = async () => (await open.sandboxCall('GET', '/_sandbox/calls')).body.length;

  function expectRefused({ status, body }: TestAnswer, reason: string): void {
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(body.error.details.fields).toEqual([{ field: 'baseUrl', reason }]);
  }

  it.each([
    ['http://127.0.0.1', 'must be an https address'],
    ['https://127.0.0.1', NOT_PUBLIC],
    ['https://[::1]', NOT_PUBLIC],
    ['https://[::ffff:127.0.0.1]', NOT_PUBLIC],
    ['https://2130706433', NOT_PUBLIC],
    ['https://0x7f000001', NOT_PUBLIC],
    ['https://169.254.169.254', NOT_PUBLIC],
    ['https://100.100.100.200', NOT_PUBLIC],
    ['https://localhost', NOT_PUBLIC],
    ['https://key@api.cal.com', 'must not contain a user name or password'],
    ['https://api.cal.com/latest/meta-data', 'must not contain a path other than /v2'],
  ])('does not save %s as the base URL of a connection', async (baseUrl, reason) => {
    const [before, calls] = [await shown(strict), await callsAtProvider()];
    expectRefused(await save(strict, company.companyId, baseUrl), reason);
    expect((await shown(strict)).body).toEqual(before.body);
    expect(await callsAtProvider()).toBe(calls);
  });

  it('does not dial a private address that was saved under other rules, and raises an alert', async () => {
    expect((await open.call('GET', '/api/me', { key: company.secretKey })).status).toBe(200);
    const calls = await callsAtProvider();
    const { status, body } = await strict.call('GET', '/api/me', { key: company.secretKey });
    expect([status, body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect(await callsAtProvider()).toBe(calls);
    const host = '127.0.0.1';
    expect(logs()).toContainEqual(expect.objectContaining({ alert: 'PROVIDER_ADDRESS_REFUSED', host }));
    const { connectionId } = company;
    const failed = { connectionId, outcome: 'UNAVAILABLE', why: 'me.get: ADDRESS_NOT_PUBLIC' };
    expect(logs()).toContainEqual(expect.objectContaining(failed));
  });

  it('says "unavailable" of a write that it did not send, never "unknown"', async () => {
    const body = { title: 'Haircut', slug: 'haircut', lengthMinutes: 30 };
    const calls = await callsAtProvider();
    const answer = await strict.call('POST', '/api/event-types', { key: company.secretKey, body });
    expect([answer.status, answer.body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect(await callsAtProvider()).toBe(calls);
  });

  it('does not blame the credential when it verifies such a connection', async () => {
    const path = `/api/companies/${company.companyId}/connections/verify`;
    const { body } = await strict.call('POST', path, { key: strict.adminKey });
    expect(body.error.code).toBe('PROVIDER_UNAVAILABLE');
    expect((await shown(strict)).body.status).toBe('verified');
  });

  it('does not take its own key there either', async () => {
    const { body } = await strict.call('POST', '/api/companies', {
      key: strict.adminKey,
      body: { name: 'Salon', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' },
    });
    const calls = await callsAtProvider();
    const answer = await strict.call('PUT', `/api/companies/${body.id}/connections`, {
      key: strict.adminKey,
      body: { provider: 'calcom-v2', sharedEventTypeIds: ['1'] },
    });
    expect(answer.body.error.code).toBe('PROVIDER_UNAVAILABLE');
    expect(await callsAtProvider()).toBe(calls);
  });

  it('keeps of an address with the prefix of the API what is before it', async () => {
    const { companyId, providerKey } = await open.createCompany();
    const { status, body } = await save(open, companyId, `${open.sandbox.url}/v2/`, providerKey);
    expect([status, body.baseUrl]).toEqual([200, open.sandbox.url]);
  });
});
