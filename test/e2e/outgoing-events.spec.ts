import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { OutgoingClaims } from '../../src/features/webhooks/outgoing-claims.repository';
import { OutgoingDispatcher } from '../../src/features/webhooks/outgoing-dispatcher';
import { Outbox } from '../../src/foundation/outbox/outbox';
import { Listening } from '../fixtures/outgoing-events/listening';
import { Receiver, status, verifyAsDocumented } from '../fixtures/outgoing-events/receiver';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

describe('outgoing events', () => {
  let service: TestService;
  let database: DataSource;
  let receiver: Receiver;
  let salon: Listening;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    receiver = await new Receiver().start();
    salon = new Listening(service, await service.createCompany());
  });
  afterAll(async () => {
    await service?.stop();
    await receiver?.stop();
  });

  const arrived = (path: string, count = 1) =>
    eventually(
      async () => receiver.at(path),
      (received) => received.length >= count,
    );
  const countOf = async (table: string, companyId: string): Promise<number> => {
    const [row] = await database.query(`select count(*)::int as count from ${table} where company_id = $1`, [
      companyId,
    ]);
    return row.count;
  };

  it('carry the full state, the permanent id and a signature that the documented example verifies', async () => {
    const { secret } = await salon.endpoint(receiver.url('/signed'));
    const state = { status: 'confirmed', attendee: { name: 'Zoë 🌸' }, id: 'not this', sequence: 99 };
    const subject = await salon.add('booking.created', randomUUID(), state);
    const [received] = await arrived('/signed');
    expect(received!.event).toEqual({
      type: 'booking.created',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: { status: 'confirmed', attendee: { name: 'Zoë 🌸' }, id: subject, sequence: 1 },
    });
    expect(received!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.any(String) });
    expect(verifyAsDocumented(secret, received!)).toBe(true);
    expect(verifyAsDocumented(secret, { ...received!, body: `${received!.body} ` })).toBe(false);
    expect(verifyAsDocumented(`whsec_${'A'.repeat(43)}=`, received!)).toBe(false);
  });

  it('cost a company without endpoints one statement that writes nothing', async () => {
    const quiet = new Listening(service, await service.createCompany());
    const { companyId } = quiet.company;
    const runner = database.createQueryRunner();
    const statements = jest.spyOn(runner, 'query');
    await service.app
      .get(Outbox)
      .add(runner.manager, { companyId, subject: randomUUID(), type: 'booking.created', payload: {} });
    await runner.release();
    expect(statements).toHaveBeenCalledTimes(1);
    for (const table of ['outbox_sequences', 'outbox_events', 'outbox_deliveries']) {
      expect([table, await countOf(table, companyId)]).toEqual([table, 0]);
    }
  });

  it('are not sent for a transaction that rolls back, and their numbers are taken back', async () => {
    await salon.endpoint(receiver.url('/rolled-back'));
    const { companyId } = salon.company;
    const subject = randomUUID();
    const undone = database.transaction(async (manager) => {
      await service.app.get(Outbox).add(manager, { companyId, subject, type: 'booking.created', payload: { lost: 1 } });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await salon.add('booking.created', subject);
    const received = await arrived('/rolled-back');
    expect(received.map(({ event }) => event.data)).toEqual([{ id: subject, sequence: 1 }]);
  });

  it('are numbered without gaps or repeats in the order of the commits, also by two replicas at once', async () => {
    const other = await new DataSource({ type: 'postgres', url: service.databaseUrl, poolSize: 10 }).initialize();
    await salon.endpoint(receiver.url('/numbered'));
    const { companyId } = salon.company;
    const subject = randomUUID();
    const outbox = service.app.get(Outbox);
    await database.query('create table committed (position serial, made text)');
    const change = (index: number) =>
      (index % 2 ? database : other).transaction(async (manager) => {
        await outbox.add(manager, { companyId, subject, type: 'booking.updated', payload: { made: `${index}` } });
        // Taken while the counter is locked, so it is the order of the commits.
        await manager.query('insert into committed (made) values ($1)', [`${index}`]);
        if (index % 5 === 0) throw new Error('undone');
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => change(index)));
    await other.destroy();
    expect(outcomes.filter(({ status: end }) => end === 'fulfilled')).toHaveLength(32);
    const received = await arrived('/numbered', 32);
    const order: { made: string }[] = await database.query('select made from committed order by position');
    // Also in this order on the wire: nothing failed.
    expect(received.map(({ event }) => event.data)).toEqual(
      order.map(({ made }, index) => ({ id: subject, sequence: index + 1, made })),
    );
  });

  it('are sent again after a failure with the same id and body, after about five seconds', async () => {
    const url = receiver.url('/fails-once', (response, count) =>
      count === 1 ? status(500, 'out of order')(response, count, receiver.received[0]!) : response.end('thanks'),
    );
    const { id, secret } = await salon.endpoint(url);
    await salon.add();
    const [first, second] = await arrived('/fails-once', 2);
    expect(second!.at - first!.at).toBeGreaterThan(3_900);
    expect(second!.at - first!.at).toBeLessThan(8_000);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
    expect(verifyAsDocumented(secret, second!)).toBe(true);
    const detail = await salon.delivery(id, (delivery) => delivery.status === 'delivered');
    expect(detail).toMatchObject({ attempts: 2, lastError: null, lastResponseStatus: 200, nextAttemptAt: null });
    expect(detail.history).toMatchObject([
      { number: 1, responseStatus: 500, error: 'HTTP_500', responseBody: 'out of order' },
      { number: 2, responseStatus: 200, error: null, responseBody: 'thanks' },
    ]);
    expect(detail.history[0].durationMs).toBeGreaterThanOrEqual(0);
  });

  it('do not follow a redirect, and keep a kilobyte of an answer at most', async () => {
    const elsewhere = receiver.url('/elsewhere');
    const url = receiver.url('/redirects', (response) =>
      response.writeHead(307, { location: elsewhere }).end('é'.repeat(5_000)),
    );
    const { id } = await salon.endpoint(url);
    await salon.add();
    const detail = await salon.delivery(id, ({ attempts }) => attempts === 1);
    expect(detail).toMatchObject({ status: 'pending', lastError: 'HTTP_307' });
    expect(Buffer.byteLength(detail.history[0].responseBody)).toBe(1_024);
    expect(receiver.at('/elsewhere')).toHaveLength(0);
  });

  it('count as taken by the status alone, however long the answer is and however slowly it comes', async () => {
    const calm = new Listening(service, await service.createCompany());
    const unending = receiver.url('/unending', (response) => {
      const more = (): void => void (response.writableEnded || response.write('x'.repeat(65_536), more));
      response.on('error', () => undefined).writeHead(200);
      more();
    });
    const { id: endless } = await calm.endpoint(unending);
    const { id: slow } = await calm.endpoint(receiver.url('/never-ends', (response) => response.write('so far')));
    await calm.add();
    for (const [id, text] of [
      [endless, 'x'.repeat(1_024)],
      [slow, 'so far'],
    ]) {
      const detail = await calm.delivery(id, ({ status: state }) => state === 'delivered');
      expect(detail.history).toMatchObject([{ responseStatus: 200, error: null, responseBody: text }]);
      expect(detail.history[0].durationMs).toBeLessThan(3_000);
    }
  });

  it('say why nothing was reached', async () => {
    const calm = new Listening(service, await service.createCompany());
    const { id } = await calm.endpoint('http://127.0.0.1:1/');
    await calm.add();
    const detail = await calm.delivery(id, ({ attempts }) => attempts === 1);
    expect(detail.history).toMatchObject([{ responseStatus: null, error: 'ECONNREFUSED', responseBody: null }]);
  });

  it('time out after ten seconds without an answer', async () => {
    const calm = new Listening(service, await service.createCompany());
    const { id } = await calm.endpoint(receiver.url('/silent', () => undefined));
    await calm.add();
    const detail = await calm.delivery(id, ({ attempts }) => attempts === 1);
    expect(detail.history).toMatchObject([{ responseStatus: null, error: 'TIMEOUT', responseBody: null }]);
    expect(Math.round(detail.history[0].durationMs / 1_000)).toBe(10);
  });

  it('are given up after eleven attempts, and come again when they are replayed', async () => {
    let well = false;
    const url = receiver.url('/ill', (response) => void response.writeHead(well ? 200 : 503).end());
    const { id } = await salon.endpoint(url);
    const subject = await salon.add();
    for (let attempt = 1; attempt <= 11; attempt++) {
      await salon.delivery(id, ({ attempts }) => attempts === attempt);
      await salon.timePasses(id);
    }
    const failed = await salon.delivery(id, ({ status: state }) => state === 'failed');
    expect(failed).toMatchObject({ bookingId: subject, attempts: 11, nextAttemptAt: null });
    well = true;
    const replayed = await salon.call('POST', `/${id}/deliveries/${failed.id}/replay`, {});
    expect([replayed.status, replayed.body.status]).toEqual([202, 'pending']);
    const detail = await salon.delivery(id, ({ status: state }) => state === 'delivered');
    expect(detail).toMatchObject({ id: failed.id, attempts: 12 });
    expect(new Set(receiver.at('/ill').map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
  });

  it('go to the endpoints that listen to their type, and to no other', async () => {
    await salon.endpoint(receiver.url('/cancelled-only'), { types: ['booking.cancelled'] });
    await salon.endpoint(receiver.url('/every-type'));
    const subject = await salon.add('booking.created');
    await salon.add('booking.cancelled', subject);
    await arrived('/every-type', 2);
    const [cancelled] = await arrived('/cancelled-only');
    expect(receiver.at('/cancelled-only')).toHaveLength(1);
    expect(cancelled!.event).toMatchObject({ type: 'booking.cancelled', data: { id: subject, sequence: 2 } });
  });

  it('are sealed at rest, and gone with their answers when their booking is erased', async () => {
    const eve = new Listening(service, await service.createCompany());
    const { id } = await eve.endpoint(receiver.url('/echoes', (response, _, { body }) => response.end(body)));
    const subject = await eve.add('booking.created', randomUUID(), { attendee: 'eve.canary@example.com' });
    const kept = await eve.add('booking.created', randomUUID(), { attendee: 'eve.canary@example.com' });
    await eventually(
      () => eve.deliveries(id),
      (rows) => rows.length === 2 && rows.every((row) => row.status === 'delivered'),
    );
    const dump = JSON.stringify([
      await database.query('select * from outbox_events'),
      await database.query('select * from outbox_deliveries'),
      await database.query('select * from outbox_attempts'),
    ]);
    expect(dump).not.toContain('eve.canary');
    const { companyId } = eve.company;
    await database.transaction((manager) => service.app.get(Outbox).erase(manager, companyId, [subject]));
    expect((await eve.deliveries(id)).map(({ bookingId }) => bookingId)).toEqual([kept]);
    expect(await countOf('outbox_attempts', companyId)).toBe(1);
    await eve.add('booking.cancelled', subject);
    const received = await arrived('/echoes', 3);
    expect(received[2]!.event.data).toEqual({ id: subject, sequence: 2 });
  });

  it('that a killed replica was sending are sent by another one when its claim has run out', async () => {
    const url = receiver.url('/taken-over', (response, count) => void response.writeHead(count > 1 ? 200 : 500).end());
    const { id } = await salon.endpoint(url);
    await salon.add();
    await salon.delivery(id, ({ attempts }) => attempts === 1);
    await database.query('update outbox_deliveries set claim = $2, next_attempt_at = now() where endpoint_id = $1', [
      id,
      randomUUID(),
    ]);
    await salon.delivery(id, ({ status: state }) => state === 'delivered');
    expect(receiver.at('/taken-over')).toHaveLength(2);
  });

  it('are sent once each when two replicas look for them', async () => {
    const busy = new Listening(service, await service.createCompany());
    const { id } = await busy.endpoint(receiver.url('/two-replicas'));
    const { encryptionKeys } = service.config;
    const { databaseUrl, sandbox } = service;
    const replica = await startTestService({ config: { encryptionKeys }, databaseUrl, sandbox });
    const subjects = await Promise.all(Array.from({ length: 100 }, () => busy.add()));
    await eventually(
      () => busy.deliveries(id, '?limit=100&status=delivered'),
      (rows) => rows.length === 100,
    );
    await replica.stop();
    const told = receiver.at('/two-replicas').map(({ event }) => event.data.id as string);
    expect(told.sort()).toEqual(subjects.sort());
  });

  it('that are under way when a service stops are given back at once, not counted as failures', async () => {
    const patient = new Listening(service, await service.createCompany());
    await service.app.get(OutgoingDispatcher).beforeApplicationShutdown();
    const { encryptionKeys } = service.config;
    const replica = () =>
      startTestService({ config: { encryptionKeys }, databaseUrl: service.databaseUrl, sandbox: service.sandbox });
    const url = receiver.url('/waits', (response, count) => void (count > 1 && response.writeHead(204).end()));
    const { id } = await patient.endpoint(url);
    await patient.add();
    const stopping = await replica();
    await arrived('/waits');
    await stopping.stop();
    expect(await patient.deliveries(id)).toMatchObject([{ status: 'pending', attempts: 0, lastError: null }]);
    const next = await replica();
    const detail = await patient.delivery(id, ({ status: state }) => state === 'delivered');
    expect(detail.attempts).toBe(1);
    await next.stop();
  });

  it('are deleted after 30 days, while their numbering goes on', async () => {
    const old = new Listening(service, await service.createCompany());
    const { companyId } = old.company;
    await old.endpoint(receiver.url('/old'));
    const subject = await old.add();
    const recent = await old.add();
    const age = (days: number, of: string) =>
      database.query(`update outbox_events set occurred_at = now() - $1 * interval '1 day' where subject = $2`, [
        days,
        of,
      ]);
    await age(30.1, subject);
    await age(29.9, recent);
    expect(await service.app.get(OutgoingClaims).deleteOld()).toBe(false);
    const left = () =>
      database.query('select subject, sequence from outbox_deliveries where company_id = $1', [companyId]);
    expect(await left()).toEqual([{ subject: recent, sequence: 1 }]);
    await old.add('booking.cancelled', subject);
    expect(await left()).toContainEqual({ subject, sequence: 2 });
  });

  it('leave nothing behind when their company is deleted', async () => {
    const leaving = new Listening(service, await service.createCompany());
    const { companyId } = leaving.company;
    await leaving.endpoint(receiver.url('/leaving'));
    await leaving.add();
    const removed = await service.call('DELETE', `/api/companies/${companyId}`, { key: service.adminKey });
    expect(removed.status).toBe(204);
    for (const table of ['webhook_endpoints', 'outbox_sequences', 'outbox_events', 'outbox_deliveries']) {
      expect([table, await countOf(table, companyId)]).toEqual([table, 0]);
    }
  });

  it('can be signed after the encryption key was renewed and the older one taken away', async () => {
    const renewed = new Listening(service, await service.createCompany());
    const { secret } = await renewed.endpoint(receiver.url('/renewed'));
    const keys = [{ id: 'renewed', key: randomBytes(32) }, ...service.config.encryptionKeys];
    const at = async (encryptionKeys: typeof keys, count: number) => {
      const { databaseUrl, sandbox } = service;
      const replica = await startTestService({ config: { encryptionKeys }, databaseUrl, sandbox });
      await new Listening(replica, renewed.company).add();
      const received = await arrived('/renewed', count);
      await replica.stop();
      return received[count - 1]!;
    };
    expect(verifyAsDocumented(secret, await at(keys, 1))).toBe(true);
    expect(verifyAsDocumented(secret, await at(keys.slice(0, 1), 2))).toBe(true);
  });
});
