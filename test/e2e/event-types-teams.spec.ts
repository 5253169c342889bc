import { randomUUID } from 'node:crypto';
import { SalonTeam, syncedTypes } from '../fixtures/event-types/salon-team';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

/** What Cal.com answers a member who may not do this in a team, and everybody about a team that is not there. */
const NOT_YOURS = {
  status: 'error',
  error: { code: 'ForbiddenException', message: 'RolesGuard - User with id=1 does not have the minimum role=x' },
};
const TEAM_HAIRCUT = { title: 'Haircut', slug: 'haircut', lengthMinutes: 30, schedulingType: 'round-robin' };

let service: TestService;
let owner: TestCompany;
let member: TestCompany;
let team: SalonTeam;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());
const freshTeam = async (): Promise<void> => {
  owner = await service.createCompany();
  member = await service.createCompany();
  team = await SalonTeam.found(service, owner, member);
};

function api(method: string, path: string, body?: unknown, company = owner): Promise<TestAnswer> {
  return service.call(method, `/api/event-types${path}`, { key: company.secretKey, body });
}

async function listed(query = '', company = owner): Promise<string[]> {
  const { body } = await api('GET', query, undefined, company);
  return body.data.map((type: any) => type.slug).sort();
}

async function calls(operation: string, { providerKey } = owner): Promise<number> {
  const query = `key=${encodeURIComponent(providerKey)}&operation=${operation}`;
  return (await service.sandboxCall('GET', `/_sandbox/calls?${query}`)).body.length;
}

async function fault(scenario: string, operation: string, more: object = {}): Promise<void> {
  const body = { scenario, operation, key: owner.providerKey, ...more };
  expect((await service.sandboxCall('POST', '/_sandbox/scenarios', body)).status).toBe(201);
}

const code = ({ status, body }: TestAnswer): unknown[] => [status, body.error.code, body.error.details];

describe('sync with teams', () => {
  beforeEach(freshTeam);
  afterEach(() => service.sandboxCall('DELETE', '/_sandbox/scenarios'));

  it('mirrors own types and those of every team, each with the team and how its hosts share it', async () => {
    const second = await SalonTeam.found(service, owner);
    await api('POST', '', { title: 'Own', slug: 'own', lengthMinutes: 20 });
    await team.type('any', 'roundRobin');
    await team.type('together', 'collective');
    await second.type('elsewhere', 'collective');
    const types = await syncedTypes(service, owner);
    const seen = [...types.values()].map(({ slug, teamId, schedulingType, hosts }) => [
      slug,
      teamId,
      schedulingType,
      hosts.length,
    ]);
    expect(seen.sort()).toEqual([
      ['any', team.id, 'round-robin', 2],
      ['elsewhere', second.id, 'collective', 1],
      ['own', undefined, 'individual', 1],
      ['together', team.id, 'collective', 2],
    ]);
  });

  it("mirrors a managed type as the team's, and each member's child of it as their own", async () => {
    const parent = await team.type('colour', 'managed');
    for (const company of [owner, member]) {
      expect((await api('POST', '/sync', undefined, company)).body).toMatchObject({ created: 2 });
      const { data } = (await api('GET', '?slug=colour', undefined, company)).body;
      const kinds = data.map((type: any) => [type.schedulingType, type.teamId, type.providerId === parent]);
      expect(kinds.sort()).toEqual([
        ['individual', undefined, false],
        ['managed', team.id, true],
      ]);
    }
  });

  it('gives the same numbers as the list of the team itself', async () => {
    const providerId = await team.type('any', 'roundRobin');
    const types = await syncedTypes(service, owner);
    const ofTeam = await service.call('GET', `/api/teams/${team.id}/event-types`, { key: owner.secretKey });
    expect([types.get('any').providerId, ofTeam.body.data[0].providerId]).toEqual([providerId, providerId]);
  });

  it('counts, changes and deletes like own types, and a type that comes back keeps its id', async () => {
    const any = await team.type('any', 'roundRobin');
    const gone = await team.type('gone', 'collective');
    const before = (await syncedTypes(service, owner)).get('any');
    await team.provider('PATCH', `/event-types/${any}`, { title: 'Changed there' });
    await team.provider('DELETE', `/event-types/${gone}`);
    expect((await api('POST', '/sync')).body).toEqual({ created: 0, updated: 1, deleted: 1, unchanged: 0 });
    expect((await api('GET', '')).body.data).toEqual([{ ...before, title: 'Changed there' }]);

    await fault('answer', 'teams.eventTypes', { status: 403, body: NOT_YOURS });
    await api('POST', '/sync');
    expect(await listed()).toEqual([]);
    expect((await syncedTypes(service, owner)).get('any').id).toBe(before.id);
  });

  it('takes a team that went after it was listed for one without types, and reads the others', async () => {
    const second = await SalonTeam.found(service, owner);
    await team.type('any', 'roundRobin');
    await second.type('elsewhere', 'collective');
    await syncedTypes(service, owner);
    await fault('answer', 'teams.eventTypes', { status: 403, body: NOT_YOURS });
    expect((await api('POST', '/sync')).body).toEqual({ created: 0, updated: 0, deleted: 1, unchanged: 1 });
    expect(await listed()).toEqual(['elsewhere']);
  });

  it('forgets the types of a team that was dissolved, and keeps the own ones', async () => {
    await api('POST', '', { title: 'Own', slug: 'own', lengthMinutes: 20 });
    await team.type('any', 'roundRobin');
    await syncedTypes(service, owner);
    await team.provider('DELETE');
    expect((await api('POST', '/sync')).body).toEqual({ created: 0, updated: 0, deleted: 1, unchanged: 1 });
  });

  it.each([
    ['the teams', 'teams.list', 'error-before', [503, 'PROVIDER_UNAVAILABLE']],
    ['one team', 'teams.eventTypes', 'error-before', [503, 'PROVIDER_UNAVAILABLE']],
    ['one team', 'teams.eventTypes', 'wrong-shape', [503, 'PROVIDER_UNAVAILABLE']],
    ['one team', 'teams.eventTypes', 'rate-limited', [429, 'RATE_LIMIT_EXCEEDED']],
  ])('changes nothing at all when %s could not be read: %s, %s', async (_, operation, scenario, expected) => {
    const own = (await api('POST', '', { title: 'Own', slug: 'own', lengthMinutes: 20 })).body;
    await team.type('any', 'roundRobin');
    await syncedTypes(service, owner);
    await fetch(`${service.sandbox.url}/v2/event-types/${own.providerId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${owner.providerKey}`, 'cal-api-version': '2024-06-14' },
    });
    await fault(scenario, operation, { times: 10 });
    const failed = await api('POST', '/sync');
    expect([failed.status, failed.body.error.code]).toEqual(expected);
    expect(await listed()).toEqual(['any', 'own']);
  });

  it('is about own types alone at a provider without teams, and asks it for no teams', async () => {
    await service.sandboxCall('PUT', '/_sandbox/settings', { teams: false });
    try {
      const alone = await service.createCompany();
      await api('POST', '', { title: 'Own', slug: 'own', lengthMinutes: 20 }, alone);
      const before = await calls('teams.list', alone);
      expect([...(await syncedTypes(service, alone)).keys()]).toEqual(['own']);
      expect(await calls('teams.list', alone)).toBe(before);
    } finally {
      await service.sandboxCall('PUT', '/_sandbox/settings', { teams: true });
    }
  });

  it('forgets the types of teams where the provider has lost all teams, and finds them again', async () => {
    await team.type('any', 'roundRobin');
    const { id } = (await syncedTypes(service, owner)).get('any');
    await service.sandboxCall('PUT', '/_sandbox/settings', { teams: false });
    const without = await syncedTypes(service, owner).finally(() =>
      service.sandboxCall('PUT', '/_sandbox/settings', { teams: true }),
    );
    expect(without.size).toBe(0);
    expect((await syncedTypes(service, owner)).get('any').id).toBe(id);
  });
});

describe('lists', () => {
  beforeAll(freshTeam);

  it('filter by team', async () => {
    const second = await SalonTeam.found(service, owner);
    await api('POST', '', { title: 'Own', slug: 'own', lengthMinutes: 20 });
    await team.type('any', 'roundRobin');
    await second.type('elsewhere', 'collective');
    await syncedTypes(service, owner);
    expect(await listed(`?teamId=${team.id}`)).toEqual(['any']);
    expect(await listed(`?teamId=${second.id}`)).toEqual(['elsewhere']);
    expect(await listed('?teamId=2000000000')).toEqual([]);
  });

  it.each(['x', '0', '1.5', '99999999999', ''])('refuse %p as a team', async (teamId) => {
    const { status, body } = await api('GET', `?teamId=${teamId}`);
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('reading, changing and deleting', () => {
  let type: any;

  beforeEach(async () => {
    await freshTeam();
    await team.type('any', 'roundRobin');
    type = (await syncedTypes(service, owner)).get('any');
  });
  afterEach(() => service.sandboxCall('DELETE', '/_sandbox/scenarios'));

  it('reads a type of a team as the provider has it now', async () => {
    await team.provider('PATCH', `/event-types/${type.providerId}`, { title: 'Renamed there' });
    expect((await api('GET', `/${type.id}`)).body).toEqual({ ...type, title: 'Renamed there' });
    expect((await api('GET', '')).body.data).toEqual([{ ...type, title: 'Renamed there' }]);
  });

  it('changes only what is named, at the provider and here', async () => {
    const changed = await api('PATCH', `/${type.id}`, { title: 'Long haircut', lengthMinutes: 45 });
    expect([changed.status, changed.body]).toEqual([200, { ...type, title: 'Long haircut', lengthMinutes: 45 }]);
    expect(await team.provider('GET', `/event-types/${type.providerId}`)).toMatchObject({
      title: 'Long haircut',
      slug: 'any',
      lengthInMinutes: 45,
      schedulingType: 'roundRobin',
    });
  });

  it.each([{ teamId: '1' }, { schedulingType: 'collective' }, { hostIds: ['1'] }])(
    'leaves team and hosts as they are: %p is refused, and the provider is not asked',
    async (change) => {
      const { status, body } = await api('PATCH', `/${type.id}`, change);
      expect([status, body.error.details.fields[0].field]).toEqual([400, Object.keys(change)[0]]);
      expect(await calls('teams.eventTypes.update')).toBe(0);
    },
  );

  it('deletes at the provider', async () => {
    expect((await api('DELETE', `/${type.id}`)).status).toBe(204);
    expect(await team.provider('GET', '/event-types')).toEqual([]);
    expect((await api('GET', `/${type.id}`)).body.error.code).toBe('EVENT_TYPE_NOT_FOUND');
  });

  const gone = { type: () => `/event-types/${type.providerId}`, team: () => '' };
  it.each([
    ['type', 'GET'],
    ['type', 'PATCH'],
    ['type', 'DELETE'],
    ['team', 'GET'],
    ['team', 'PATCH'],
    ['team', 'DELETE'],
  ] as const)('forgets a type when its %s has gone and %s finds it so', async (what, method) => {
    await team.provider('DELETE', gone[what]());
    const answer = await api(method, `/${type.id}`, method === 'PATCH' ? { title: 'Too late' } : undefined);
    expect(code(answer)).toEqual([404, 'EVENT_TYPE_NOT_FOUND', {}]);
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['PATCH', 'update'],
    ['DELETE', 'delete'],
  ])('keeps a type that a plain member may only read, and refuses %s with the reason', async (method, operation) => {
    await fault('answer', `teams.eventTypes.${operation}`, { status: 403, body: NOT_YOURS });
    const answer = await api(method, `/${type.id}`, method === 'PATCH' ? { title: 'Mine now' } : undefined);
    expect(code(answer)).toEqual([422, 'BOOKING_REFUSED', { reason: 'FORBIDDEN' }]);
    expect((await api('GET', '')).body.data).toEqual([type]);
  });
});

describe('creating for a team', () => {
  beforeEach(freshTeam);
  const create = (more: object = {}, company = owner): Promise<TestAnswer> =>
    api('POST', '', { ...TEAM_HAIRCUT, teamId: team.id, ...more }, company);
  const idOf = async ({ secretKey }: TestCompany): Promise<string> =>
    (await service.call('GET', '/api/me', { key: secretKey })).body.providerId;

  it.each([
    ['round-robin', 'roundRobin'],
    ['collective', 'collective'],
    ['managed', 'managed'],
  ])('makes a %s type that every member hosts', async (schedulingType, wire) => {
    const { status, body } = await create({ schedulingType });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ ...TEAM_HAIRCUT, teamId: team.id, schedulingType, id: expect.any(String) }),
    ]);
    expect(body.hosts).toHaveLength(2);
    expect(await team.provider('GET', `/event-types/${body.providerId}`)).toMatchObject({
      schedulingType: wire,
      lengthInMinutes: 30,
      assignAllTeamMembers: true,
    });
    expect((await api('GET', `?teamId=${team.id}`)).body.data).toEqual([body]);
  });

  it('makes the named members its hosts, and nobody else', async () => {
    const id = await idOf(member);
    const { body } = await create({ hostIds: [id] });
    expect(body.hosts.map((host: any) => host.id)).toEqual([id]);
  });

  it('answers NOT_FOUND for a team of others and for none alike', async () => {
    const stranger = await service.createCompany();
    const answers = [await create({}, stranger), await create({ teamId: '2000000000' })];
    expect(answers.map(code)).toEqual(Array(2).fill([404, 'NOT_FOUND', {}]));
    expect(await team.provider('GET', '/event-types')).toEqual([]);
  });

  it('refuses a host who is no member of the team', async () => {
    const stranger = await service.createCompany();
    const answer = await create({ hostIds: [await idOf(stranger)] });
    expect(code(answer)).toEqual([400, 'VALIDATION_ERROR', { reason: 'FIELD_MISSING_OR_INVALID' }]);
    expect(await team.provider('GET', '/event-types')).toEqual([]);
  });

  it('says that a slug is taken in the team', async () => {
    await create();
    expect(code(await create())).toEqual([409, 'CONFLICT', { reason: 'SLUG_TAKEN' }]);
  });

  it.each([
    ['schedulingType', 'a team without it', { schedulingType: undefined }],
    ['schedulingType', 'an individual type of a team', { schedulingType: 'individual' }],
    ['schedulingType', "the provider's own word", { schedulingType: 'roundRobin' }],
    ['schedulingType', 'an own type with it', { teamId: undefined }],
    ['hostIds', 'an own type with hosts', { teamId: undefined, schedulingType: undefined, hostIds: ['1'] }],
    ['hostIds', 'no hosts at all', { hostIds: [] }],
    ['hostIds', 'one host twice', { hostIds: ['1', '1'] }],
    ['hostIds', 'a host that is no number', { hostIds: ['maria'] }],
    ['hostIds', 'hosts as text', { hostIds: '1' }],
    ['teamId', 'a team that is no number', { teamId: 'salon' }],
    ['teamId', 'a team of null', { teamId: null }],
  ])('refuses %s for %s, and asks no provider', async (field, _, more) => {
    const { status, body } = await create(more);
    expect([status, body.error.code, body.error.details.fields[0].field]).toEqual([400, 'VALIDATION_ERROR', field]);
    expect([await calls('teams.eventTypes.create'), await calls('eventTypes.create')]).toEqual([0, 0]);
  });

  it('is not supported where the provider has no teams, which is said without asking it', async () => {
    await service.sandboxCall('PUT', '/_sandbox/settings', { teams: false });
    const alone = await service
      .createCompany()
      .finally(() => service.sandboxCall('PUT', '/_sandbox/settings', { teams: true }));
    expect(code(await create({}, alone))).toEqual([422, 'NOT_SUPPORTED_BY_PROVIDER', {}]);
    expect(await calls('teams.eventTypes.create', alone)).toBe(0);
  });
});

describe('walls', () => {
  beforeEach(freshTeam);

  it('give each company of a team ids of its own for the same type, and none to others', async () => {
    await team.type('any', 'roundRobin');
    const [ours, theirs] = [await syncedTypes(service, owner), await syncedTypes(service, member)];
    const [mine, yours] = [ours.get('any'), theirs.get('any')];
    expect(mine.providerId).toBe(yours.providerId);
    expect(mine.id).not.toBe(yours.id);
    const stranger = await service.createCompany();
    expect([...(await syncedTypes(service, stranger)).keys()]).toEqual([]);
    for (const [method, body] of [['GET'], ['PATCH', { title: 'Mine now' }], ['DELETE']] as const) {
      for (const company of [member, stranger]) {
        const [other, none] = [
          await api(method, `/${mine.id}`, body, company),
          await api(method, `/${randomUUID()}`, body, company),
        ];
        expect(code(other)).toEqual(code(none));
        expect(code(other)).toEqual([404, 'EVENT_TYPE_NOT_FOUND', {}]);
      }
    }
    expect((await team.provider('GET', `/event-types/${mine.providerId}`)).title).toBe('any');
  });
});
