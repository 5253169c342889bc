import { DataSource } from 'typeorm';
import { SyncStatesRepository } from '../../src/features/synchronisation/sync-states.repository';
import { SynchronisationService } from '../../src/features/synchronisation/synchronisation.service';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestService } from '../support/service';

const utc = (start: string): string => new Date(start).toISOString();

describe('the next look at the bookings of a connection', () => {
  let service: TestService;
  let desk: Desk;
  let provider: ProviderSide;

  beforeAll(async () => {
    service = await startTestService({ calcom: { retryAttempts: 0 } });
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
    provider = new ProviderSide(service, desk.company);
    await desk.scenario('webhook-lost', undefined, { times: 100 });
  });
  afterAll(() => service?.stop());

  const look = () => service.app.get(SynchronisationService).sweepBookings(desk.company.connectionId);
  const book = (start: string, email: string) =>
    provider.book(Number(desk.eventType.providerId), utc(start), { email });
  const listed = async (email: string): Promise<any[]> =>
    (await desk.call('GET', `/api/bookings?attendeeEmail=${email}`)).body.data;

  it('is made by itself when its time has come', async () => {
    await book(startAt(0, 9), 'due@customer.example');
    await service.app.get(SyncStatesRepository).planNew();
    await planned(`clock_timestamp()`);
    const [made] = await eventually(
      () => listed('due@customer.example'),
      (all) => all.length > 0,
    );
    expect(made.start).toBe(startAt(0, 9));
  });

  it('is brought forward for a company that gets traffic, and not for a refused credential', async () => {
    const states = service.app.get(SyncStatesRepository);
    await states.planNew();
    await planned(`clock_timestamp() + interval '45 minutes'`);
    await states.hurry();
    expect(await isAhead(2_600, 2_700)).toBe(true);
    const status = (word: string) =>
      service.app
        .get(DataSource)
        .query('update connections set status = $2 where id = $1', [desk.company.connectionId, word]);
    await status('credential_refused');
    await service.app.get(DataSource).query(
      `insert into webhook_deliveries (company_id, connection_id, trigger, body_hash, sealed_body, status)
       values ($1, $2, 'BOOKING_CREATED', 'hash', 'sealed', 'processed')`,
      [desk.company.companyId, desk.company.connectionId],
    );
    await states.hurry();
    expect(await isAhead(2_600, 2_700)).toBe(true);
    await status('verified');
    await states.hurry();
    expect(await isAhead(0, 240)).toBe(true);
  });

  it('of a thousand new connections falls into no second of more than a few of them', async () => {
    const database = service.app.get(DataSource);
    await database.query(`
      with made as (
        insert into companies (name, time_zone, locale, phone_country)
        select 'crowd', 'UTC', 'de-DE', 'DE' from generate_series(1, 1000) returning id)
      insert into connections (company_id, provider) select id, 'calcom-v2' from made`);
    const crowd = `company_id in (select id from companies where name = 'crowd')`;
    await service.app.get(SyncStatesRepository).planNew();
    const [{ most, all }] = await database.query(
      `select max(n)::integer as most, sum(n)::integer as all from (
         select count(*) as n from sync_states where kind = 'bookings' and ${crowd}
         group by floor(extract(epoch from next_run_at))) as second`,
    );
    await database.query(`delete from connections where ${crowd}`);
    expect(all).toBe(1_000);
    // 1,000 over 60 seconds: 17 on average, and 45 in none of 10^8 draws.
    expect(most).toBeLessThan(45);
  });

  it('comes soon after a failure, and in the usual rhythm once there are many in a row', async () => {
    await book(startAt(0, 9), 'away@customer.example');
    await look();
    await desk.scenario('error-before', 'bookings.list', { status: 503, times: 2 });
    await look();
    expect(await isAhead(40, 76)).toBe(true);
    await service.app
      .get(DataSource)
      .query('update sync_states set failures = 10 where connection_id = $1', [desk.company.connectionId]);
    await look();
    expect(await isAhead(170, 245)).toBe(true);
  });

  it('is planned for every connection, within minutes where there is traffic, and rarely for a refused credential', async () => {
    await book(startAt(0, 9), 'plan@customer.example');
    await look();
    expect(await isAhead(150, 245)).toBe(true);
    await service.app
      .get(DataSource)
      .query(`update appointments set created_at = now() - interval '2 days' where company_id = $1`, [
        desk.company.companyId,
      ]);
    await look();
    expect(await isAhead(2_000, 3_005)).toBe(true);
    await desk.scenario('unauthorized', 'bookings.list', { times: 1 });
    expect((await look())!.outcome).toBe('refused');
    expect(await isAhead(20_000, 26_000)).toBe(true);
  });

  const planned = (at: string): Promise<unknown> =>
    service.app
      .get(DataSource)
      .query(`update sync_states set next_run_at = ${at} where connection_id = $1 and kind = 'bookings'`, [
        desk.company.connectionId,
      ]);

  async function isAhead(from: number, to: number): Promise<boolean> {
    const [row] = await service.app.get(DataSource).query(
      `select extract(epoch from next_run_at - clock_timestamp())::float8 as seconds
       from sync_states where connection_id = $1 and kind = 'bookings'`,
      [desk.company.connectionId],
    );
    return row.seconds >= from && row.seconds <= to;
  }
});
