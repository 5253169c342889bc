import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

const ENVIRONMENT_KEY = `cal_${randomUUID().replaceAll('-', '')}`;
const ROUTES = ['/users', '/teams', '/teams/1', '/teams/1/event-types'];

/** Everything but what differs between any two requests. */
function withoutRequest({ status, body }: TestAnswer) {
  const { correlationId: _, timestamp: __, ...error } = body.error;
  return { status, error };
}

describe('teams and users of a company', () => {
  let service: TestService;
  let salon: TestCompany;
  let colleague: TestCompany;
  let stranger: TestCompany;
  let teamId: string;

  const get = (path: string, key = salon.secretKey) => service.call('GET', `/api${path}`, { key });
  const me = async ({ secretKey }: TestCompany) => (await get('/me', secretKey)).body;

  beforeAll(async () => {
    service = await startTestService({ calcom: { apiKey: ENVIRONMENT_KEY } });
    const shared = { key: ENVIRONMENT_KEY, username: 'shared', name: 'Shared', email: 's@x.example', timeZone: 'UTC' };
    await service.sandboxCall('POST', '/_sandbox/accounts', shared);
    salon = await service.createCompany();
    colleague = await service.createCompany();
    stranger = await service.createCompany();
    const members = [(await me(salon)).username, (await me(colleague)).username];
    const team = await service.sandboxCall('POST', '/_sandbox/teams', { name: 'Salon', slug: 'salon', members });
    teamId = String(team.body.id);
    for (const [slug, schedulingType] of [
      ['any', 'roundRobin'],
      ['parent', 'managed'],
    ]) {
      const response = await fetch(`${service.sandbox.url}/v2/teams/${teamId}/event-types`, {
        method: 'POST',
        headers: { authorization: `Bearer ${salon.providerKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ title: slug, slug, lengthInMinutes: 40, schedulingType, assignAllTeamMembers: true }),
      });
      expect(response.status).toBe(201);
    }
  });
  afterAll(() => service?.stop());

  it('are shown with what is needed to pick a host, and without any e-mail address', async () => {
    const [own, other] = [await me(salon), await me(colleague)];
    const people = [own, other].map(({ providerId, name, username }) => ({ id: providerId, name, username }));
    const answers = [await get('/users'), await get('/teams'), await get(`/teams/${teamId}`)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ body }) => body)).toEqual([
      { data: people },
      { data: [{ id: teamId, name: 'Salon', slug: 'salon' }] },
      { id: teamId, name: 'Salon', slug: 'salon', members: people },
    ]);
    expect(answers.map(({ text }) => text).join()).not.toContain('@');
  });

  it("include the team's event types of every kind, with their hosts", async () => {
    const { status, body, text } = await get(`/teams/${teamId}/event-types`);
    expect(status).toBe(200);
    expect(body.data).toEqual([
      expect.objectContaining({
        slug: 'any',
        lengthMinutes: 40,
        schedulingType: 'round-robin',
        hosts: expect.any(Array),
      }),
      expect.objectContaining({
        slug: 'parent',
        lengthMinutes: 40,
        schedulingType: 'managed',
        hosts: expect.any(Array),
      }),
    ]);
    expect(body.data[0].hosts).toHaveLength(2);
    expect(text).not.toContain('@');
  });

  it('are the account alone for somebody without a team', async () => {
    const { providerId, name, username } = await me(stranger);
    expect((await get('/users', stranger.secretKey)).body).toEqual({ data: [{ id: providerId, name, username }] });
    expect((await get('/teams', stranger.secretKey)).body).toEqual({ data: [] });
  });

  it('answer the same 404 for a team of others, for none and for what is no id', async () => {
    const ids = [teamId, '2000000000', '99999999999', 'x', '-1', '0', '1e3', '1%2Fmemberships'];
    const expected = { status: 404, error: { code: 'NOT_FOUND', message: expect.any(String), details: {} } };
    for (const rest of ['', '/event-types']) {
      const [first, ...others] = await Promise.all(ids.map((id) => get(`/teams/${id}${rest}`, stranger.secretKey)));
      expect(withoutRequest(first!)).toEqual(expected);
      for (const other of others) expect(withoutRequest(other)).toEqual(withoutRequest(first!));
    }
  });

  it('are for secret keys only', async () => {
    for (const path of ROUTES) {
      expect((await get(path, salon.publishableKey)).status).toBe(403);
      expect((await service.call('GET', `/api${path}`)).status).toBe(401);
    }
  });

  it('of the shared account are for the deployment alone', async () => {
    const fields = { name: 'Guest', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };
    const path = `/api/companies/${(await service.call('POST', '/api/companies', { key: service.adminKey, body: fields })).body.id}`;
    const wish = { provider: 'calcom-v2', sharedEventTypeIds: [] };
    await service.call('PUT', `${path}/connections`, { key: service.adminKey, body: wish });
    const key = { kind: 'secret', name: 'guest' };
    const guest = (await service.call('POST', `${path}/keys`, { key: service.adminKey, body: key })).body.key;
    for (const route of ROUTES) {
      const { status, body } = await get(route, guest);
      expect([status, body.error.code, body.error.details]).toEqual([403, 'FORBIDDEN', { reason: 'SHARED_ACCOUNT' }]);
    }
  });

  it('flag the connection when its credential is refused', async () => {
    const company = await service.createCompany();
    const database = new Client({ connectionString: service.databaseUrl });
    await database.connect();
    // Withdrawn at the provider.
    await database.query('delete from sandbox.accounts where key = $1', [company.providerKey]);
    await database.end();
    const { status, body } = await get('/teams', company.secretKey);
    expect([status, body.error.code]).toEqual([502, 'PROVIDER_AUTHENTICATION_FAILED']);
    const path = `/api/companies/${company.companyId}/connections`;
    const connection = await service.call('GET', path, { key: service.adminKey });
    expect(connection.body.status).toBe('credential_refused');
  });

  describe('at a provider without teams', () => {
    let alone: TestCompany;

    beforeAll(async () => {
      await service.sandboxCall('PUT', '/_sandbox/settings', { teams: false });
      alone = await service.createCompany();
    });
    afterAll(() => service.sandboxCall('PUT', '/_sandbox/settings', { teams: true }));

    it('are not supported, which is said without asking the provider', async () => {
      const key = encodeURIComponent(alone.providerKey);
      const asked = async () => (await service.sandboxCall('GET', `/_sandbox/calls?key=${key}`)).body.length;
      const before = await asked();
      for (const path of ['/teams', '/teams/1', '/teams/1/event-types']) {
        const { status, body } = await get(path, alone.secretKey);
        expect([status, body.error.code]).toEqual([422, 'NOT_SUPPORTED_BY_PROVIDER']);
      }
      expect(await asked()).toBe(before);
    });

    it('are not supported either where the connection still remembers teams', async () => {
      const { status, body } = await get('/teams', salon.secretKey);
      expect([status, body.error.code]).toEqual([422, 'NOT_SUPPORTED_BY_PROVIDER']);
    });

    it('have the account as their only user', async () => {
      const { body } = await get('/users', alone.secretKey);
      expect(body.data).toHaveLength(1);
    });
  });
});
