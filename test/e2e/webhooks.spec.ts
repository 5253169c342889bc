import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { JobQueue } from '../../src/foundation/jobs/job-queue.service';
import {
  bookingCreated,
  deliver,
  deliverSigned,
  envelope,
  registeredSecret,
  signatureOf,
} from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestAnswer, type TestCompany, type TestService } from '../support/service';

describe('receiving webhooks', () => {
  let service: TestService;
  let company: TestCompany;
  let other: TestCompany;
  let secret: string;
  let otherSecret: string;
  let path: string;
  let database: DataSource;

  beforeAll(async () => {
    service = await startTestService();
    company = await service.createCompany();
    other = await service.createCompany({ name: 'Other' });
    secret = await registeredSecret(service, company);
    otherSecret = await registeredSecret(service, other);
    path = `/${company.connectionId}`;
    database = service.app.get(DataSource);
  });

  afterAll(() => service?.stop());

  const stored = async (): Promise<number> => {
    const [row] = await database.query('select count(*)::integer as count from webhook_deliveries');
    return row.count;
  };
  const deliveries = async (query = '', key = company.secretKey): Promise<any> =>
    (await service.call('GET', `/api/webhooks/deliveries${query}`, { key })).body;
  const settled = (id: string): Promise<any> =>
    eventually(
      async () => (await service.call('GET', `/api/webhooks/deliveries/${id}`, { key: company.secretKey })).body,
      (delivery) => delivery.status !== 'received',
    );
  const sameFor = ({ status, headers, body }: TestAnswer) => ({
    status,
    challenge: headers.get('www-authenticate'),
    ...body.error,
    correlationId: '',
    timestamp: '',
  });

  describe('that are not genuine', () => {
    const body = envelope('PING', 'forged', { number: 1 });
    const spaced = JSON.stringify(JSON.parse(body), null, 1);

    it('answers 401, the same in every case, and stores nothing', async () => {
      const good = signatureOf(body, secret);
      const header = (value: string | undefined) => deliver(service, path, body, { 'x-cal-signature-256': value });
      const before = await stored();
      const answers: Record<string, TestAnswer> = {
        none: await header(undefined),
        'no-secret-provided': await header('no-secret-provided'),
        '63 digits': await header(good.slice(0, 63)),
        '65 digits': await header(`${good}0`),
        'two headers': await header(`${good}, ${good}`),
        'two different headers': await header(`${good}, ${'0'.repeat(64)}`),
        'another text': await header(signatureOf(`${body} `, secret)),
        'the same JSON written anew': await deliver(service, path, spaced, {
          'x-cal-signature-256': signatureOf(body, secret),
        }),
        'the secret of another company': await header(signatureOf(body, otherSecret)),
        'an empty secret': await header(signatureOf(body, '')),
        'an unknown connection': await deliverSigned(service, `/${randomUUID()}`, body, secret),
        'no connection id at all': await deliverSigned(service, '/not-an-id', body, secret),
        'no default connection': await deliverSigned(service, '', body, secret),
        'no body': await deliver(service, path, '', { 'x-cal-signature-256': signatureOf('x', secret) }),
      };
      const reference = sameFor(answers['none']!);
      expect(reference).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
      for (const [name, answer] of Object.entries(answers)) {
        expect({ name, ...sameFor(answer) }).toEqual({ name, ...reference });
      }
      expect(await stored()).toBe(before);
    });

    it('refuses a body over 1 MB without reading its signature', async () => {
      const large = envelope('PING', 'x'.repeat(1_000_001));
      expect((await deliverSigned(service, path, large, secret)).status).toBe(413);
    });
  });

  describe('that are genuine', () => {
    it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain; charset=utf-8'])(
      'takes a body of type %s, because a template may send any',
      async (type) => {
        const body = `who=${type}&triggerEvent=CUSTOM_TEMPLATE`;
        const headers = { 'content-type': type, 'x-cal-signature-256': signatureOf(body, secret) };
        const answer = await deliver(service, path, body, headers);
        expect(answer).toMatchObject({ status: 200, body: { received: true } });
      },
    );

    it('has no second effect for a replay, however often and at the same time', async () => {
      const body = envelope('PING', 'replayed');
      const before = await stored();
      const answers = await Promise.all(Array.from({ length: 8 }, () => deliverSigned(service, path, body, secret)));
      expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200));
      expect(await stored()).toBe(before + 1);
    });

    it('keeps the same body for each connection apart', async () => {
      const body = envelope('PING', 'for two');
      await deliverSigned(service, path, body, secret);
      await deliverSigned(service, `/${other.connectionId}`, body, otherSecret);
      const [row] = await database.query(
        'select count(distinct connection_id)::integer as count from webhook_deliveries group by body_hash order by 1 desc',
      );
      expect(row.count).toBe(2);
    });

    it.each(['PING', 'BOOKING_CONFIRMED', 'OOO_CREATED', 'MEETING_ENDED'])(
      'stores %s, answers 200 and changes nothing',
      async (trigger) => {
        const answer = await deliverSigned(service, path, envelope(trigger, 'nothing'), secret);
        expect(answer.status).toBe(200);
        const [delivery] = (await deliveries(`?trigger=${trigger}&limit=1`)).data;
        expect(await settled(delivery.id)).toMatchObject({ trigger, status: 'ignored', bookingId: null, attempts: 1 });
      },
    );

    it('survives a trigger that the database could not store', async () => {
      const body = JSON.stringify({ triggerEvent: 'A\u0000B', payload: {} });
      expect((await deliverSigned(service, path, body, secret)).status).toBe(200);
      expect((await deliveries('?trigger=UNKNOWN')).data.length).toBeGreaterThan(0);
    });

    it('answers before the provider does, and tries again while the provider is away', async () => {
      // Three failures: one attempt with the two repeats that a failed read is given.
      await service.sandboxCall('POST', '/_sandbox/scenarios', {
        scenario: 'error-before',
        operation: 'bookings.get',
        key: company.providerKey,
        times: 3,
      });
      const body = bookingCreated('uid-nobody-has', { name: 'Nobody', email: 'nobody@customer.example' });
      expect((await deliverSigned(service, path, body, secret)).status).toBe(200);
      const [delivery] = (await deliveries('?trigger=BOOKING_CREATED&limit=1')).data;
      expect(delivery.status).toBe('received');
      expect(await settled(delivery.id)).toMatchObject({ status: 'ignored', attempts: 2, bookingId: null });
    });
  });

  it('acknowledges nothing that has no job: both are stored, or neither', async () => {
    await database.query(`
      create function refuse_job() returns trigger language plpgsql as $$ begin raise 'no jobs today'; end $$;
      create trigger refuse_job before insert on pgboss.job for each row execute function refuse_job();
    `);
    const body = envelope('PING', 'without a job');
    const before = await stored();
    const refused = await deliverSigned(service, path, body, secret);
    await database.query('drop function refuse_job cascade');
    expect(refused).toMatchObject({ status: 500, body: { error: { code: 'INTERNAL_SERVER_ERROR' } } });
    expect(await stored()).toBe(before);
    expect((await deliverSigned(service, path, body, secret)).status).toBe(200);
    expect(await stored()).toBe(before + 1);
  });

  it('marks a delivery failed whose stored body was tampered with, and goes on with the next', async () => {
    const deliveryId = randomUUID();
    await database.transaction(async (manager) => {
      await manager.query(
        `insert into webhook_deliveries (id, company_id, connection_id, trigger, body_hash, sealed_body)
         select $1, company_id, connection_id, trigger, $2, overlay(sealed_body placing 'AAAA' from 12)
         from webhook_deliveries where company_id = $3 limit 1`,
        [deliveryId, randomUUID(), company.companyId],
      );
      const job = { companyId: company.companyId, deliveryId };
      await service.app.get(JobQueue).sendWithin(manager, 'webhook-delivery', job);
    });
    expect(await settled(deliveryId)).toMatchObject({ status: 'failed', lastError: 'SecretUnreadableError' });
    await deliverSigned(service, path, envelope('PING', 'after the broken one'), secret);
    const [next] = (await deliveries('?trigger=PING&limit=1')).data;
    expect(await settled(next.id)).toMatchObject({ status: 'ignored' });
  });

  describe('the list of deliveries', () => {
    it('pages newest first through every delivery once, and shows no body', async () => {
      const seen: any[] = [];
      for (let cursor = ''; ;) {
        const page = await deliveries(`?limit=2${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.data);
        if (!page.nextCursor) break;
        cursor = page.nextCursor;
      }
      const [row] = await database.query(
        'select count(*)::integer as count from webhook_deliveries where company_id = $1',
        [company.companyId],
      );
      expect(new Set(seen.map((delivery) => delivery.id)).size).toBe(row.count);
      expect(seen).toHaveLength(row.count);
      const times = seen.map((delivery) => delivery.receivedAt);
      expect(times).toEqual([...times].sort().reverse());
      expect(Object.keys(seen[0]).sort()).toEqual(
        'attempts bookingId effect id lastError processedAt receivedAt status trigger'.split(' '),
      );
    });

    it('filters by status and trigger, and refuses words that are neither', async () => {
      const failed = await deliveries('?status=failed');
      expect(failed.data.map((delivery: any) => delivery.status)).toEqual(['failed']);
      for (const query of ['?status=lost', '?limit=0', '?limit=1e1', '?cursor=zzz', '?trigger=', '?companyId=1']) {
        const answer = await service.call('GET', `/api/webhooks/deliveries${query}`, { key: company.secretKey });
        expect({ query, status: answer.status }).toEqual({ query, status: 400 });
      }
    });

    it("answers 404 for another company's delivery, exactly as for none", async () => {
      const [mine] = (await deliveries()).data;
      const get = (id: string) => service.call('GET', `/api/webhooks/deliveries/${id}`, { key: other.secretKey });
      const answers = [await get(mine.id), await get(randomUUID()), await get('no-id')];
      expect(answers.map(sameFor)).toEqual(Array(3).fill({ ...sameFor(answers[0]!), status: 404 }));
      const ids = (await deliveries('', other.secretKey)).data.map((delivery: any) => delivery.id);
      expect(ids).not.toContain(mine.id);
    });

    it('is closed to a publishable key and to nobody', async () => {
      const statusFor = async (key?: string) => (await service.call('GET', '/api/webhooks/deliveries', { key })).status;
      expect([await statusFor(), await statusFor(company.publishableKey)]).toEqual([401, 403]);
    });
  });
});
