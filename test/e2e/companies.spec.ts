import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { startTestService, type TestCompany, type TestService } from '../support/service';

const COMPANY = { name: 'Salon', timeZone: 'Europe/Berlin', locale: 'de-DE', defaultPhoneCountry: 'DE' };

describe('companies', () => {
  let service: TestService;
  let database: DataSource;
  const admin = (method: string, path: string, body?: unknown) =>
    service.call(method, path, { key: service.adminKey, body });

  beforeAll(async () => {
    service = await startTestService();
    database = await new DataSource({ type: 'postgres', url: service.databaseUrl }).initialize();
  });
  afterAll(async () => {
    await database?.destroy();
    await service?.stop();
  });

  it('are created with zone and locale in canonical form', async () => {
    const made = await admin('POST', '/api/companies', { ...COMPANY, timeZone: 'europe/berlin', locale: 'DE-de' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...COMPANY, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((await admin('GET', `/api/companies/${made.body.id}`)).body).toEqual(made.body);
  });

  it.each([
    ['name', ' ', 'VALIDATION_ERROR'],
    ['name', 'x'.repeat(201), 'VALIDATION_ERROR'],
    ['name', null, 'VALIDATION_ERROR'],
    ['timeZone', 'EST', 'INVALID_TIMEZONE'],
    ['timeZone', '+02:00', 'INVALID_TIMEZONE'],
    ['timeZone', '../../etc/passwd', 'INVALID_TIMEZONE'],
    ['locale', 'de_DE', 'VALIDATION_ERROR'],
    ['locale', 'english', 'VALIDATION_ERROR'],
    ['locale', 1, 'VALIDATION_ERROR'],
    ['defaultPhoneCountry', 'de', 'VALIDATION_ERROR'],
    ['defaultPhoneCountry', 'UK', 'VALIDATION_ERROR'],
    ['defaultPhoneCountry', 'DEU', 'VALIDATION_ERROR'],
    ['deletedAt', 'now', 'VALIDATION_ERROR'],
  ])('are refused with %s = %j, when created and when changed', async (field, value, code) => {
    const { id } = (await admin('POST', '/api/companies', COMPANY)).body;
    const answers = [
      await admin('POST', '/api/companies', { ...COMPANY, [field]: value }),
      await admin('PATCH', `/api/companies/${id}`, { [field]: value }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code, details: { fields: [{ field }] } });
    }
    expect((await admin('GET', `/api/companies/${id}`)).body).toMatchObject(COMPANY);
  });

  it('keep the fields that a change leaves out, and a change of nothing is refused', async () => {
    const { id } = (await admin('POST', '/api/companies', COMPANY)).body;
    expect((await admin('PATCH', `/api/companies/${id}`, {})).status).toBe(400);
    const changed = await admin('PATCH', `/api/companies/${id}`, { timeZone: 'asia/kathmandu' });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ ...COMPANY, timeZone: 'Asia/Kathmandu' });
  });

  it('are listed page by page, each once', async () => {
    const made = [];
    for (let n = 0; n < 5; n++) made.push((await admin('POST', '/api/companies', COMPANY)).body.id);
    const seen: string[] = [];
    for (let path = '/api/companies?limit=2'; path !== '';) {
      const { body } = await admin('GET', path);
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      path = body.nextCursor ? `/api/companies?limit=2&cursor=${body.nextCursor}` : '';
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
  });

  it.each(['cursor=x', 'limit=0', 'limit=101', 'limit=1e1', 'all=1'])('are not listed for ?%s', async (query) => {
    expect((await admin('GET', `/api/companies?${query}`)).status).toBe(400);
  });

  it('that do not exist answer 404 to every route below them', async () => {
    const path = `/api/companies/${randomUUID()}`;
    const key = { kind: 'secret', name: 'x' };
    const connection = { provider: 'calcom-v2', apiKey: 'cal_x', baseUrl: service.sandbox.url };
    const answers = [
      await admin('GET', path),
      await admin('GET', '/api/companies/not-an-id'),
      await admin('PATCH', path, { name: 'x' }),
      await admin('DELETE', path),
      await admin('GET', `${path}/keys`),
      await admin('POST', `${path}/keys`, key),
      await admin('DELETE', `${path}/keys/${randomUUID()}`),
      await admin('GET', `${path}/connections`),
      await admin('PUT', `${path}/connections`, connection),
      await admin('POST', `${path}/connections/verify`),
      await admin('DELETE', `${path}/connections`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  });

  describe('deleted', () => {
    let kept: TestCompany;
    let gone: TestCompany;

    beforeAll(async () => {
      kept = await service.createCompany();
      gone = await service.createCompany();
      for (const company of [kept, gone]) await haveAppointment(company);
      expect((await admin('DELETE', `/api/companies/${gone.companyId}`)).status).toBe(204);
    });

    it('take every row of theirs along, and nobody else’s', async () => {
      expect(await rowsOf(gone.companyId)).toEqual([]);
      expect(await rowsOf(kept.companyId)).toEqual(
        expect.arrayContaining(['api_keys', 'appointments', 'companies', 'connections', 'event_types']),
      );
    });

    it('withdraw their webhook at the provider', async () => {
      const webhooks = async (key: string) => {
        const headers = { authorization: `Bearer ${key}` };
        return ((await (await fetch(`${service.sandbox.url}/v2/webhooks`, { headers })).json()) as any).data;
      };
      expect(await webhooks(kept.providerKey)).toHaveLength(1);
      expect(await webhooks(gone.providerKey)).toEqual([]);
    });

    it('cannot be used through their keys any more', async () => {
      await until(async () => (await service.call('GET', '/api/me', { key: gone.secretKey })).status === 401, 2_000);
    });
  });

  it('leave an audit entry for each change, with the correlation id and without a secret', async () => {
    const headers = { 'x-correlation-id': 'audit-1' };
    const made = await service.call('POST', '/api/companies', { key: service.adminKey, body: COMPANY, headers });
    const companyId = made.body.id;
    const key = await admin('POST', `/api/companies/${companyId}/keys`, { kind: 'secret', name: 'k' });
    await admin('DELETE', `/api/companies/${companyId}/keys/${key.body.id}`);
    await admin('DELETE', `/api/companies/${companyId}`);
    const entries = await database.query('select * from audit_log where company_id = $1 order by at', [companyId]);
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'company.created',
      'key.created',
      'key.revoked',
      'company.deleted',
    ]);
    expect(entries[0]).toMatchObject({ actor: 'admin', subject_id: companyId, correlation_id: 'audit-1' });
    expect(JSON.stringify(entries)).not.toContain(key.body.key);
  });

  /** An event type and an appointment of it, as rows: how they come about is other features' business. */
  async function haveAppointment({ companyId, connectionId }: TestCompany): Promise<void> {
    const typeId = randomUUID();
    await database.query(
      `insert into event_types (id, company_id, connection_id, provider_id, title, slug, length_minutes, hidden,
         definition, synced_at) values ($1, $2, $3, '1', 'Haircut', 'haircut', 30, false, '{}', now())`,
      [typeId, companyId, connectionId],
    );
    await database.query(
      `insert into appointments (id, company_id, connection_id, event_type_id, status, starts_at, ends_at, ref, origin,
         attendee_name, attendee_time_zone)
       values ($1, $2, $3, $4, 'confirmed', now(), now() + interval '1 hour', $5, 'api', 'Eva', 'UTC')`,
      [randomUUID(), companyId, connectionId, typeId, randomUUID()],
    );
  }

  /** Tables with at least one row of the company; the audit log is meant to keep its own. */
  async function rowsOf(companyId: string): Promise<string[]> {
    const tables: { name: string }[] = await database.query(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'company_id' and table_name <> 'audit_log'`,
    );
    const found = [];
    for (const [name, column] of [...tables.map((table) => [table.name, 'company_id']), ['companies', 'id']]) {
      const rows = await database.query(`select 1 from "${name}" where ${column} = $1 limit 1`, [companyId]);
      if (rows.length > 0) found.push(name!);
    }
    return found.sort();
  }
});

/** Asks again and again, and fails when the answer is still no after `ms`. */
async function until(ask: () => Promise<boolean>, ms: number): Promise<void> {
  for (const deadline = Date.now() + ms; !(await ask());) {
    if (Date.now() > deadline) throw new Error(`not so after ${ms} ms`);
  }
}
