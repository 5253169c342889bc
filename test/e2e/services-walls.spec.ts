import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { PERM } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

const ENVIRONMENT_KEY = `cal_${randomUUID().replaceAll('-', '')}`;
const TABLES = ['services', 'service_segments', 'service_segment_staff', 'calcom_event_maps', 'staff'];

describe('the walls around services', () => {
  let service: TestService;
  let database: DataSource;

  beforeAll(async () => {
    service = await startTestService({ calcom: { apiKey: ENVIRONMENT_KEY } });
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
    const account = { key: ENVIRONMENT_KEY, username: 'shared', name: 'Shared Host', timeZone: 'Europe/Berlin' };
    await service.sandboxCall('POST', '/_sandbox/accounts', { ...account, email: 'shared@salon.example' });
  });
  afterAll(async () => {
    await database?.destroy();
    await service?.stop();
  });

  const admin = async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await service.call(method, `/api/companies${path}`, { key: service.adminKey, body });
    expect([answer.status < 300, answer.text]).toEqual([true, expect.any(String)]);
    return answer.body;
  };
  const rowsOf = async (companyId: string): Promise<number[]> =>
    Promise.all(
      TABLES.map(async (table) => {
        const sql = `select count(*)::integer as count from ${table} where company_id = $1`;
        return (await database.query<{ count: number }[]>(sql, [companyId]))[0]!.count;
      }),
    );

  it("stand in the database: no row can point at another company's segment, person or event type", async () => {
    const [own, other] = [await Salon.open(service), await Salon.open(service)];
    const [sold, foreign] = [await own.sells('Perm', PERM), await other.sells('Perm', PERM)];
    const [map] = await other.mapAll(foreign);
    const mine = { service: sold.id, segment: sold.segments[0].id, staff: own.maria.id };
    const insertMap = (company: string, ids: typeof mine, eventTypeId: string): Promise<unknown> =>
      database.query('insert into calcom_event_maps values ($1, $2, $3, $4, $5)', [
        company,
        ids.service,
        ids.segment,
        ids.staff,
        eventTypeId,
      ]);
    const { companyId } = own.company;
    await expect(insertMap(companyId, mine, map.eventTypeId)).rejects.toThrow(/foreign key/);
    await expect(insertMap(companyId, { ...mine, segment: map.segmentId }, map.eventTypeId)).rejects.toThrow(
      /foreign key/,
    );
    const name = 'insert into service_segment_staff values ($1, $2, $3, $4, 9)';
    const naming = [companyId, mine.service, mine.segment, other.maria.id];
    await expect(database.query(name, naming)).rejects.toThrow(/foreign key/);
  });

  it('fall with the company: nothing of its services and staff is left, and all of the others is', async () => {
    const [gone, stays] = [await Salon.open(service), await Salon.open(service)];
    for (const salon of [gone, stays]) await salon.mapAll(await salon.sells('Perm', PERM));
    expect(await rowsOf(gone.company.companyId)).toEqual([1, 4, 8, 8, 2]);
    await admin('DELETE', `/${gone.company.companyId}`);
    expect(await rowsOf(gone.company.companyId)).toEqual([0, 0, 0, 0, 0]);
    expect(await rowsOf(stays.company.companyId)).toEqual([1, 4, 8, 8, 2]);
  });

  it("show a company on the deployment's own key only the hosts of its own types, and try no address on them", async () => {
    const type = await typeAtProvider('washing');
    const hidden = await typeAtProvider('cutting');
    const api = await companySharing(type);
    const staff = (body: object): Promise<TestAnswer> => api('POST', '/staff', body);
    await staff({ name: 'Guess', email: 'shared@salon.example' });
    const { id } = (await staff({ name: 'Shared Host' })).body;
    const calls = async (): Promise<unknown> => (await service.sandboxCall('GET', '/_sandbox/calls')).body.length;
    const before = await calls();
    const answer = await api('POST', '/staff/match');
    expect(answer.body).toMatchObject({ matched: [{ staffId: id, by: 'name' }], freeHosts: [] });
    expect(await calls()).toBe(before);
    const withoutTypes = await companySharing();
    expect((await withoutTypes('POST', '/staff/match')).body).toEqual({ matched: [], withoutHost: [], freeHosts: [] });
    const other = await companySharing(hidden);
    const [foreign] = (await other('GET', '/event-types')).body.data;
    const segments = [{ name: 'Wash', durationMinutes: 20, staffIds: [id] }];
    const sold = (await api('POST', '/services', { name: 'Wash', segments })).body;
    const maps = [{ segmentId: sold.segments[0].id, staffId: id, eventTypeId: foreign.id }];
    expect((await api('PUT', `/services/${sold.id}/event-type-maps`, { maps })).status).toBe(404);
  });

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

  /** Calls in the name of a company without a credential of its own, after its first sync. */
  async function companySharing(...sharedEventTypeIds: string[]) {
    const company = { name: 'Salon', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };
    const { id } = await admin('POST', '', company);
    await admin('PUT', `/${id}/connections`, { provider: 'calcom-v2', sharedEventTypeIds });
    const { key } = await admin('POST', `/${id}/keys`, { kind: 'secret', name: 'test' });
    await service.call('POST', '/api/event-types/sync', { key });
    return (method: string, path: string, body?: object): Promise<TestAnswer> =>
      service.call(method, `/api${path}`, { key, body });
  }
});
