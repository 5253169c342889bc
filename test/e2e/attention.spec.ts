import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { BookingRetention } from '../../src/features/bookings/booking-retention.service';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('what waits for a person', () => {
  let service: TestService;
  let desk: Desk;
  let database: DataSource;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  const sql = (text: string, ...more: unknown[]): Promise<any> =>
    database.query(text, [desk.company.companyId, ...more]);
  const attention = async (query = ''): Promise<any> => {
    const path = `/api/attention?companyId=${desk.company.companyId}${query}`;
    const answer = await service.call('GET', path, { key: service.adminKey });
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const items = async (query = ''): Promise<[string, string][]> =>
    (await attention(query)).data.map(({ kind, subjectId }: any) => [kind, subjectId]);

  /** Everything of a saga but its outcome is as it was made by a booking. */
  async function booked(day: number): Promise<{ id: string; sagaId: string }> {
    const { body } = await desk.book(desk.request(startAt(day, 9)));
    const [step] = await sql('select saga_id from saga_steps where company_id = $1 and appointment_id = $2', body.id);
    return { id: body.id, sagaId: step.saga_id };
  }

  it('is nothing while all is well', async () => {
    await booked(0);
    expect(await items()).toEqual([]);
  });

  it('is a saga whose booking the provider refuses to cancel', async () => {
    const { sagaId } = await booked(0);
    await sql(`update sagas set status = 'needs_attention' where company_id = $1 and id = $2`, sagaId);
    expect(await items()).toEqual([['saga', sagaId]]);
  });

  it('is a booking with an unknown outcome only when it is old and no saga is finding out', async () => {
    const { id, sagaId } = await booked(0);
    const open = `update appointments set status = 'outcome_pending', created_at = now() - $3::interval
      where company_id = $1 and id = $2`;
    await sql(open, id, '1 minute');
    expect(await items()).toEqual([]);
    await sql(open, id, '3 minutes');
    expect(await items()).toEqual([['outcome_pending', id]]);
    // Owned by nobody alive it would be taken over; far ahead nobody takes it.
    await sql(
      `update sagas set status = 'compensating', next_run_at = now() + interval '1 day' where company_id = $1 and id = $2`,
      sagaId,
    );
    expect(await items()).toEqual([]);
  });

  it('is a booking whose start passed without a confirmation', async () => {
    const { id } = await booked(0);
    await sql(`update appointments set status = 'awaiting_confirmation' where company_id = $1 and id = $2`, id);
    expect(await items()).toEqual([]);
    await sql(
      `update appointments set starts_at = now() - interval '2 hours', ends_at = now() where company_id = $1 and id = $2`,
      id,
    );
    expect(await items()).toEqual([['unconfirmed', id]]);
  });

  it('is a refused credential, a webhook that is not registered, and a company that is not compared any more', async () => {
    const { connectionId } = desk.company;
    await sql(`update connections set webhook_error = 'UNAVAILABLE' where company_id = $1`);
    expect(await items()).toEqual([['webhook_registration', connectionId]]);
    await sql(`update connections set webhook_error = null, status = 'credential_refused' where company_id = $1`);
    expect(await items()).toEqual([['credential_refused', connectionId]]);
    await sql(`update connections set status = 'verified' where company_id = $1`);
    await sql(
      `insert into sync_states (connection_id, company_id, kind, last_run_at, last_success_at, last_error)
       values ($2, $1, 'bookings', now(), now() - interval '3 hours', 'UNAVAILABLE')
       on conflict (connection_id, kind) do update
       set last_run_at = excluded.last_run_at, last_success_at = excluded.last_success_at, last_error = excluded.last_error`,
      connectionId,
    );
    expect(await items()).toEqual([['synchronisation', connectionId]]);
  });

  it('is a webhook that was given up, and an endpoint that failed, but none that its company switched off', async () => {
    const delivery = randomUUID();
    await sql(
      `insert into webhook_deliveries (id, company_id, connection_id, trigger, body_hash, sealed_body, status, received_at)
       values ($2, $1, $3, 'BOOKING_CREATED', 'hash', 'sealed', 'failed', now() - interval '1 hour')`,
      delivery,
      desk.company.connectionId,
    );
    const [failing, requested] = [randomUUID(), randomUUID()];
    for (const [id, reason] of [
      [failing, 'failing'],
      [requested, 'requested'],
    ]) {
      await sql(
        `insert into webhook_endpoints (id, company_id, url, enabled, disabled_reason, disabled_at, sealed_secret)
         values ($2, $1, 'https://receiver.example', false, $3, now(), 'sealed')`,
        id,
        reason,
      );
    }
    expect(await items()).toEqual([
      ['webhook_delivery', delivery],
      ['endpoint_disabled', failing],
    ]);
    expect(await items('&kind=endpoint_disabled')).toEqual([['endpoint_disabled', failing]]);
  });

  it('is paged over all kinds, each item once, longest first, with what can be done', async () => {
    await sql(`update connections set status = 'credential_refused', webhook_error = 'X',
      credential_refused_at = now() - interval '1 minute', verified_at = now() - interval '1 hour' where company_id = $1`);
    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) {
      await sql(
        `insert into webhook_deliveries (id, company_id, connection_id, trigger, body_hash, sealed_body, status, received_at)
         values ($2::uuid, $1, $3, 'BOOKING_CREATED', gen_random_uuid()::text, 'sealed', 'failed', now() - interval '10 minutes')`,
        id,
        desk.company.connectionId,
      );
    }
    const seen: any[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await attention(`&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.data);
      cursor = page.nextCursor;
    }
    const kinds = seen.map(({ kind }) => kind);
    expect(kinds).toEqual(['webhook_registration', ...ids.map(() => 'webhook_delivery'), 'credential_refused']);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(7);
    expect(
      seen
        .slice(1, 6)
        .map(({ subjectId }) => subjectId)
        .sort(),
    ).toEqual([...ids].sort());
    expect(seen.every(({ action }) => action.length > 20)).toBe(true);
  });

  it('is for the admin alone, and counted for monitoring', async () => {
    expect((await service.call('GET', '/api/attention', { key: desk.company.secretKey })).status).toBe(403);
    expect((await service.call('GET', '/api/attention')).status).toBe(401);
    const bad = await service.call('GET', '/api/attention?kind=nonsense', { key: service.adminKey });
    expect(bad.status).toBe(400);
    const { text } = await service.call('GET', '/metrics');
    expect(text).toMatch(/^slotbridge_attention_items\{kind="saga"\} \d+$/m);
  });

  it('is all that is kept of sagas after 30 days, with their keys', async () => {
    const [kept, old, waiting] = [await booked(0), await booked(1), await booked(2)];
    for (const { sagaId } of [old, waiting]) {
      await sql(`update sagas set ended_at = now() - interval '31 days' where company_id = $1 and id = $2`, sagaId);
      await sql(
        `update idempotency_keys set created_at = now() - interval '31 days', locked_until = now() - interval '31 days'
         where company_id = $1 and saga_id = $2`,
        sagaId,
      );
    }
    await sql(`update sagas set status = 'needs_attention' where company_id = $1 and id = $2`, waiting.sagaId);
    expect(await service.app.get(BookingRetention).deleteOld()).toEqual({ idempotencyKeys: 2, sagas: 1, customers: 0 });
    await sql(
      `insert into customers (company_id, name, email, time_zone, told_at, created_at)
       values ($1, 'Refused', 'refused@customer.example', 'Europe/Berlin', now(), now() - interval '2 days')`,
    );
    expect(await service.app.get(BookingRetention).deleteOld()).toMatchObject({ customers: 1 });
    const left = await sql('select id from sagas where company_id = $1');
    expect(left.map(({ id }: any) => id).sort()).toEqual([kept.sagaId, waiting.sagaId].sort());
    expect(await sql('select count(*)::integer as n from idempotency_keys where company_id = $1')).toEqual([{ n: 1 }]);
    expect((await desk.call('GET', `/api/bookings/${old.id}`)).body.status).toBe('confirmed');
    const planned = await database.query(`select cron, timezone from pgboss.schedule where name = 'retention'`);
    expect(planned).toEqual([{ cron: '17 3 * * *', timezone: 'UTC' }]);
  });
});
