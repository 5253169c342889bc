import { randomUUID } from 'node:crypto';
import { deliverSigned, envelope, registeredSecret } from '../fixtures/webhooks/deliveries';
import { startTestService, type TestService } from '../support/service';

describe('the webhook address that names no connection', () => {
  const apiKey = `cal_${randomUUID().replaceAll('-', '')}`;
  const secret = `whsec_${randomUUID()}`;
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ calcom: { apiKey, webhookSecret: secret } });
    const host = { username: 'shared', name: 'Shared', email: 'shared@salon.example', timeZone: 'Europe/Berlin' };
    await service.sandboxCall('POST', '/_sandbox/accounts', { key: apiKey, ...host });
  });

  afterAll(() => service?.stop());

  const onEnvironmentsKey = async (): Promise<string> => {
    const admin = async (method: string, path: string, body: object): Promise<any> => {
      const answer = await service.call(method, path, { key: service.adminKey, body });
      if (answer.status >= 300) throw new Error(`set-up failed: ${answer.status} ${answer.text}`);
      return answer.body;
    };
    const place = { timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };
    const { id } = await admin('POST', '/api/companies', { name: 'Shared', ...place });
    const connection = await admin('PUT', `/api/companies/${id}/connections`, {
      provider: 'calcom-v2',
      sharedEventTypeIds: [],
    });
    expect(connection.usesEnvironmentKey).toBe(true);
    return (await admin('POST', `/api/companies/${id}/keys`, { kind: 'secret', name: 'test' })).key;
  };
  const triggersOf = async (key: string): Promise<string[]> =>
    (await service.call('GET', '/api/webhooks/deliveries', { key })).body.data.map((delivery: any) => delivery.trigger);

  it('belongs to the one connection on the own key of the deployment, and to nobody once there are two', async () => {
    const withOwnKey = await service.createCompany();
    const ping = (text: string, signedWith: string) => deliverSigned(service, '', envelope('PING', text), signedWith);
    expect((await ping('nobody yet', secret)).status).toBe(401);

    const key = await onEnvironmentsKey();
    expect((await ping('forged', await registeredSecret(service, withOwnKey))).status).toBe(401);
    expect(await ping('genuine', secret)).toMatchObject({ status: 200, body: { received: true } });
    expect(await triggersOf(key)).toEqual(['PING']);
    expect(await triggersOf(withOwnKey.secretKey)).toEqual([]);
    // The deployment's secret opens no door of a company that has its own.
    const body = envelope('PING', 'wrong door');
    expect((await deliverSigned(service, `/${withOwnKey.connectionId}`, body, secret)).status).toBe(401);

    await onEnvironmentsKey();
    expect((await ping('whose?', secret)).status).toBe(401);
  });
});
