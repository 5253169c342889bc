import { DataSource } from 'typeorm';
import { SubscriptionWatch } from '../../src/features/webhooks/subscription-watch';
import { SalonTeam, syncedTypes } from '../fixtures/event-types/salon-team';
import { deliverSigned, envelope, registeredSecret } from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestCompany, type TestService } from '../support/service';

describe('the registrations at the provider', () => {
  let service: TestService;
  let database: DataSource;
  let company: TestCompany;
  let colleague: TestCompany;
  let team: SalonTeam;
  const types: Record<'roundRobin' | 'collective' | 'managed', string> = {
    roundRobin: '',
    collective: '',
    managed: '',
  };

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    company = await service.createCompany();
    colleague = await service.createCompany({ name: 'Colleague' });
    team = await SalonTeam.found(service, company, colleague);
    types.roundRobin = await team.type('round-robin', 'roundRobin');
    types.collective = await team.type('collective', 'collective');
    types.managed = await team.type('managed', 'managed');
    await service.call('POST', `/api/companies/${company.companyId}/connections/verify`, { key: service.adminKey });
    await syncedTypes(service, company);
  });

  afterAll(() => service?.stop());

  const subscriptions = async (method = 'GET', path = '', key = company.secretKey): Promise<any> => {
    const answer = await service.call(method, `/api/webhooks/subscriptions${path}`, { key });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    return answer.body;
  };
  const atAccount = async (method = 'GET', path = '', body?: object): Promise<any> => {
    const response = await fetch(`${service.sandbox.url}/v2/webhooks${path}`, {
      method,
      headers: { authorization: `Bearer ${company.providerKey}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return ((await response.json()) as any).data;
  };
  const atType = (id: string): Promise<any> => team.provider('GET', `/event-types/${id}/webhooks`);
  const everySecret = async (): Promise<string[]> => {
    const lists = [await atAccount(), await atType(types.roundRobin), await atType(types.collective)];
    return lists.flat().map(({ secret }) => secret);
  };
  const takes = async (secret: string, marker: string): Promise<number> =>
    (await deliverSigned(service, `/${company.connectionId}`, envelope('PING', marker), secret)).status;
  const own = () => `${service.baseUrl}/api/webhooks/calcom/${company.connectionId}`;
  /** As after a pause between looks. */
  const lookAgain = async () => {
    await database.query('update connections set webhook_look_at = null');
    await service.app.get(SubscriptionWatch).look();
  };

  it('shows what is missing after a synchronisation found types of teams, the managed one left out', async () => {
    const { data, formerSecretUntil } = await subscriptions();
    expect(data).toEqual([
      {
        level: 'account',
        eventTypeId: null,
        url: own(),
        state: 'ok',
        error: null,
        registeredAt: expect.any(String),
        checkedAt: expect.any(String),
        lastDeliveryAt: null,
      },
      ...Array(2).fill(expect.objectContaining({ level: 'team-event-type', state: 'missing', registeredAt: null })),
    ]);
    expect(formerSecretUntil).toBeNull();
  });

  it('registers every level with one secret, however often it is asked', async () => {
    await subscriptions('POST');
    const { data } = await subscriptions('POST');
    expect(data.map(({ state }: any) => state)).toEqual(['ok', 'ok', 'ok']);
    const secrets = await everySecret();
    expect(secrets).toHaveLength(3);
    expect(new Set(secrets).size).toBe(1);
    expect(await atType(types.managed)).toEqual([]);
    const [hook] = await atType(types.collective);
    expect(hook).toMatchObject({ subscriberUrl: own(), active: true });
  });

  it('then hears of a booking that the account level does not tell, and says when', async () => {
    const mirrored = await syncedTypes(service, company);
    const day = new Date(Date.now() + 8 * 86_400_000);
    while (day.getUTCDay() === 0 || day.getUTCDay() === 6) day.setUTCDate(day.getUTCDate() + 1);
    day.setUTCHours(10, 0, 0, 0);
    const response = await fetch(`${service.sandbox.url}/v2/bookings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${company.providerKey}`,
        'cal-api-version': '2024-08-13',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        eventTypeId: Number(types.roundRobin),
        start: day.toISOString(),
        attendee: { name: 'Ute Brandt', email: 'ute@customer.example', timeZone: 'Europe/Berlin' },
      }),
    });
    expect(response.status).toBe(201);
    const [account, ...ofTeams] = (await subscriptions()).data;
    const heard = ofTeams.filter(({ lastDeliveryAt }: any) => lastDeliveryAt !== null);
    expect(heard.map(({ eventTypeId }: any) => eventTypeId)).toEqual([mirrored.get('round-robin').id]);
    expect(account.lastDeliveryAt).toBeNull();
    const appointments = await eventually(
      async () => (await service.call('GET', '/api/bookings', { key: company.secretKey })).body.data,
      (data) => data.length === 1,
    );
    expect(appointments[0]).toMatchObject({ status: 'confirmed', eventType: { id: mirrored.get('round-robin').id } });
  });

  it.each([
    ['deleted', (id: string) => atAccount('DELETE', `/${id}`)],
    ['switched off', (id: string) => atAccount('PATCH', `/${id}`, { active: false })],
    ['pointed elsewhere', (id: string) => atAccount('PATCH', `/${id}`, { subscriberUrl: 'https://elsewhere.example' })],
    ['left without a secret', (id: string) => atAccount('PATCH', `/${id}`, { secret: '' })],
    ['kept for other events', (id: string) => atAccount('PATCH', `/${id}`, { triggers: ['OOO_CREATED'] })],
  ])('repairs one that was %s at the provider', async (_what, spoil) => {
    const [before] = await atAccount();
    await spoil(before.id);
    const { data } = await subscriptions('POST');
    expect(data[0]).toMatchObject({ level: 'account', state: 'ok', error: null });
    const after = (await atAccount()).filter(({ subscriberUrl }: any) => subscriberUrl === own());
    expect(after).toEqual([
      expect.objectContaining({ active: true, triggers: before.triggers, secret: before.secret }),
    ]);
  });

  it('says which level the provider did not take, and why, and the others are registered all the same', async () => {
    await service.sandboxCall('POST', '/_sandbox/scenarios', {
      scenario: 'answer',
      status: 500,
      operation: 'eventTypeWebhooks.update',
      key: company.providerKey,
    });
    const { data } = await subscriptions('POST');
    expect(data.map(({ state }: any) => state).sort()).toEqual(['failed', 'ok', 'ok']);
    const failed = data.find(({ state }: any) => state === 'failed');
    expect(failed).toMatchObject({ registeredAt: null, error: expect.stringMatching(/^[A-Z_]+$/) });
    expect((await subscriptions()).data).toEqual(data);
    expect((await subscriptions('POST')).data.map(({ state }: any) => state)).toEqual(['ok', 'ok', 'ok']);
  });

  describe('whose secret is rotated', () => {
    it('have the new one at once, and both are taken; the third one back is not', async () => {
      const first = await registeredSecret(service, company);
      const rotated = await subscriptions('POST', '/rotate');
      const second = await registeredSecret(service, company);
      expect(second).not.toBe(first);
      expect(new Set(await everySecret())).toEqual(new Set([second]));
      expect(JSON.stringify(rotated)).not.toContain(second);
      const hours = (Date.parse(rotated.formerSecretUntil) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(23.9);
      expect(hours).toBeLessThanOrEqual(24);
      expect([await takes(first, 'first after one'), await takes(second, 'second after one')]).toEqual([200, 200]);

      await subscriptions('POST', '/rotate');
      const third = await registeredSecret(service, company);
      const taken = [first, second, third].map((secret, index) => takes(secret, `after two: ${index}`));
      expect(await Promise.all(taken)).toEqual([401, 200, 200]);
    });

    it('take the former one no longer after 24 hours', async () => {
      const before = await registeredSecret(service, company);
      await subscriptions('POST', '/rotate');
      expect(await takes(before, 'in time')).toBe(200);
      await database.query("update webhook_former_secrets set valid_until = now() - interval '1 second'");
      expect(await takes(before, 'too late')).toBe(401);
      expect((await subscriptions()).formerSecretUntil).toBeNull();
    });

    it('agree on one secret, whoever rotates and repairs at the same time', async () => {
      await Promise.all([
        subscriptions('POST', '/rotate'),
        subscriptions('POST'),
        subscriptions('POST', '/rotate'),
        subscriptions('POST'),
      ]);
      const [secret, ...others] = new Set(await everySecret());
      expect(others).toEqual([]);
      expect(await takes(secret!, 'after a race')).toBe(200);
      expect((await database.query('select * from webhook_former_secrets')).length).toBe(1);
    });

    it('keep both secrets sealed', async () => {
      const secret = await registeredSecret(service, company);
      await subscriptions('POST', '/rotate');
      const rows = await database.query(
        'select c.sealed_webhook_secret, f.sealed_secret from connections c join webhook_former_secrets f on f.connection_id = c.id',
      );
      const text = JSON.stringify(rows) + service.logs();
      expect(text).not.toContain(secret);
      expect(text).not.toContain(await registeredSecret(service, company));
      expect(text).not.toContain(Buffer.from(secret).toString('base64url').slice(0, 20));
    });
  });

  describe('are looked after in the background', () => {
    const callsAfter = async (work: () => Promise<void>): Promise<string[]> => {
      const calls = async () => (await service.sandboxCall('GET', `/_sandbox/calls?key=${company.providerKey}`)).body;
      const before = (await calls()).length;
      await work();
      return (await calls()).slice(before).map(({ operation }: any) => operation);
    };

    it('so that a type of a team is registered some minutes after it was synchronised', async () => {
      const id = await team.type('new-one', 'collective');
      await syncedTypes(service, company);
      expect(await atType(id)).toEqual([]);
      await lookAgain();
      expect(await atType(id)).toEqual([expect.objectContaining({ subscriberUrl: own() })]);
    });

    it('without a call while nothing is due, and not by two replicas at once', async () => {
      expect(await callsAfter(lookAgain)).toEqual([]);
      await database.query('update connections set webhook_checked_at = null');
      const watch = service.app.get(SubscriptionWatch);
      // The look before has claimed the connections for some minutes.
      expect(await callsAfter(() => watch.look())).toEqual([]);
      expect(await callsAfter(lookAgain)).toEqual(['webhooks.list']);
    });

    it('once a day by a comparison that repairs what was changed', async () => {
      const [hook] = await atAccount();
      await atAccount('PATCH', `/${hook.id}`, { active: false });
      await database.query("update connections set webhook_checked_at = now() - interval '25 hours'");
      expect(await callsAfter(lookAgain)).toEqual(['webhooks.list', 'webhooks.update']);
      expect(await atAccount()).toEqual(
        expect.arrayContaining([expect.objectContaining({ id: hook.id, active: true })]),
      );
    });

    it('so that a rotation that did not reach the provider gets there well before the former secret ends', async () => {
      await service.sandboxCall('POST', '/_sandbox/scenarios', {
        scenario: 'answer',
        status: 500,
        operation: 'webhooks.update',
        key: company.providerKey,
      });
      const before = await registeredSecret(service, company);
      const { data } = await subscriptions('POST', '/rotate');
      expect(data[0]).toMatchObject({ level: 'account', state: 'failed' });
      expect(await registeredSecret(service, company)).toBe(before);
      expect(await takes(before, 'while the provider has the former one')).toBe(200);
      await database.query("update connections set webhook_checked_at = now() - interval '61 minutes'");
      await lookAgain();
      expect((await subscriptions()).data[0]).toMatchObject({ state: 'ok', error: null });
      expect(await registeredSecret(service, company)).not.toBe(before);
      expect(new Set(await everySecret()).size).toBe(1);
    });

    it('and stay registered when the provider cannot be asked', async () => {
      await service.sandboxCall('POST', '/_sandbox/scenarios', {
        scenario: 'error-before',
        operation: 'webhooks.list',
        key: company.providerKey,
        times: 9,
      });
      await database.query("update connections set webhook_checked_at = now() - interval '25 hours'");
      await lookAgain();
      await service.sandboxCall('DELETE', '/_sandbox/scenarios');
      expect((await subscriptions()).data[0]).toMatchObject({ state: 'ok', error: null });
    });
  });

  it('are removed at every level with the connection', async () => {
    await subscriptions('POST');
    await database.query('delete from appointments where company_id = $1', [company.companyId]);
    const path = `/api/companies/${company.companyId}/connections`;
    expect((await service.call('DELETE', path, { key: service.adminKey })).status).toBe(204);
    const left = [await atAccount(), await atType(types.roundRobin), await atType(types.collective)].flat();
    expect(left.filter(({ subscriberUrl }) => subscriberUrl === own())).toEqual([]);
  });

  it('are nobody else’s business', async () => {
    const statusFor = async (method: string, path: string, key?: string) =>
      (await service.call(method, `/api/webhooks/subscriptions${path}`, { key })).status;
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['POST', '/rotate'],
    ] as const) {
      expect(await statusFor(method, path)).toBe(401);
      expect(await statusFor(method, path, colleague.publishableKey)).toBe(403);
    }
    expect((await subscriptions('GET', '', colleague.secretKey)).data[0].url).toContain(colleague.connectionId);
  });
});

describe('a service that nobody can reach', () => {
  it('says so when it is to register, and lists what is missing', async () => {
    const service = await startTestService({ config: { publicUrl: undefined } });
    try {
      const { secretKey: key } = await service.createCompany();
      const ask = (method: string) => service.call(method, '/api/webhooks/subscriptions', { key });
      expect(await ask('POST')).toMatchObject({
        status: 422,
        body: { error: { code: 'SERVICE_NOT_READY', details: { reason: 'NO_PUBLIC_URL' } } },
      });
      expect((await ask('GET')).body.data).toEqual([expect.objectContaining({ state: 'missing', url: null })]);
    } finally {
      await service.stop();
    }
  });
});
