import { randomUUID } from 'node:crypto';
import { startTestService, type TestService } from '../support/service';

const ENVIRONMENT_KEY = `cal_${randomUUID().replaceAll('-', '')}`;
const SHARED_EMAIL = 'owner@shared.example';

describe('the account behind a connection', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ calcom: { apiKey: ENVIRONMENT_KEY } });
    const account = { key: ENVIRONMENT_KEY, username: 'shared', name: 'Shared', email: SHARED_EMAIL, timeZone: 'UTC' };
    await service.sandboxCall('POST', '/_sandbox/accounts', account);
  });
  afterAll(() => service?.stop());

  it('is shown with its own zone and address, and with the number that the provider knows it by', async () => {
    const company = await service.createCompany({ timeZone: 'America/Vancouver' });
    const { status, body } = await service.call('GET', '/api/me', { key: company.secretKey });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      providerId: expect.stringMatching(/^\d+$/),
      name: 'Maria Lindner',
      timeZone: 'America/Vancouver',
      email: expect.stringMatching(/@salon\.example$/),
    });
  });

  it('shows its schedules in their own zone, with exactly one default', async () => {
    const company = await service.createCompany({ timeZone: 'America/Vancouver' });
    const { status, body } = await service.call('GET', '/api/schedules', { key: company.secretKey });
    expect(status).toBe(200);
    expect(body.data.filter(({ isDefault }: { isDefault: boolean }) => isDefault)).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      providerId: expect.stringMatching(/^\d+$/),
      timeZone: 'America/Vancouver',
      availability: [expect.objectContaining({ startTime: expect.stringMatching(/^\d{2}:\d{2}$/) })],
    });
  });

  it('says 503 and not 500 while the provider fails, and keeps the connection unflagged', async () => {
    const company = await service.createCompany();
    const fault = { key: company.providerKey, operation: 'me.get', scenario: 'error-before', times: 10 };
    await service.sandboxCall('POST', '/_sandbox/scenarios', fault);
    const { status, body } = await service.call('GET', '/api/me', { key: company.secretKey });
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect([status, body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect((await service.call('GET', '/api/me', { key: company.secretKey })).status).toBe(200);
  });

  describe('shared by companies without a credential', () => {
    const companySharing = async (sharedEventTypeIds: string[]) => {
      const fields = { name: 'Guest', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };
      const made = await service.call('POST', '/api/companies', { key: service.adminKey, body: fields });
      const path = `/api/companies/${made.body.id}`;
      const wish = { provider: 'calcom-v2', sharedEventTypeIds };
      const connection = await service.call('PUT', `${path}/connections`, { key: service.adminKey, body: wish });
      const body = { kind: 'secret', name: 'guest' };
      const { key } = (await service.call('POST', `${path}/keys`, { key: service.adminKey, body })).body;
      return { connection, key: key as string, path };
    };

    const typeAtProvider = async (slug: string): Promise<string> => {
      const response = await fetch(`${service.sandbox.url}/v2/event-types`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ENVIRONMENT_KEY}`,
          'cal-api-version': '2024-06-14',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ title: slug, slug, lengthInMinutes: 20 }),
      });
      return String(((await response.json()) as any).data.id);
    };

    it('shows each company only the event types listed for it', async () => {
      const [mine, another] = [await typeAtProvider('mine'), await typeAtProvider('another')];
      const { connection, key } = await companySharing([mine]);
      expect(connection.body).toMatchObject({ usesEnvironmentKey: true, baseUrl: null, sharedEventTypeIds: [mine] });
      expect((await service.call('POST', '/api/event-types/sync', { key })).status).toBe(200);
      const { body, text } = await service.call('GET', '/api/event-types', { key });
      expect(body.data.map(({ providerId }: { providerId: string }) => providerId)).toEqual([mine]);
      expect(text).not.toContain(`"${another}"`);
    });

    it('keeps its owner to itself, and shows the schedules of listed event types only', async () => {
      const nothing = await companySharing([]);
      const me = await service.call('GET', '/api/me', { key: nothing.key });
      expect([me.status, me.body]).toEqual([200, expect.not.objectContaining({ email: expect.anything() })]);
      expect(me.text).not.toContain(SHARED_EMAIL);
      expect((await service.call('GET', '/api/schedules', { key: nothing.key })).body).toEqual({ data: [] });
      const something = await companySharing([await typeAtProvider('listed')]);
      expect((await service.call('GET', '/api/schedules', { key: something.key })).body.data).toHaveLength(1);
    });

    it('never sends the shared key to an address that a request names', async () => {
      const { path } = await companySharing([]);
      const body = { provider: 'calcom-v2', baseUrl: 'https://elsewhere.example' };
      const { status, body: answer } = await service.call('PUT', `${path}/connections`, {
        key: service.adminKey,
        body,
      });
      expect([status, answer.error.details.fields[0].field]).toEqual([400, 'baseUrl']);
    });
  });
});
