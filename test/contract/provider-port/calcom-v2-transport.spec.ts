import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { ProviderApp, startProviders } from './provider-app';
import { Handler, json, ScriptedServer, startScriptedServer, success } from './scripted-server';
import { atOnce } from './at-once';

const KEY = 'cal_live_canary_key';
const EMAIL = 'canary.person@mail.example';
const REQUEST = {
  eventTypeId: '7',
  startMs: Date.UTC(2027, 0, 5, 9),
  attendee: { name: 'Canary Name', email: EMAIL, timeZone: 'Europe/Berlin', phoneNumber: '+4915112345678' },
  ref: 'ref-1',
  deploymentId: 'here',
};
const ME = { id: 1, email: EMAIL, username: 'maria', name: 'Maria', timeZone: 'Europe/Berlin' };

/** It is the network that is tried here, not Cal.com. */
let server: ScriptedServer;
let app: ProviderApp;
let provider: SchedulingProvider;

async function start(settings = {}): Promise<void> {
  app = await startProviders(settings);
  provider = app.provider(server.url, KEY);
}

beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests = [];
});
afterEach(() => app.close());

describe('what is sent', () => {
  it('carries the key, the family version and the correlation id, under the /v2 of the base URL', async () => {
    await start();
    server.answer = success([]);
    await provider.listWebhooks({ level: 'account' }, { correlationId: 'corr-1' });
    await provider.schedules();
    await provider.findByRef('r', {});
    await provider
      .slots({ eventTypeId: '7', fromMs: 0, toMs: 1, lengthMinutes: 30, gridTimeZone: 'UTC' })
      .catch(() => undefined);
    expect(server.requests.map(({ url: path, headers }) => [path.split('?')[0], headers['cal-api-version']])).toEqual([
      ['/v2/webhooks', undefined],
      ['/v2/schedules', '2024-06-11'],
      ['/v2/bookings', '2024-08-13'],
      ['/v2/slots', '2024-09-04'],
    ]);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-correlation-id': 'corr-1' });
  });

  it('lets configuration set the version of bookings alone', async () => {
    await start({ bookingsApiVersion: '2026-02-25' });
    server.answer = success([]);
    await provider.getBooking('uid').catch(() => undefined);
    await provider.findByRef('r', {});
    await provider.schedules();
    const versions = server.requests.map(({ headers }) => headers['cal-api-version']);
    expect(versions).toEqual(['2026-02-25', '2024-08-13', '2024-06-11']);
  });

  it('writes a uid into the path so that it cannot leave it', async () => {
    await start();
    server.answer = json({ statusCode: 404, message: 'Booking with uid=x not found' }, 404);
    await expect(provider.getBooking('../me?x=1')).rejects.toMatchObject({ code: 'BOOKING_NOT_FOUND' });
    expect(server.requests[0]?.url).toBe('/v2/bookings/..%2Fme%3Fx%3D1');
  });

  it.each(['.', '..', ''])('asks for nothing when %j should be a uid: it would leave its place', async (uid) => {
    await start();
    server.answer = success(ME);
    await expect(provider.getBooking(uid)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(atOnce(provider).cancel(uid, 'asked')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(server.requests).toEqual([]);
  });

  it('does not follow a redirect, which would carry the key away', async () => {
    await start({ retryAttempts: 0 });
    server.answer = (_request, response) => response.writeHead(302, { location: `${server.url}/elsewhere` }).end();
    await expect(provider.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('what is repeated', () => {
  it('a read after a 5xx and after a cut connection, as often as configured', async () => {
    await start({ retryAttempts: 2 });
    server.answer = (request, response) => {
      if (server.requests.length === 1) return json({}, 503)(request, response);
      if (server.requests.length === 2) return void request.socket.destroy();
      return success(ME)(request, response);
    };
    await expect(provider.me()).resolves.toMatchObject({ username: 'maria' });
    expect(server.requests).toHaveLength(3);
  });

  it('a read no oftener than configured', async () => {
    await start({ retryAttempts: 1 });
    server.answer = json({}, 500);
    await expect(provider.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(2);
  });

  it('never a refusal, a rate limit or an answer that makes no sense', async () => {
    await start({ retryAttempts: 3 });
    for (const [status, code] of [
      [404, 'NOT_FOUND'],
      [200, 'UNAVAILABLE'],
      [429, 'RATE_LIMITED'],
    ] as const) {
      server.requests = [];
      server.answer = json({ statusCode: status, message: 'words' }, status);
      await expect(provider.me()).rejects.toMatchObject({ code });
      expect(server.requests).toHaveLength(1);
    }
  });

  it.each([
    ['a 500', json({ statusCode: 500, message: 'Internal server error' }, 500)],
    ['a cut connection', (request: IncomingMessage) => void request.socket.destroy()],
    ['an answer that is no JSON', (_: IncomingMessage, response: ServerResponse) => void response.end('<html>')],
    [
      'an answer that ends in the middle',
      (request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(201, { 'content-length': '1000' });
        response.write('{"status":"success","data":{', () => request.socket.destroy());
      },
    ],
    ['a success without a booking', json({ status: 'success', data: { uid: 7 } }, 201)],
  ])('never a write: %s leaves the outcome unknown after one call', async (_what, misbehave: Handler) => {
    await start({ retryAttempts: 3 });
    server.answer = misbehave;
    await expect(atOnce(provider).book(REQUEST)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('limits', () => {
  it('give up on a read after the configured time, without trying again', async () => {
    await start({ timeoutMs: 200, retryAttempts: 3 });
    server.answer = () => undefined;
    await expect(provider.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(1);
  });

  it('leave the outcome of a write unknown when they cut it', async () => {
    await start({ timeoutMs: 200 });
    server.answer = () => undefined;
    await expect(atOnce(provider).cancel('uid', 'reason')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });

  it('cut an answer of more than 5 MB', async () => {
    await start({ retryAttempts: 0 });
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(Buffer.alloc(6 * 1024 * 1024, 32));
    };
    await expect(provider.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(atOnce(provider).confirm('uid')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });
});

describe('what was provably never sent', () => {
  it('is no unknown outcome: a refused connection', async () => {
    await start();
    const nobody = createServer();
    await new Promise<void>((done) => nobody.listen(0, '127.0.0.1', done));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((done) => nobody.close(done));
    await expect(atOnce(app.provider(`http://127.0.0.1:${port}`, KEY)).book(REQUEST)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('is no unknown outcome: a TLS handshake that is not answered within two seconds', async () => {
    await start();
    const { createServer: createTcpServer } = await import('node:net');
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((done) => silent.once('listening', done));
    const { port } = silent.address() as AddressInfo;
    const before = performance.now();
    await expect(atOnce(app.provider(`https://127.0.0.1:${port}`, KEY)).book(REQUEST)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(performance.now() - before).toBeGreaterThan(1_900);
    expect(performance.now() - before).toBeLessThan(2_900);
    silent.close();
  });

  it.each([
    ['a caller who has gone', { ...REQUEST }, { signal: AbortSignal.abort() }, 'UNAVAILABLE'],
    ['an id that cannot be one', { ...REQUEST, eventTypeId: '2147483648' }, undefined, 'EVENT_TYPE_NOT_FOUND'],
    ['a NUL, which would be answered with a 500', { ...REQUEST, notes: 'a\0b' }, undefined, 'INVALID_REQUEST'],
  ])('%s', async (_what, request, context, code) => {
    await start();
    await expect(atOnce(provider).book(request, context)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(0);
  });
});

describe('what is written down', () => {
  it('one line a call, with no secret, address or uid in it, also when it fails and in debug mode', async () => {
    await start({ debug: true });
    server.answer = json({ statusCode: 400, message: `Booking with uid=canaryUidOfABooking of ${EMAIL} refused` }, 400);
    await atOnce(provider)
      .book({ ...REQUEST, notes: 'canary note' }, { correlationId: 'corr-2' })
      .catch(() => undefined);
    await atOnce(provider)
      .cancel('canaryUidOfABooking', 'canary reason')
      .catch(() => undefined);
    await atOnce(provider)
      .createWebhook(
        { level: 'account' },
        { url: 'https://hook.example/canary', secret: 'canary-secret', triggers: ['BOOKING_CREATED'] },
      )
      .catch(() => undefined);
    server.answer = success(ME);
    await provider.me();
    const lines = app.logs().filter((line) => line.operation);
    expect(lines.map(({ operation, status, outcome }) => [operation, status, outcome])).toEqual([
      ['bookings.create', 400, 'REFUSED'],
      ['bookings.cancel', 400, 'REFUSED'],
      ['webhooks.create', 400, 'REFUSED'],
      ['me.get', 200, 'OK'],
    ]);
    expect(lines[0]).toMatchObject({
      method: 'POST',
      path: '/v2/bookings',
      correlationId: 'corr-2',
      durationMs: expect.any(Number),
    });
    expect(lines[1]).toMatchObject({ path: '/v2/bookings/{uid}/cancel' });
    expect(JSON.stringify(lines)).not.toMatch(/canary|Maria|\+49/i);
  });

  it('a measurement a call, by operation and outcome', async () => {
    await start();
    server.answer = success(ME);
    await provider.me();
    const text = await app.metrics.registry.metrics();
    expect(text).toMatch(
      /slotbridge_provider_call_duration_seconds_count\{provider="calcom-v2",operation="me.get",outcome="OK"\} 1/,
    );
  });
});
