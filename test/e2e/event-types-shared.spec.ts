import { randomUUID } from 'node:crypto';
import { startTestService, TestAnswer, TestService } from '../support/service';

const ENVIRONMENT_KEY = `cal_${randomUUID().replaceAll('-', '')}`;

let service: TestService;
/** Two types of the account that the deployment's own key belongs to: numbers at the provider. */
let washing: string;
let cutting: string;

beforeAll(async () => {
  service = await startTestService({ calcom: { apiKey: ENVIRONMENT_KEY } });
  await service.sandboxCall('POST', '/_sandbox/accounts', {
    key: ENVIRONMENT_KEY,
    username: 'shared',
    name: 'Shared Account',
    email: 'shared@salon.example',
    timeZone: 'Europe/Berlin',
  });
  [washing, cutting] = [await typeAtProvider('washing'), await typeAtProvider('cutting')] as [string, string];
});
afterAll(() => service.stop());

async function typeAtProvider(slug: string): Promise<string> {
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
}

async function admin(method: string, path: string, body: object): Promise<any> {
  const answer = await service.call(method, `/api/companies${path}`, { key: service.adminKey, body });
  expect([answer.status < 300, answer.text]).toEqual([true, expect.any(String)]);
  return answer.body;
}

async function share(companyId: string, sharedEventTypeIds: string[]): Promise<void> {
  await admin('PUT', `/${companyId}/connections`, { provider: 'calcom-v2', sharedEventTypeIds });
}

/** A company without a credential of its own, after its first sync. */
async function companySharing(...sharedEventTypeIds: string[]) {
  const company = { name: 'Salon', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };
  const { id } = await admin('POST', '', company);
  await share(id, sharedEventTypeIds);
  const { key } = await admin('POST', `/${id}/keys`, { kind: 'secret', name: 'test' });
  const api = (method: string, path: string, body?: object, headers?: Record<string, string>): Promise<TestAnswer> =>
    service.call(method, `/api${path}`, { key, body, headers });
  const sync = await api('POST', '/event-types/sync');
  return { companyId: id as string, api, sync };
}

async function calls(operation: string): Promise<number> {
  return (await service.sandboxCall('GET', `/_sandbox/calls?operation=${operation}`)).body.length;
}

const slugs = ({ body }: TestAnswer): string[] => body.data.map((type: any) => type.slug);

describe("a company on the deployment's own key", () => {
  it('mirrors and sees only the types listed for it', async () => {
    const { api, sync } = await companySharing(washing);
    expect(sync.body).toEqual({ created: 1, updated: 0, deleted: 0, unchanged: 0 });
    expect(slugs(await api('GET', '/event-types'))).toEqual(['washing']);
  });

  it('sees nothing when nothing is listed', async () => {
    const { api, sync } = await companySharing();
    expect(sync.body).toEqual({ created: 0, updated: 0, deleted: 0, unchanged: 0 });
    expect(slugs(await api('GET', '/event-types'))).toEqual([]);
  });

  it('may not create types in an account that others use too, and the provider is not asked', async () => {
    const { api } = await companySharing(washing);
    const answer = await api('POST', '/event-types', { title: 'Mine', slug: 'mine', lengthMinutes: 30 });
    expect([answer.status, answer.body.error.code, answer.body.error.details]).toEqual([
      403,
      'FORBIDDEN',
      { reason: 'SHARED_ACCOUNT' },
    ]);
    expect(await calls('eventTypes.create')).toBe(2);
  });

  it('has ids of its own for a type that two companies share', async () => {
    const [one, two] = [await companySharing(washing), await companySharing(washing, cutting)];
    const [theirs] = (await one.api('GET', '/event-types')).body.data;
    expect(theirs.providerId).toBe(washing);
    expect((await two.api('GET', `/event-types/${theirs.id}`)).status).toBe(404);
  });

  it('may change a type that is listed for it', async () => {
    const { api } = await companySharing(cutting);
    const [type] = (await api('GET', '/event-types')).body.data;
    expect((await api('PATCH', `/event-types/${type.id}`, { title: 'Cutting and drying' })).status).toBe(200);
    expect((await api('GET', `/event-types/${type.id}`)).body.title).toBe('Cutting and drying');
  });

  it('finds a type no more once it is taken off the list, even before the next sync, and asks no provider', async () => {
    const { companyId, api } = await companySharing(washing);
    const [type] = (await api('GET', '/event-types')).body.data;
    await share(companyId, [cutting]);
    const before = [await calls('eventTypes.get'), await calls('slots.list')];
    expect(slugs(await api('GET', '/event-types'))).toEqual([]);
    expect((await api('GET', `/event-types/${type.id}`)).body.error.code).toBe('EVENT_TYPE_NOT_FOUND');
    const query = new URLSearchParams({ eventTypeId: type.id, start: '2099-01-01', end: '2099-01-02' });
    expect((await api('GET', `/availability?${query}`)).body.error.code).toBe('EVENT_TYPE_NOT_FOUND');
    expect([await calls('eventTypes.get'), await calls('slots.list')]).toEqual(before);
  });
});

describe("a company on the deployment's own key, and the teams of that account", () => {
  let teamId: string;
  let listed: string;
  let unlisted: string;

  beforeAll(async () => {
    const team = { name: 'Salon', slug: 'salon', members: ['shared'] };
    teamId = String((await service.sandboxCall('POST', '/_sandbox/teams', team)).body.id);
    [listed, unlisted] = [await teamType('listed'), await teamType('unlisted')] as [string, string];
  });

  async function atProvider(method: string, path: string, body?: object): Promise<any> {
    const response = await fetch(`${service.sandbox.url}/v2/teams/${teamId}/event-types${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ENVIRONMENT_KEY}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return ((await response.json()) as any).data;
  }

  async function teamType(slug: string): Promise<string> {
    const type = { title: slug, slug, lengthInMinutes: 20, schedulingType: 'roundRobin', assignAllTeamMembers: true };
    return String((await atProvider('POST', '', type)).id);
  }

  it('mirrors and sees only the types of teams that are listed for it', async () => {
    const { api, sync } = await companySharing(washing, listed);
    expect(sync.body).toMatchObject({ created: 2 });
    expect(slugs(await api('GET', '/event-types')).sort()).toEqual(['listed', 'washing']);
    expect(slugs(await api('GET', `/event-types?teamId=${teamId}`))).toEqual(['listed']);
    const [type] = (await api('GET', `/event-types?teamId=${teamId}`)).body.data;
    expect((await api('GET', `/event-types/${type.id}`)).body).toEqual(type);
  });

  it('has none of them when none is listed, and asks for no teams then', async () => {
    const before = await calls('teams.list');
    const { api } = await companySharing(washing);
    // One more: saving the connection asks whether there are teams at all.
    expect(await calls('teams.list')).toBe(before + 1);
    expect(slugs(await api('GET', `/event-types?teamId=${teamId}`))).toEqual([]);
  });

  it('may change a type that is listed, and no other through the ids of another company', async () => {
    const [one, two] = [await companySharing(listed), await companySharing(unlisted)];
    const [mine] = (await one.api('GET', '/event-types')).body.data;
    const [theirs] = (await two.api('GET', '/event-types')).body.data;
    expect((await one.api('PATCH', `/event-types/${mine.id}`, { title: 'Listed and changed' })).status).toBe(200);
    expect((await atProvider('GET', `/${listed}`)).title).toBe('Listed and changed');
    for (const [method, body] of [['GET'], ['PATCH', { title: 'Mine now' }], ['DELETE']] as const) {
      const answer = await one.api(method, `/event-types/${theirs.id}`, body);
      expect([answer.status, answer.body.error.code]).toEqual([404, 'EVENT_TYPE_NOT_FOUND']);
    }
    expect((await atProvider('GET', `/${unlisted}`)).title).toBe('unlisted');
  });

  it('may create none in a team of that account, and the provider is not asked', async () => {
    const { api } = await companySharing(listed);
    const type = { title: 'Mine', slug: 'mine', lengthMinutes: 30, teamId, schedulingType: 'collective' };
    const { status, body } = await api('POST', '/event-types', type);
    expect([status, body.error.details]).toEqual([403, { reason: 'SHARED_ACCOUNT' }]);
    expect(await calls('teams.eventTypes.create')).toBe(2);
  });

  it('finds a type no more once it is taken off the list, even before the next sync', async () => {
    const { companyId, api } = await companySharing(listed);
    const [type] = (await api('GET', '/event-types')).body.data;
    await share(companyId, [unlisted]);
    const before = [await calls('teams.eventTypes.get'), await calls('slots.list'), await calls('bookings.create')];
    const query = new URLSearchParams({ eventTypeId: type.id, start: '2099-01-01', end: '2099-01-02' });
    const attendee = { name: 'Jonas Weber', email: 'jonas@customer.example' };
    const booking = { eventTypeId: type.id, start: '2099-01-01T09:00:00Z', attendee };
    const answers = [
      await api('GET', `/event-types/${type.id}`),
      await api('GET', `/availability?${query}`),
      await api('POST', '/bookings', booking, { 'idempotency-key': randomUUID() }),
    ];
    expect(answers.map(({ body }) => body.error.code)).toEqual(Array(3).fill('EVENT_TYPE_NOT_FOUND'));
    expect([await calls('teams.eventTypes.get'), await calls('slots.list'), await calls('bookings.create')]).toEqual(
      before,
    );
  });
});
