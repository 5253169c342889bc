import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('Idempotency-Key', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  it('is required to book', async () => {
    const answer = await desk.call('POST', '/api/bookings', desk.request(startAt(0, 9)));
    expect([answer.status, answer.body.error.details.fields[0].field]).toEqual([400, 'Idempotency-Key']);
    expect(await desk.calls('bookings.create')).toEqual([]);
  });

  it.each([
    ['is too long', 'k'.repeat(256)],
    ['has control characters', 'a\tb'],
    ['is not ASCII', 'schlüssel'],
  ])('is refused when it %s', async (_, key) => {
    const answer = await desk.book(desk.request(startAt(0, 9)), key);
    expect([answer.status, answer.body.error.details.fields[0].field]).toEqual([400, 'Idempotency-Key']);
    expect(await desk.calls('bookings.create')).toEqual([]);
  });

  it('replays the first answer, whatever the order of the body, and marks it', async () => {
    const [key, body] = ['k'.repeat(255), desk.request(startAt(0, 9))];
    const first = await desk.book(body, key);
    const second = await desk.book(Object.fromEntries(Object.entries(body).reverse()), key);
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect([second.status, second.headers.get('idempotency-replayed'), second.text]).toEqual([201, 'true', first.text]);
    expect(await desk.liveOn(startAt(0, 9))).toHaveLength(1);
  });

  it('replays a refusal too, even when the time has become free', async () => {
    const [start, key] = [startAt(1, 9), randomUUID()];
    const holder = await desk.book(desk.request(start));
    const wish = desk.request(start, { attendee: { name: 'Eva', email: 'eva@customer.example' } });
    const first = await desk.book(wish, key);
    await desk.change(holder.body.id, 'cancel');
    const second = await desk.book(wish, key);
    for (const { status, body } of [first, second])
      expect([status, body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await desk.book(wish)).status).toBe(201);
  });

  it('of another body is refused, and nothing is booked', async () => {
    const key = randomUUID();
    await desk.book(desk.request(startAt(2, 9)), key);
    const other = await desk.book(desk.request(startAt(2, 11)), key);
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await desk.liveOn(startAt(2, 9))).toHaveLength(1);
  });

  it('of another company is another key', async () => {
    const [other, key] = [await Desk.open(service), randomUUID()];
    const first = await desk.book(desk.request(startAt(3, 9)), key);
    const second = await other.book(other.request(startAt(3, 9)), key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('books once for 100 parallel requests', async () => {
    const [key, body] = [randomUUID(), desk.request(startAt(4, 9))];
    const answers = await Promise.all(Array.from({ length: 100 }, () => desk.book(body, key)));
    const booked = answers.filter(({ status }) => status === 201);
    const others = answers.filter(({ status }) => status !== 201);
    expect(booked.length).toBeGreaterThan(0);
    expect(new Set(booked.map(({ text }) => text)).size).toBe(1);
    expect(booked.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    for (const { status, body: answer, headers } of others) {
      expect([status, answer.error.code, headers.get('retry-after')]).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE', '2']);
    }
    expect(await desk.liveOn(startAt(4, 9))).toHaveLength(1);
    const [only, ...more] = await desk.calls('bookings.create');
    expect([only?.status, more.filter((call) => call.body.start === only?.body.start)]).toEqual([201, []]);
  });

  it('of a request whose process died is refused no longer, and finds what was booked', async () => {
    const [key, body] = [randomUUID(), desk.request(startAt(5, 9))];
    const first = await desk.book(body, key);
    const client = new Client({ connectionString: service.databaseUrl });
    await client.connect();
    const served = (by: string) =>
      client.query(
        `update idempotency_keys set status = 'running', response_status = null, sealed_response = null,
           replica = ${by}, locked_until = clock_timestamp() + interval '1 minute' where key = $1`,
        [key],
      );
    await served('(select id from replicas limit 1)');
    const busy = await desk.book(body, key);
    // What a process leaves behind that dies between the provider's answer and its own record of it.
    await served('gen_random_uuid()');
    await client.query('delete from appointment_uids where appointment_id = $1', [first.body.id]);
    await client.query(
      `update appointments set status = 'outcome_pending', calcom_v2_booking_uid = null, calcom_v2_booking_id = null,
         provider_updated_at = null where id = $1`,
      [first.body.id],
    );
    await client.query(
      `update saga_steps set status = 'trying', uid = null, settle_at = clock_timestamp() + interval '1 minute'
       where appointment_id = $1`,
      [first.body.id],
    );
    await client.query(
      `update sagas set status = 'running', owner = gen_random_uuid(), ended_at = null,
         deadline_at = clock_timestamp() + interval '20 seconds'
       where id in (select saga_id from saga_steps where appointment_id = $1)`,
      [first.body.id],
    );
    await client.end();
    const taken = await desk.book(body, key);
    expect([busy.status, busy.body.error.code]).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE']);
    expect([taken.status, taken.body]).toEqual([201, first.body]);
    expect(await desk.liveOn(startAt(5, 9))).toHaveLength(1);
  });

  it('may come with a change, which then happens once', async () => {
    const { body } = await desk.book(desk.request(startAt(6, 9)));
    const headers = { 'idempotency-key': 'move' };
    const first = await desk.change(body.id, 'reschedule', { start: startAt(6, 11) }, headers);
    await desk.change(body.id, 'reschedule', { start: startAt(6, 13) });
    const again = await desk.change(body.id, 'reschedule', { start: startAt(6, 11) }, headers);
    expect([again.status, again.headers.get('idempotency-replayed'), again.text]).toEqual([200, 'true', first.text]);
    const now = await desk.call('GET', `/api/bookings/${body.id}`);
    expect(now.body.start).toBe(startAt(6, 13));
    const other = await desk.book(desk.request(startAt(6, 15)));
    const elsewhere = await desk.change(other.body.id, 'reschedule', { start: startAt(6, 16) }, headers);
    expect([elsewhere.status, elsewhere.headers.get('idempotency-replayed')]).toEqual([200, null]);
  });

  it('keeps no name or address of an attendee in plain', async () => {
    await desk.book(desk.request(startAt(7, 9), { attendee: { name: 'Canary', email: 'canary@customer.example' } }));
    const client = new Client({ connectionString: service.databaseUrl });
    await client.connect();
    const { rows } = await client.query('select k::text as text from idempotency_keys k');
    await client.end();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows).toLowerCase()).not.toContain('canary');
  });
});
