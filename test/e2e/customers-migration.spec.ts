import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Customers1764000500000 } from '../../migrations/1764000500000-customers';
import { MIGRATIONS } from '../../migrations/all';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

describe('the migration to customers', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    source = new DataSource({ type: 'postgres', url: database.url });
    await source.initialize();
    await source.query('drop schema public cascade; create schema public');
    const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(Customers1764000500000));
    await migrate(before);
  });
  afterAll(async () => {
    await source?.destroy();
    await database?.drop();
  });

  async function migrate(migrations: typeof MIGRATIONS): Promise<void> {
    const runner = source.createQueryRunner();
    for (const Migration of migrations) await new Migration().up(runner);
    await runner.release();
  }

  it('makes one customer of all bookings of an address or a number, with the newest words', async () => {
    const [companyId, connectionId] = [randomUUID(), randomUUID()];
    await source.query(
      `insert into companies (id, name, time_zone, locale, phone_country) values ($1, 'Salon', 'UTC', 'de-DE', 'DE')`,
      [companyId],
    );
    await source.query(`insert into connections (id, company_id, provider) values ($1, $2, 'calcom-v2')`, [
      connectionId,
      companyId,
    ]);
    const bookings: [string, string | null, string | null][] = [
      ['Eva', 'Eva@x.example', '+491511111111'],
      ['Eva Lange', 'eva@x.example', '+491512222222'],
      ['Ben', 'ben@x.example', '+491512222222'],
      ['Rosa', null, '+491513333333'],
      ['Rosa M.', null, '+491513333333'],
      ['Caller', null, '0151 at home'],
      ['Ben again', null, '+491512222222'],
      ['', null, null],
    ];
    for (const [index, [name, email, phone]] of bookings.entries()) {
      await source.query(
        `insert into appointments (id, company_id, connection_id, status, starts_at, ends_at, ref, origin, attendee_name,
           attendee_email, attendee_phone, attendee_time_zone, created_at)
         values ($1, $2, $3, 'confirmed', now(), now() + interval '1 hour', $8, 'api', $4, $5, $6, 'UTC',
           now() + make_interval(secs => $7))`,
        [randomUUID(), companyId, connectionId, name, email, phone, index, randomUUID()],
      );
    }
    await migrate([Customers1764000500000]);
    const customers = await source.query('select name, email, phone from customers order by name');
    expect(customers).toEqual([
      { name: 'Ben', email: 'ben@x.example', phone: '+491512222222' },
      { name: 'Eva Lange', email: 'eva@x.example', phone: null },
      { name: 'Rosa M.', email: null, phone: '+491513333333' },
    ]);
    const links = await source.query(`
      select c.name from appointments a left join customers c on c.id = a.customer_id order by a.created_at`);
    expect(links.map(({ name }: any) => name)).toEqual([
      'Eva Lange',
      'Eva Lange',
      'Ben',
      'Rosa M.',
      'Rosa M.',
      null,
      'Ben',
      null,
    ]);
  });
});
