import { randomUUID } from 'node:crypto';
import { PERM } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

describe('staff', () => {
  let service: TestService;
  let other: TestCompany;

  beforeAll(async () => {
    service = await startTestService();
    other = await service.createCompany();
  });
  afterAll(() => service?.stop());

  const staff = (company: TestCompany, method: string, path = '', body?: unknown): Promise<TestAnswer> =>
    service.call(method, `/api/staff${path}`, { key: company.secretKey, body });
  const hostOf = async ({ secretKey: key }: TestCompany): Promise<string> =>
    (await service.call('GET', '/api/me', { key })).body.providerId;
  const match = async (company: TestCompany): Promise<any> => {
    const answer = await staff(company, 'POST', '/match');
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    return answer.body;
  };

  it('are kept, changed where something is said, and gone after their deletion', async () => {
    const made = await staff(other, 'POST', '', { name: ' Eva Kern ', email: 'Eva@Salon.example', active: false });
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.any(String),
        name: 'Eva Kern',
        email: 'eva@salon.example',
        active: false,
        createdAt: expect.any(String),
      },
    ]);
    const path = `/${made.body.id}`;
    expect((await staff(other, 'GET', path)).body).toEqual(made.body);
    const changed = await staff(other, 'PATCH', path, { active: true, email: null, hostId: '77' });
    const { email: _, ...rest } = made.body;
    expect(changed.body).toEqual({ ...rest, active: true, hostId: '77', hostChosenBy: 'hand' });
    expect((await staff(other, 'DELETE', path)).status).toBe(204);
    for (const [method, body] of [['GET'], ['PATCH', { name: 'X' }], ['DELETE']] as const) {
      const gone = await staff(other, method, path, body);
      expect([gone.status, gone.body.error.code]).toEqual([404, 'STAFF_NOT_FOUND']);
    }
  });

  it.each<[string, object]>([
    ['name', { name: ' ' }],
    ['name', { name: null }],
    ['email', { name: 'X', email: 'x' }],
    ['hostId', { name: 'X', hostId: '' }],
    ['hostId', { name: 'X', hostId: 5 }],
    ['active', { name: 'X', active: null }],
    ['companyId', { name: 'X', companyId: randomUUID() }],
  ])('are refused with 400 for a wrong %s', async (field, body) => {
    const { status, body: answer } = await staff(other, 'POST', '', body);
    expect([status, answer.error.details.fields.map((fault: any) => fault.field)]).toEqual([400, [field]]);
  });

  it('of one company are never two for one host, also when both are said at once', async () => {
    const company = await service.createCompany();
    const answers = await Promise.all(
      ['A', 'B', 'C'].map((name) => staff(company, 'POST', '', { name, hostId: '4182' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect([refused.body.error.code, refused.body.error.details]).toEqual(['CONFLICT', { reason: 'HOST_TAKEN' }]);
    const { body } = await staff(company, 'POST', '', { name: 'D' });
    expect((await staff(company, 'PATCH', `/${body.id}`, { hostId: '4182' })).status).toBe(409);
    expect((await staff(other, 'POST', '', { name: 'Elsewhere', hostId: '4182' })).status).toBe(201);
  });

  it('are matched with the hosts of event types and with those who share a team, once', async () => {
    const salon = await Salon.open(service);
    const { company, maria, jonas } = salon;
    for (const { id } of [maria, jonas]) expect((await staff(company, 'DELETE', `/${id}`)).status).toBe(204);
    // Every account at the sandbox is called Maria Lindner; only the address of the company's own is known.
    const email = `host-${company.providerKey.slice(4, 14)}@salon.example`;
    const byMail = (await staff(company, 'POST', '', { name: 'The boss', email })).body;
    const byName = (await staff(company, 'POST', '', { name: 'maria lindner' })).body;
    const nobody = (await staff(company, 'POST', '', { name: 'Nobody' })).body;
    const first = await match(company);
    expect(first).toEqual({
      matched: [
        { staffId: byMail.id, hostId: maria.hostId, by: 'email' },
        { staffId: byName.id, hostId: jonas.hostId, by: 'name' },
      ],
      withoutHost: [nobody],
      freeHosts: [],
    });
    expect((await staff(company, 'GET', `/${byMail.id}`)).body).toEqual({
      ...byMail,
      hostId: maria.hostId,
      hostChosenBy: 'match',
    });
    expect((await match(company)).matched).toEqual([]);
  });

  it('keep what was corrected by hand whatever is matched, until it is taken back', async () => {
    const company = await service.createCompany();
    const hostId = await hostOf(company);
    const { id } = (await staff(company, 'POST', '', { name: 'Maria Lindner', hostId: '999' })).body;
    expect(await match(company)).toMatchObject({ matched: [], freeHosts: [{ id: hostId, name: 'Maria Lindner' }] });
    expect((await staff(company, 'GET', `/${id}`)).body).toMatchObject({ hostId: '999', hostChosenBy: 'hand' });
    expect((await staff(company, 'PATCH', `/${id}`, { hostId: null })).body.hostId).toBeUndefined();
    expect((await match(company)).matched).toEqual([{ staffId: id, hostId, by: 'name' }]);
  });

  it('are left as they are while the provider does not answer', async () => {
    const company = await service.createCompany();
    const made = (await staff(company, 'POST', '', { name: 'Maria Lindner' })).body;
    const fault = { key: company.providerKey, scenario: 'error-before', times: 50 };
    expect((await service.sandboxCall('POST', '/_sandbox/scenarios', fault)).status).toBe(201);
    const answer = await staff(company, 'POST', '/match');
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    expect([answer.status, answer.body.error.code]).toEqual([503, 'PROVIDER_UNAVAILABLE']);
    expect((await staff(company, 'GET', `/${made.id}`)).body).toEqual(made);
  });

  it('cannot be deleted while a service names them, and can be after', async () => {
    const salon = await Salon.open(service);
    const sold = await salon.sells('Perm', PERM);
    const path = `/${salon.jonas.id}`;
    const refused = await staff(salon.company, 'DELETE', path);
    expect([refused.status, refused.body.error.details]).toEqual([
      409,
      { reason: 'STAFF_IN_USE', serviceIds: [sold.id] },
    ]);
    await salon.ok('DELETE', `/api/services/${sold.id}`);
    expect((await staff(salon.company, 'DELETE', path)).status).toBe(204);
  });

  it('are not named by a service any more once their deletion has won the race against it', async () => {
    const company = await service.createCompany();
    for (let round = 0; round < 10; round += 1) {
      const { id } = (await staff(company, 'POST', '', { name: `Eva ${round}` })).body;
      const body = { name: 'Cut', segments: [{ name: 'Cut', durationMinutes: 30, staffIds: [id] }] };
      const [named, deleted] = await Promise.all([
        service.call('POST', '/api/services', { key: company.secretKey, body }),
        staff(company, 'DELETE', `/${id}`),
      ]);
      expect([
        [201, 409],
        [404, 204],
      ]).toContainEqual([named.status, deleted.status]);
    }
  });

  it("of another company answer as nobody's, and stay as they are", async () => {
    const company = await service.createCompany();
    const made = (await staff(company, 'POST', '', { name: 'Eva', email: 'eva@salon.example' })).body;
    for (const [method, body] of [['GET'], ['PATCH', { name: 'Mine' }], ['DELETE']] as const) {
      const foreign = await staff(other, method, `/${made.id}`, body);
      const none = await staff(other, method, `/${randomUUID()}`, body);
      expect([foreign.status, none.status]).toEqual([404, 404]);
      expect(foreign.body.error).toEqual({
        ...none.body.error,
        correlationId: expect.any(String),
        timestamp: expect.any(String),
      });
    }
    expect((await staff(company, 'GET', `/${made.id}`)).body).toEqual(made);
    expect((await staff(other, 'GET', '?limit=100')).text).not.toContain(made.id);
  });
});
