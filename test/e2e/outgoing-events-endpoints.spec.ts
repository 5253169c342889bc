import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { OutgoingDispatcher } from '../../src/features/webhooks/outgoing-dispatcher';
import { Listening } from '../fixtures/outgoing-events/listening';
import { Receiver, status, verifyAsDocumented } from '../fixtures/outgoing-events/receiver';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestAnswer, type TestService } from '../support/service';

describe('endpoints for outgoing events', () => {
  let service: TestService;
  let database: DataSource;
  let receiver: Receiver;

  beforeAll(async () => {
    service = await startTestService();
    database = service.app.get(DataSource);
    receiver = await new Receiver().start();
  });
  afterAll(async () => {
    await service?.stop();
    await receiver?.stop();
  });

  const newSalon = async () => new Listening(service, await service.createCompany());
  const arrived = (path: string, count = 1) =>
    eventually(
      async () => receiver.at(path),
      (received) => received.length >= count,
    );

  it('are registered, shown, changed and deleted', async () => {
    const salon = await newSalon();
    const url = receiver.url('/managed?shop=7');
    const made = await salon.endpoint(url, { description: 'agent', types: ['booking.created'] });
    const { secret, ...shown } = made;
    expect(secret).toMatch(/^whsec_/);
    expect(shown).toMatchObject({ url, description: 'agent', types: ['booking.created'], enabled: true });
    expect((await salon.call('GET')).body).toEqual({ data: [shown] });
    const changed = await salon.call('PATCH', `/${made.id}`, { description: null, types: [] });
    expect(changed).toMatchObject({ status: 200, body: { ...shown, description: null, types: [] } });
    expect((await salon.call('DELETE', `/${made.id}`)).status).toBe(204);
    expect((await salon.call('DELETE', `/${made.id}`)).status).toBe(404);
    expect((await salon.call('GET')).body).toEqual({ data: [] });
  });

  it.each([
    ['no address', {}],
    ['an unknown type', { url: 'https://hooks.example', types: ['booking.exploded'] }],
    ['a type twice', { url: 'https://hooks.example', types: ['booking.created', 'booking.created'] }],
    ['an address that is none', { url: 'hooks.example' }],
    ['an address too long', { url: `https://hooks.example/${'x'.repeat(2_000)}` }],
    ['a secret of its own', { url: 'https://hooks.example', secret: 'whsec_AAAA' }],
    ['null for enabled', { url: 'https://hooks.example', enabled: null }],
    ["another company's id", { url: 'https://hooks.example', companyId: randomUUID() }],
  ])('are refused with %s', async (_, body) => {
    const salon = await newSalon();
    const answer = await salon.call('POST', '', body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect((await salon.call('GET')).body.data).toEqual([]);
  });

  it('are ten at most, also when they are registered at once', async () => {
    const salon = await newSalon();
    const register = () => salon.call('POST', '', { url: receiver.url('/many') });
    for (let count = 1; count <= 9; count++) await register();
    // Opens as many connections as the pool has, or one would serve the registrations one after the other.
    await Promise.all(Array.from({ length: 10 }, () => database.query('select pg_sleep(0.1)')));
    const answers = await Promise.all(Array.from({ length: 8 }, register));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    const refused = answers.find((answer) => answer.status !== 201)!;
    expect(refused).toMatchObject({ status: 409, body: { error: { details: { reason: 'TOO_MANY_ENDPOINTS' } } } });
  });

  it('sign with the old and the new secret for a day after a rotation, and show neither again', async () => {
    const salon = await newSalon();
    const { id, secret: old } = await salon.endpoint(receiver.url('/rotated'));
    const rotation = await salon.call('POST', `/${id}/rotate-secret`, {});
    const { secret: recent, previousSecretUntil } = rotation.body;
    const hours = (Date.parse(previousSecretUntil) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(24);
    await salon.add();
    const [both] = await arrived('/rotated');
    expect([verifyAsDocumented(old, both!), verifyAsDocumented(recent, both!)]).toEqual([true, true]);

    await database.query('update webhook_endpoints set previous_secret_until = now() where id = $1', [id]);
    await salon.add();
    const [, one] = await arrived('/rotated', 2);
    expect([verifyAsDocumented(old, one!), verifyAsDocumented(recent, one!)]).toEqual([false, true]);

    const answers: TestAnswer[] = [
      await salon.call('GET'),
      await salon.call('GET', `/${id}`),
      await salon.call('PATCH', `/${id}`, { description: 'x' }),
      await salon.call('GET', `/${id}/deliveries`),
    ];
    const rows = await database.query('select * from webhook_endpoints');
    const seen = answers.map(({ text }) => text).join() + service.logs() + JSON.stringify(rows);
    for (const secret of [old, recent]) {
      expect(seen).not.toContain(secret);
      expect(seen).not.toContain(secret.slice('whsec_'.length));
    }
  });

  it('are told of a test, whatever they listen to, unless they are disabled', async () => {
    const salon = await newSalon();
    const { id, secret } = await salon.endpoint(receiver.url('/tested'), { types: ['booking.cancelled'] });
    await salon.endpoint(receiver.url('/not-tested'));
    const answer = await salon.call('POST', `/${id}/test`, {});
    expect(answer).toMatchObject({ status: 202, body: { type: 'test', bookingId: null } });
    const [received] = await arrived('/tested');
    expect(received!.event).toMatchObject({ type: 'test', data: { test: true, id, sequence: 1 } });
    expect(verifyAsDocumented(secret, received!)).toBe(true);
    expect(receiver.at('/not-tested')).toHaveLength(0);
    await salon.call('PATCH', `/${id}`, { enabled: false });
    const refused = await salon.call('POST', `/${id}/test`, {});
    expect(refused).toMatchObject({ status: 409, body: { error: { details: { reason: 'ENDPOINT_DISABLED' } } } });
  });

  it('that are switched off get nothing, and later what was skipped, when it is replayed', async () => {
    const salon = await newSalon();
    const { id } = await salon.endpoint(receiver.url('/paused', status(500)));
    await salon.add('booking.created');
    await salon.delivery(id, ({ attempts }) => attempts === 1);
    const off = await salon.call('PATCH', `/${id}`, { enabled: false });
    expect(off.body).toMatchObject({ enabled: false, disabledReason: 'requested', disabledAt: expect.any(String) });
    await salon.add('booking.cancelled');
    const skipped = await salon.deliveries(id);
    expect(skipped).toMatchObject([
      { type: 'booking.cancelled', status: 'skipped', attempts: 0 },
      { type: 'booking.created', status: 'skipped', attempts: 1 },
    ]);
    const early = await salon.call('POST', `/${id}/deliveries/${skipped[0].id}/replay`, {});
    expect(early.body.error.details).toEqual({ reason: 'ENDPOINT_DISABLED' });

    const on = await salon.call('PATCH', `/${id}`, { enabled: true, url: receiver.url('/resumed') });
    expect(on.body).toMatchObject({ enabled: true, disabledReason: null, disabledAt: null, failingSince: null });
    await salon.call('POST', `/${id}/deliveries/${skipped[0].id}/replay`, {});
    const [received] = await arrived('/resumed');
    expect(received!.event.type).toBe('booking.cancelled');
    expect(receiver.at('/resumed')).toHaveLength(1);
    expect(receiver.at('/paused')).toHaveLength(1);
  });

  it('that answer 410 are disabled at once', async () => {
    const salon = await newSalon();
    const { id } = await salon.endpoint(receiver.url('/gone', status(410)));
    await salon.add();
    const endpoint = await eventually(
      async () => (await salon.call('GET', `/${id}`)).body,
      ({ enabled }) => !enabled,
    );
    expect(endpoint.disabledReason).toBe('gone');
    expect(await salon.deliveries(id)).toMatchObject([{ status: 'failed', attempts: 1, lastError: 'HTTP_410' }]);
    expect(service.logs()).toMatch(new RegExp(`"endpointId":"${id}","reason":"gone"`));
  });

  it('that fail for three days are disabled; an old failure and a new one alone are not three days', async () => {
    const salon = await newSalon();
    const { id } = await salon.endpoint(receiver.url('/failing', status(500)));
    const past = (since: string, last: string) =>
      database.query(
        `update webhook_endpoints set failing_since = now() - $2::interval, last_failure_at = now() - $3::interval
         where id = $1`,
        [id, since, last],
      );
    await past('10 days', '5 days');
    await salon.add();
    await salon.delivery(id, ({ attempts }) => attempts === 1);
    const shown = async () => (await salon.call('GET', `/${id}`)).body;
    const failing = await eventually(shown, ({ failingSince }) => Date.now() - Date.parse(failingSince) < 60_000);
    expect(failing.enabled).toBe(true);

    await past('73 hours', '8 hours');
    await salon.timePasses(id);
    const disabled = await eventually(shown, ({ enabled }) => !enabled);
    expect(disabled.disabledReason).toBe('failing');
    expect(await salon.deliveries(id)).toMatchObject([{ status: 'skipped', attempts: 2 }]);
  });

  it('that work again are no longer failing', async () => {
    const salon = await newSalon();
    let well = false;
    const { id } = await salon.endpoint(
      receiver.url('/mended', (response) => response.writeHead(well ? 204 : 500).end()),
    );
    await salon.add();
    const shown = async () => (await salon.call('GET', `/${id}`)).body;
    await eventually(shown, ({ failingSince }) => failingSince !== null);
    well = true;
    await eventually(
      () => salon.timePasses(id).then(shown),
      ({ failingSince }) => failingSince === null,
    );
  });

  it('have a log that is filtered and paged without losing or repeating a row', async () => {
    const salon = await newSalon();
    const { id } = await salon.endpoint(receiver.url('/logged'));
    for (const type of [
      'booking.created',
      'booking.updated',
      'booking.created',
      'booking.updated',
      'booking.created',
    ]) {
      await salon.add(type);
    }
    const all = await eventually(
      () => salon.deliveries(id, '?status=delivered'),
      (rows) => rows.length === 5,
    );
    const paged: any[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const path = `/${id}/deliveries?limit=2${cursor && `&cursor=${cursor}`}`;
      const page: { data: any[]; nextCursor?: string } = (await salon.call('GET', path)).body;
      paged.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all);
    expect(await salon.deliveries(id, '?type=booking.updated')).toHaveLength(2);
    expect(await salon.deliveries(id, '?status=failed')).toEqual([]);
    // Two rows of one millisecond are both shown by a bound that names it.
    const { createdAt: bound } = all[2];
    const since = all.filter(({ createdAt }: { createdAt: string }) => Date.parse(createdAt) >= Date.parse(bound));
    expect(since.length).toBeGreaterThanOrEqual(3);
    expect(await salon.deliveries(id, `?from=${encodeURIComponent(bound)}`)).toEqual(since);
    for (const query of ['?status=x', '?type=x', '?from=2026', '?limit=0', '?cursor=x', '?x=1']) {
      expect([query, (await salon.call('GET', `/${id}/deliveries${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('of another company, and their deliveries, are not found, exactly as if they were not there', async () => {
    const [own, other] = [await newSalon(), await newSalon()];
    const { id: mine } = await own.endpoint(receiver.url('/mine'));
    const { id } = await other.endpoint(receiver.url('/theirs'));
    await other.add();
    const { id: deliveryId } = await other.delivery(id, ({ status: state }) => state === 'delivered');
    const bare = ({ status: code, text }: TestAnswer) =>
      `${code} ${text.replace(/"(correlationId|timestamp)":"[^"]*"/g, '')}`;
    const routes: [string, string, object?][] = [
      ['GET', ''],
      ['PATCH', '', { enabled: false }],
      ['DELETE', ''],
      ['POST', '/rotate-secret', {}],
      ['POST', '/test', {}],
      ['GET', '/deliveries'],
      ['GET', '/deliveries/:delivery'],
      ['POST', '/deliveries/:delivery/replay', {}],
    ];
    const before = await database.query('select * from webhook_endpoints where id = $1', [id]);
    for (const [method, path, body] of routes) {
      const at = (endpoint: string, delivery: string) =>
        own.call(method, `/${endpoint}${path.replace(':delivery', delivery)}`, body);
      const foreign = bare(await at(id, deliveryId));
      expect([method, path, foreign]).toEqual([method, path, bare(await at(randomUUID(), randomUUID()))]);
      expect(foreign).toMatch(/^404 /);
    }
    // Nor through an endpoint of one's own.
    expect((await own.call('GET', `/${mine}/deliveries/${deliveryId}`)).status).toBe(404);
    expect((await own.call('POST', `/${mine}/deliveries/${deliveryId}/replay`, {})).status).toBe(404);
    expect((await own.call('GET')).body.data.map((endpoint: any) => endpoint.id)).toEqual([mine]);
    expect(await database.query('select * from webhook_endpoints where id = $1', [id])).toEqual(before);
    expect(receiver.at('/mine')).toHaveLength(0);
    expect(receiver.at('/theirs')).toHaveLength(1);
    for (const key of [own.company.publishableKey, service.adminKey]) {
      expect((await service.call('GET', '/api/webhooks/endpoints', { key })).status).toBe(403);
    }
  });

  it('can be deleted while bookings are told, without breaking one of them', async () => {
    const salon = await newSalon();
    for (let round = 0; round < 5; round++) {
      const { id } = await salon.endpoint(receiver.url('/deleted'));
      const additions = Array.from({ length: 10 }, () => salon.add());
      const [deleted, ...added] = await Promise.allSettled([salon.call('DELETE', `/${id}`), ...additions]);
      expect(deleted).toMatchObject({ status: 'fulfilled', value: { status: 204 } });
      expect(added.filter((outcome) => outcome.status === 'rejected')).toEqual([]);
    }
  });

  it('that hang do not delay the events of another company', async () => {
    const [hanging, other] = [await newSalon(), await newSalon()];
    const silence = () => undefined;
    await hanging.endpoint(receiver.url('/hangs', silence));
    await other.endpoint(receiver.url('/prompt'));
    await Promise.all(Array.from({ length: 50 }, () => hanging.add()));
    await arrived('/hangs');
    const began = Date.now();
    for (let count = 1; count <= 5; count++) {
      await other.add();
      await arrived('/prompt', count);
    }
    expect(Date.now() - began).toBeLessThan(5 * 1_000);
    // As many as may be under way; the others wait for their own receiver.
    expect(receiver.at('/hangs')).toHaveLength(4);
  });
});

describe('a service that may not reach into its own network', () => {
  it('neither saves a private address for events nor dials one that was saved before', async () => {
    const encryptionKeys = [{ id: 'test', key: randomBytes(32) }];
    const open = await startTestService({ config: { encryptionKeys } });
    const receiver = await new Receiver().start();
    const company = await open.createCompany();
    const saved = await new Listening(open, company).endpoint(receiver.url('/inside'));
    const { databaseUrl, sandbox } = open;
    const strict = await startTestService({
      config: { encryptionKeys, allowPrivateProviderHosts: false },
      databaseUrl,
      sandbox,
    });
    try {
      const salon = new Listening(strict, company);
      // The open service would dial it: from here on only the strict one looks for events.
      await open.app.get(OutgoingDispatcher).beforeApplicationShutdown();
      for (const url of [receiver.url('/'), 'https://127.0.0.1/', 'https://localhost/', 'https://[::1]/']) {
        const answer = await salon.call('POST', '', { url });
        expect([url, answer.status, answer.body.error.details.fields[0].field]).toEqual([url, 400, 'url']);
        expect((await salon.call('PATCH', `/${saved.id}`, { url })).status).toBe(400);
      }
      await salon.add();
      const detail = await salon.delivery(saved.id, ({ attempts }) => attempts === 1);
      expect(detail.history).toMatchObject([{ responseStatus: null, error: 'ADDRESS_NOT_PUBLIC', responseBody: null }]);
      expect(receiver.received).toHaveLength(0);
    } finally {
      await strict.stop();
      await open.stop();
      await receiver.stop();
    }
  });
});
