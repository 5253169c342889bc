import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import { sha256 } from '../../src/foundation/crypto/digests';
import { CALCOM_BUDGET } from '../../src/foundation/pacing/pace-log';
import { Clock } from '../../src/foundation/time/clock';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestCompany, type TestService } from '../support/service';
import { onTestServer } from '../support/test-database';

const FIELDS = ['api_reachable', 'event_types_count', 'last_sync', 'status', 'time_zone_data', 'webhook_registered'];

describe('the state of the service', () => {
  let service: TestService;
  let company: TestCompany;

  beforeAll(async () => {
    service = await startTestService();
    company = await service.createCompany();
    await new ProviderSide(service, company).eventType('haircut');
    await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
  });

  afterAll(() => service?.stop());
  afterEach(() => jest.restoreAllMocks());

  const health = (key?: string) => service.call('GET', '/api/health/calcom', { key });
  /** Makes what is remembered old: answers live for 5 s, looks at the provider for a minute. */
  const later = (ms: number) => {
    const now = Date.now() + ms;
    jest.spyOn(service.app.get(Clock), 'now').mockImplementation(() => now);
  };
  const looks = async (): Promise<number> =>
    (await service.sandboxCall('GET', '/_sandbox/calls?operation=me.get')).body.length;

  describe('GET /api/health/calcom', () => {
    it('tells everybody exactly the documented fields, over all connections', async () => {
      const { status, body } = await health();
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(FIELDS);
      expect(body).toEqual({
        status: 'healthy',
        api_reachable: true,
        webhook_registered: true,
        last_sync: expect.stringMatching(/^20\d\d-.*Z$/),
        event_types_count: 1,
        time_zone_data: process.versions.tz,
      });
    });

    it('is no lever against the rate limit: a hundred questions cost the provider at most one call', async () => {
      later(120_000);
      const before = await looks();
      await Promise.all(Array.from({ length: 100 }, () => health()));
      expect((await looks()) - before).toBe(1);
      later(150_000);
      await health();
      expect((await looks()) - before).toBe(1);
    });

    it('is unhealthy with 503 while no connection is reached, and healthy again afterwards', async () => {
      const scenario = { scenario: 'error-before', operation: 'me.get', times: 100 };
      await service.sandboxCall('POST', '/_sandbox/scenarios', scenario);
      later(300_000);
      const ill = await health();
      await service.sandboxCall('DELETE', '/_sandbox/scenarios');
      expect(ill).toMatchObject({ status: 503, body: { status: 'unhealthy', api_reachable: false } });
      later(400_000);
      expect(await health()).toMatchObject({ status: 200, body: { status: 'healthy', api_reachable: true } });
    });

    it("tells a secret key its own connection, and nothing of another company's", async () => {
      const other = await service.createCompany({ name: 'Other' });
      const mine = await health(company.secretKey);
      expect(mine.body).toMatchObject({
        event_types_count: 1,
        connection: {
          id: company.connectionId,
          provider: 'calcom-v2',
          status: 'verified',
          credentialRefused: false,
          usesEnvironmentKey: false,
          capabilities: { reschedule: true },
          webhookError: null,
        },
      });
      const theirs = await health(other.secretKey);
      expect(theirs.body).toMatchObject({ event_types_count: 0, connection: { id: other.connectionId } });
      for (const text of [mine.text, theirs.text]) {
        expect(text).not.toContain(company.providerKey);
        expect(text).not.toContain(other.providerKey);
      }
    });

    it('is degraded, not down, for a company whose credential the provider refuses, and does not try it again', async () => {
      const refused = await service.createCompany({ name: 'Refused' });
      const { body: connections } = await service.call('GET', '/api/me', { key: refused.secretKey });
      expect(connections).toBeDefined();
      await service.sandboxCall('POST', '/_sandbox/reset');
      later(600_000);
      await health();
      const before = await looks();
      later(700_000);
      expect(await health(refused.secretKey)).toMatchObject({
        status: 200,
        body: { status: 'degraded', connection: { status: 'credential_refused', credentialRefused: true } },
      });
      expect(await looks()).toBe(before);
    });
  });

  describe('GET /metrics', () => {
    it('counts requests by route pattern; ids, queries and unknown addresses are no labels', async () => {
      const id = randomUUID();
      await service.call('GET', `/api/bookings/${id}`, { key: company.secretKey });
      await service.call('GET', '/api/bookings?attendeeEmail=eva@customer.example', { key: company.secretKey });
      await service.call('GET', '/no-such-place/at-all');
      await service.call('GET', `/api/event-types/${id}/%2e%2e/x`);
      const { status, text, headers } = await service.call('GET', '/metrics');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toContain('text/plain');
      expect(text).toContain('route="/api/bookings/:id"');
      expect(text).toContain('route="none"');
      expect(text).toContain('slotbridge_provider_call_duration_seconds');
      for (const secret of [id, company.companyId, company.connectionId, 'eva', 'no-such-place']) {
        expect(text).not.toContain(secret);
      }
    });
  });

  describe('correlation ids', () => {
    it.each([
      ['of 10 kB', 'x'.repeat(10_240)],
      ['with a tab', 'a\tb'],
      ['with letters beyond ASCII', 'caf\u00e9'],
    ])('%s are replaced, in the answer and in the one log line', async (_, given) => {
      const before = service.logs().length;
      const answer = await service.call('GET', '/api/event-types', { headers: { 'x-correlation-id': given } });
      const used = answer.headers.get('x-correlation-id')!;
      expect(used).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.error.correlationId).toBe(used);
      const lines = await eventually(
        async () =>
          service
            .logs()
            .slice(before)
            .split('\n')
            .filter((line) => line.includes(used)),
        (found) => found.length > 0,
      );
      expect(lines).toHaveLength(1);
      expect(service.logs()).not.toContain(given);
    });

    it('that break the line are refused or replaced, and forge no log line', async () => {
      const answer = await rawRequest(
        service.baseUrl,
        'GET /api/event-types HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-correlation-id: a\r\n {"forged":true}\r\n\r\n',
      );
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d/);
      expect(answer).not.toContain('forged');
      expect(service.logs()).not.toContain('forged');
    });

    it('that are printable travel through the answer unchanged', async () => {
      const answer = await service.call('GET', '/livez', { headers: { 'x-correlation-id': 'call-7:42' } });
      expect(answer.headers.get('x-correlation-id')).toBe('call-7:42');
    });
  });
});

describe("a connection's pace", () => {
  let service: TestService;
  let beside: TestService;
  let company: TestCompany;

  beforeAll(async () => {
    service = await startTestService({ calcom: { pace: CALCOM_BUDGET } });
    company = await service.createCompany();
    const { databaseUrl, sandbox, config } = service;
    const { encryptionKeys } = config;
    beside = await startTestService({
      databaseUrl,
      sandbox,
      config: { encryptionKeys },
      calcom: { pace: CALCOM_BUDGET },
    });
  });
  afterAll(async () => {
    await beside?.stop();
    await service?.stop();
  });

  const health = (key: string, by = service) => by.call('GET', '/api/health/calcom', { key });
  const sent = async (): Promise<number> =>
    (await service.sandboxCall('GET', `/_sandbox/calls?key=${company.providerKey}`)).body.length;
  const sync = () => service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });

  it('is told to a secret key as all replicas have used it, without a trace of the credential', async () => {
    const before = (await health(company.secretKey)).body.connection.pace;
    expect(before).toEqual({ limit: 116, windowSeconds: 61, left: expect.any(Number), blockedUntil: null });
    const sentBefore = await sent();
    await sync();
    // By the replica that has called nobody until now.
    const { body, text } = await health(company.secretKey, beside);
    expect(await sent()).toBeGreaterThan(sentBefore);
    expect(before.left - body.connection.pace.left).toBe((await sent()) - sentBefore);
    expect(text).not.toContain(company.providerKey);
    expect(text).not.toContain(sha256(`pace of a provider credential\n${company.providerKey}`));
  });

  it('is not told to anybody else', async () => {
    expect((await service.call('GET', '/api/health/calcom')).text).not.toContain('pace');
    const other = await service.createCompany({ name: 'Other' });
    const theirs = (await health(other.secretKey)).body.connection.pace;
    const mine = (await health(company.secretKey)).body.connection.pace;
    expect(theirs.left).not.toBe(mine.left);
  });

  it('is no sign of an outage when it is used up: a look that only waited for its permit changes nothing', async () => {
    const scarce = await startTestService({ calcom: { pace: { calls: 20, windowMs: 20_000 } } });
    try {
      const busy = await scarce.createCompany();
      const ask = () => scarce.call('GET', '/api/health/calcom', { key: busy.secretKey });
      expect((await ask()).body).toMatchObject({ api_reachable: true });
      const draft = { title: 'Haircut', slug: 'haircut', lengthMinutes: 30 };
      const type = await scarce.call('POST', '/api/event-types', { key: busy.secretKey, body: draft });
      const read = () => scarce.call('GET', `/api/event-types/${type.body.id}`, { key: busy.secretKey });
      // Until the reads leave nothing but what is kept for writes.
      while ((await read()).status === 200);
      const now = Date.now() + 120_000;
      jest.spyOn(scarce.app.get(Clock), 'now').mockImplementation(() => now);
      expect((await ask()).body).toMatchObject({ api_reachable: true });
    } finally {
      jest.restoreAllMocks();
      await scarce.stop();
    }
  }, 60_000);

  it('says until when the provider has blocked the credential', async () => {
    const place = { operation: 'eventTypes.list', key: company.providerKey };
    const scenario = { scenario: 'rate-limited', ...place, times: 1, delayMs: 60_000 };
    expect((await service.sandboxCall('POST', '/_sandbox/scenarios', scenario)).status).toBe(201);
    expect((await sync()).status).toBe(429);
    const { pace } = (await health(company.secretKey, beside)).body.connection;
    expect(pace).toMatchObject({ left: 0, blockedUntil: expect.stringMatching(/Z$/) });
    const secondsLeft = (Date.parse(pace.blockedUntil) - Date.now()) / 1000;
    // The block, and a second to be safe.
    expect(secondsLeft).toBeGreaterThan(50);
    expect(secondsLeft).toBeLessThanOrEqual(61);
  });
});

describe('a process that is watched', () => {
  it('is alive without its database, but not ready, and ready again when the database is back', async () => {
    const service = await startTestService();
    const name = new URL(service.databaseUrl).pathname.slice(1);
    const at = async (path: string) => (await service.call('GET', path)).status;
    try {
      expect([await at('/livez'), await at('/readyz')]).toEqual([200, 200]);
      await onTestServer(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
      await onTestServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      await eventually(
        () => at('/readyz'),
        (status) => status === 503,
      );
      expect(await at('/livez')).toBe(200);
      expect(await service.call('GET', '/api/health/calcom')).toMatchObject({
        status: 503,
        body: { status: 'unhealthy', api_reachable: false },
      });
      await onTestServer(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
      await eventually(
        () => at('/readyz'),
        (status) => status === 200,
      );
    } finally {
      await onTestServer(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
      await service.stop();
    }
  });

  it('says that it is not ready before it stops to answer', async () => {
    const service = await startTestService();
    const seen: (number | 'gone')[] = [];
    const closing = service.stop();
    while (seen.at(-1) !== 'gone') {
      seen.push(
        await service.call('GET', '/readyz').then(
          (answer) => answer.status,
          () => 'gone' as const,
        ),
      );
    }
    await closing;
    expect(seen[0]).toBe(503);
    expect(new Set(seen)).toEqual(new Set([503, 'gone']));
  });
});

function rawRequest(baseUrl: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
