import { DataSource } from 'typeorm';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

describe('deleting a company', () => {
  let service: TestService;
  let database: DataSource;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
  });
  afterAll(async () => {
    await database?.destroy();
    await service?.stop();
  });

  const asAdmin = (method: string, path: string): Promise<TestAnswer> =>
    service.call(method, path, { key: service.adminKey });
  const rowsOf = async (companyId: string): Promise<Record<string, number>> => {
    const tables = await database.query<{ name: string }[]>(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'company_id' and table_name <> 'audit_log'`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const [{ count }] = await database.query(`select count(*)::int from ${name} where company_id = $1`, [companyId]);
      if (count > 0) counts[name] = count;
    }
    return counts;
  };

  it('takes its bookings, refused ones, holds, customers and endpoints with it', async () => {
    const { companyId } = desk.company;
    await desk.call('POST', '/api/webhooks/endpoints', { url: 'http://127.0.0.1:9/nobody' });
    expect((await desk.book(desk.request(startAt(0, 9)))).status).toBe(201);
    await desk.scenario('conflict', 'bookings.create');
    expect((await desk.book(desk.request(startAt(0, 11)))).status).toBe(409);
    const hold = { eventTypeId: desk.eventType.id, start: startAt(0, 13) };
    expect((await desk.call('POST', '/api/holds', hold)).status).toBe(201);
    expect(await rowsOf(companyId)).toMatchObject({ saga_steps: 2, appointments: 1, holds: 1, customers: 1 });

    expect((await asAdmin('DELETE', `/api/companies/${companyId}`)).status).toBe(204);
    expect(await rowsOf(companyId)).toEqual({});
  });
});
