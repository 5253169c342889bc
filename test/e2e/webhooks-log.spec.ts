import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { WebhookRetention } from '../../src/features/webhooks/webhook-retention.service';
import { WebhookLostJobs } from '../../src/features/webhooks/webhook-lost-jobs';
import { bookingCreated, deliverSigned, envelope, registeredSecret } from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide, workdayAt } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

describe('the log of webhooks', () => {
  let service: TestService;
  let database: DataSource;
  let company: TestCompany;
  let other: TestCompany;
  let secret: string;
  let provider: ProviderSide;
  let type: number;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    company = await service.createCompany();
    other = await service.createCompany({ name: 'Other' });
    secret = await registeredSecret(service, company);
    provider = new ProviderSide(service, company);
    type = await provider.eventType('cut');
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
  });

  afterAll(() => service?.stop());

  const call = (method: string, path: string, key = company.secretKey): Promise<TestAnswer> =>
    service.call(method, `/api/webhooks/deliveries${path}`, { key });
  const list = async (query = ''): Promise<any[]> => (await call('GET', query)).body.data;
  const read = async (id: string): Promise<any> => (await call('GET', `/${id}`)).body;
  const settled = (id: string, attempts = 1): Promise<any> =>
    eventually(
      () => read(id),
      (delivery) => delivery.status !== 'received' && delivery.attempts >= attempts,
    );
  const send = async (body: string): Promise<string> => {
    expect((await deliverSigned(service, `/${company.connectionId}`, body, secret)).status).toBe(200);
    return (await list('?limit=1'))[0].id;
  };
  const bookingsOf = async (): Promise<any[]> =>
    (await service.call('GET', '/api/bookings', { key: company.secretKey })).body.data;
  const book = async (hour: number, daysAhead = 10): Promise<{ uid: string; delivery: any }> => {
    const { uid } = await provider.book(type, workdayAt(hour, daysAhead));
    const [{ id }] = await list('?trigger=BOOKING_CREATED&limit=1');
    return { uid, delivery: await settled(id) };
  };
  const failing = (operation: string, times: number) =>
    service.sandboxCall('POST', '/_sandbox/scenarios', { scenario: 'error-before', operation, times });

  it('keeps every attempt with its time, its code or its effect', async () => {
    await failing('bookings.get', 100);
    const id = await send(bookingCreated(randomUUID(), { name: 'Nobody', email: 'nobody@customer.example' }));
    await eventually(
      () => read(id),
      ({ history }) => history[1]?.error,
    );
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    const { history, ...delivery } = await settled(id);
    expect(delivery).toMatchObject({ status: 'ignored', effect: 'no such booking at the provider', lastError: null });
    expect(history.map(({ number }: any) => number)).toEqual(
      Array.from({ length: delivery.attempts }, (_, i) => i + 1),
    );
    const one = { at: expect.any(String), durationMs: expect.any(Number) };
    for (const failed of history.slice(0, -1)) {
      expect(failed).toEqual({ ...one, number: failed.number, effect: null, error: 'UNAVAILABLE' });
    }
    expect(history.at(-1)).toEqual({ ...one, number: delivery.attempts, effect: delivery.effect, error: null });
    const times = history.map(({ at }: any) => Date.parse(at));
    // Backs off: 1 s and up to as much again, then 2 s and up to as much again, by the queue's clock.
    expect(times[1] - times[0]).toBeGreaterThanOrEqual(900);
    expect(times[2] - times[1]).toBeGreaterThan(900);
    expect(Date.parse(delivery.receivedAt)).toBeLessThanOrEqual(times[0]);
  });

  it('shows an attempt that was cut off, and the delivery goes on with the next one', async () => {
    const id = await send(envelope('PING', 'cut off'));
    await settled(id);
    await database.query('update webhook_attempts set ended_at = null, effect = null where delivery_id = $1', [id]);
    const { history } = await read(id);
    expect(history).toEqual([{ number: 1, at: expect.any(String), durationMs: null, effect: null, error: null }]);
    await call('POST', `/${id}/replay`);
    expect((await settled(id, 2)).history[1]).toMatchObject({ number: 2, error: null, durationMs: expect.any(Number) });
  });

  it('filters by booking, by time and by both ends of it', async () => {
    const first = await book(8);
    const second = await book(10);
    const ids = async (query: string) => (await list(query)).map(({ id }) => id);
    expect(await ids(`?bookingId=${first.delivery.bookingId}`)).toEqual([first.delivery.id]);
    expect(await ids(`?bookingId=${randomUUID()}`)).toEqual([]);
    const at = encodeURIComponent(second.delivery.receivedAt);
    expect(await ids(`?from=${at}`)).toContain(second.delivery.id);
    expect(await ids(`?from=${at}`)).not.toContain(first.delivery.id);
    expect(await ids(`?to=${at}`)).toContain(first.delivery.id);
    expect(await ids(`?to=${at}`)).not.toContain(second.delivery.id);
    const between = `?from=${encodeURIComponent(first.delivery.receivedAt)}&to=${at}&trigger=BOOKING_CREATED`;
    expect(await ids(between)).toEqual([first.delivery.id]);
    for (const query of ['?from=yesterday', '?to=2026-12-01', '?bookingId=1', '?appointmentId=1']) {
      expect({ query, status: (await call('GET', query)).status }).toEqual({ query, status: 400 });
    }
  });

  describe('replayed', () => {
    it('a delivery is applied once more and has no second effect', async () => {
      const { delivery, uid } = await book(12);
      const before = await bookingsOf();
      const answer = await call('POST', `/${delivery.id}/replay`);
      expect(answer).toMatchObject({ status: 202, body: { id: delivery.id, status: 'received', processedAt: null } });
      const after = await settled(delivery.id, 2);
      expect(after).toMatchObject({ status: 'processed', bookingId: delivery.bookingId, attempts: 2 });
      expect(after.history).toHaveLength(2);
      expect(await bookingsOf()).toEqual(before);
      await provider.change(uid, 'cancel', { cancellationReason: 'ill' });
    });

    it('a delivery heals a record that had become wrong, and a lost appointment', async () => {
      const { delivery } = await book(13);
      await database.query('delete from appointments where id = $1', [delivery.bookingId]);
      await call('POST', `/${delivery.id}/replay`);
      const after = await settled(delivery.id, 2);
      expect(after).toMatchObject({ status: 'processed', effect: 'appointment created' });
      expect((await bookingsOf()).map(({ id }) => id)).toContain(after.bookingId);
    });

    it('a delivery whose body is too old has gone, and says so; all else of it stays', async () => {
      const { delivery } = await book(15);
      await settled(delivery.id, 1);
      const old = "update webhook_deliveries set received_at = now() - interval '31 days' where id = $1";
      await database.query(old, [delivery.id]);
      expect(await service.app.get(WebhookRetention).emptyOldBodies()).toBe(1);
      const answer = await call('POST', `/${delivery.id}/replay`);
      expect(answer).toMatchObject({ status: 409, body: { error: { details: { reason: 'BODY_GONE' } } } });
      expect((await call('GET', `/${delivery.id}`)).body).toMatchObject({ status: 'processed', attempts: 1 });
    });

    it('a failed one gets a whole round of attempts', async () => {
      const id = await send(envelope('PING', 'given up'));
      await settled(id);
      const givenUp = "status = 'failed', attempts = 13, tries = 13, last_error = 'UNAVAILABLE'";
      await database.query(`update webhook_deliveries set ${givenUp} where id = $1`, [id]);
      await call('POST', `/${id}/replay`);
      expect(await settled(id, 14)).toMatchObject({ status: 'ignored', attempts: 14, lastError: null });
      const [row] = await database.query('select tries from webhook_deliveries where id = $1', [id]);
      expect(row.tries).toBe(1);
    });

    it('often at the same time, one is settled once and stays so', async () => {
      const { delivery } = await book(14);
      const before = await bookingsOf();
      const answers = await Promise.all(Array.from({ length: 5 }, () => call('POST', `/${delivery.id}/replay`)));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(202));
      expect(await settled(delivery.id, 2)).toMatchObject({ status: 'processed', bookingId: delivery.bookingId });
      expect(await bookingsOf()).toEqual(before);
    });

    it("another company's is not found, and a publishable key may not", async () => {
      const id = await send(envelope('PING', 'mine'));
      const attempts = (await settled(id)).attempts;
      expect((await call('POST', `/${id}/replay`, other.secretKey)).status).toBe(404);
      expect((await call('POST', `/${randomUUID()}/replay`)).status).toBe(404);
      expect((await call('POST', `/${id}/replay`, company.publishableKey)).status).toBe(403);
      expect(await read(id)).toMatchObject({ status: 'ignored', attempts });
    });
  });

  it('never lets a delivery that always fails hold up the next one about the same booking', async () => {
    const { uid, delivery: made } = await book(10, 20);
    // Its body cannot be read any more, so it fails whenever it is tried; a new round begins again and again.
    const broken = await send(envelope('BOOKING_CANCELLED', 'broken', { uid }));
    await settled(broken);
    await database.query(
      `update webhook_deliveries set sealed_body = overlay(sealed_body placing 'AAAA' from 12) where id = $1`,
      [broken],
    );
    await call('POST', `/${broken}/replay`);
    await provider.change(uid, 'cancel', { cancellationReason: 'ill' });
    const [{ id }] = await list('?trigger=BOOKING_CANCELLED&limit=1');
    expect(id).not.toBe(broken);
    expect(await settled(id)).toMatchObject({ status: 'processed', effect: 'is cancelled', bookingId: made.bookingId });
    expect(await settled(broken, 2)).toMatchObject({ status: 'failed', lastError: 'SecretUnreadableError' });
    const letters = await eventually(
      () => database.query(`select data from pgboss.job where data->>'deliveryId' = $1`, [broken]),
      (jobs: any[]) => jobs.length > 0,
    );
    expect(letters[0].data).toEqual({ companyId: company.companyId, deliveryId: broken });
  });

  describe('whose job is gone', () => {
    /** As if it had been received, and last tried, so many hours ago, by a process that was killed each time. */
    const lose = async (marker: string, { hours, tries }: { hours: number; tries: number }): Promise<string> => {
      const id = await send(envelope('PING', marker));
      await settled(id);
      await database.query(`delete from pgboss.job where data->>'deliveryId' = $1`, [id]);
      const moment = `now() - interval '${hours} hours'`;
      await database.query(`update webhook_attempts set began_at = ${moment}, ended_at = null where delivery_id = $1`, [
        id,
      ]);
      await database.query(
        `update webhook_deliveries set status = 'received', tries = $2, received_at = ${moment} where id = $1`,
        [id, tries],
      );
      return id;
    };
    const sendAgain = () => service.app.get(WebhookLostJobs).sendAgain();

    it('a delivery gets another one, and one that may still have its own does not', async () => {
      const lost = await lose('lost', { hours: 4, tries: 1 });
      const waiting = await lose('waiting', { hours: 2, tries: 1 });
      await sendAgain();
      expect(await settled(lost, 2)).toMatchObject({ status: 'ignored', attempts: 2 });
      expect(await read(waiting)).toMatchObject({ status: 'received', attempts: 1 });
      await call('POST', `/${waiting}/replay`);
      await settled(waiting, 2);
    });

    it('a delivery is given up in the end when each attempt was cut off', async () => {
      const lost = await lose('always cut off', { hours: 4, tries: 13 });
      await sendAgain();
      expect(await settled(lost, 2)).toMatchObject({ status: 'failed', lastError: 'CUT_OFF' });
    });
  });

  it('goes on with the next one about a booking while an earlier one waits to be tried again', async () => {
    const { uid, delivery: made } = await book(9, 20);
    await failing('bookings.get', 60);
    const waiting = await send(envelope('BOOKING_PAID', 'waits', { uid }));
    await eventually(
      () => read(waiting),
      ({ lastError }) => lastError === 'UNAVAILABLE',
    );
    // Between two attempts; on a slow machine the next one may have begun meanwhile.
    await eventually(
      () =>
        database.query(
          `update pgboss.job set start_after = now() + interval '1 hour'
           where data->>'deliveryId' = $1 and state < 'active' returning id`,
          [waiting],
        ),
      ([rows]: any) => rows.length === 1,
    );
    await service.sandboxCall('DELETE', '/_sandbox/scenarios');
    await provider.change(uid, 'cancel', { cancellationReason: 'ill' });
    const [{ id }] = await list('?trigger=BOOKING_CANCELLED&limit=1');
    expect(await settled(id)).toMatchObject({ status: 'processed', effect: 'is cancelled', bookingId: made.bookingId });
    const { status, attempts } = await read(waiting);
    expect(status).toBe('received');
    // A replay does not wait for the hour to pass.
    await call('POST', `/${waiting}/replay`);
    expect(await settled(waiting, attempts + 1)).toMatchObject({ status: 'processed', effect: 'is cancelled' });
  });
});
