import type { ServerResponse } from 'node:http';
import { underDeadline } from '../../../src/foundation/resilience/deadline';
import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { ProviderApp, startProviders } from './provider-app';
import { Handler, json, ScriptedServer, startScriptedServer, success } from './scripted-server';
import { atOnce } from './at-once';

const KEY = 'cal_live_key';
const ME = { id: 1, email: 'maria@salon.example', username: 'maria', name: 'Maria', timeZone: 'Europe/Berlin' };
const BAD_KEY = json({ statusCode: 401, message: 'ApiAuthStrategy - api key - Invalid API Key' }, 401);

let server: ScriptedServer;
let app: ProviderApp;
let provider: SchedulingProvider;

beforeEach(async () => {
  server = await startScriptedServer();
  app = await startProviders();
  provider = app.provider(server.url, KEY);
});
afterEach(async () => {
  server.close();
  await app.close();
});

/** Answers nothing until told to; `arrived` when the first request is there. */
function held(): { handler: Handler; arrived: Promise<ServerResponse>; waiting: ServerResponse[] } {
  const first = Promise.withResolvers<ServerResponse>();
  const waiting: ServerResponse[] = [];
  const handler: Handler = (_request, response) => {
    waiting.push(response);
    first.resolve(response);
  };
  return { handler, arrived: first.promise, waiting };
}

const sentPaths = (): string[] => server.requests.map(({ method, url }) => `${method} ${url}`);

describe('a refused key', () => {
  it('is tried by one of fifty callers, and all hear of the refusal', async () => {
    server.answer = BAD_KEY;
    await expect(provider.me()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => provider.me()));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'OK'));
    expect(new Set(codes)).toEqual(new Set(['AUTHENTICATION_FAILED']));
    expect(server.requests).toHaveLength(2);
  });

  it('serves all fifty when it is good again', async () => {
    server.answer = BAD_KEY;
    await expect(provider.me()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    server.answer = success(ME);
    await Promise.all(Array.from({ length: 50 }, () => provider.me()));
    expect(server.requests).toHaveLength(51);
  });

  it('says nothing about the keys of others at the same host', async () => {
    server.answer = (request, response) =>
      (request.headers.authorization === `Bearer ${KEY}` ? BAD_KEY : success(ME))(request, response);
    await expect(provider.me()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    const other = app.provider(server.url, 'cal_live_other');
    await Promise.all([other.me(), other.me(), other.me()]);
    expect(server.requests).toHaveLength(4);
  });
});

describe('refusals', () => {
  it('are answers, and a 5xx of a write proves nothing: no number of them makes an outage', async () => {
    for (const [status, message] of [
      [400, 'This event type does not allow cancellations'],
      [401, 'booking_limit_reached'],
    ] as const) {
      server.answer = json({ statusCode: status, message }, status);
      for (let calls = 0; calls < 15; calls++)
        await atOnce(provider)
          .cancel('uid', 'reason')
          .catch(() => undefined);
    }
    server.answer = json({ statusCode: 500, message: 'Internal server error' }, 500);
    for (let calls = 0; calls < 15; calls++) {
      await expect(atOnce(provider).cancel('uid', 'reason')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    }
    expect(server.requests).toHaveLength(3 * 15);
  });
});

describe('a host that is known to be down', () => {
  it('is not called, and what was not sent is written down once as well', async () => {
    server.answer = json({}, 503);
    // More than ten failures in a row, whatever is repeated.
    for (let reads = 0; reads < 11; reads++) await provider.me().catch(() => undefined);
    const [sent, before] = [server.requests.length, app.logs().length];
    await expect(provider.me({ correlationId: 'corr-9' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(atOnce(provider).cancel('uid', 'reason')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(sent);
    const lines = app.logs().slice(before);
    expect(lines.map(({ operation, outcome, attempt }) => [operation, outcome, attempt])).toEqual([
      ['me.get', 'UNAVAILABLE', 0],
      ['bookings.cancel', 'UNAVAILABLE', 0],
    ]);
    expect(lines[0]).toMatchObject({ correlationId: 'corr-9', why: expect.stringContaining('not sent') });
  });
});

describe('an outage that is found while calls wait for their permits', () => {
  it('keeps them from being sent', async () => {
    await app.close();
    app = await startProviders({ retryAttempts: 0, pace: { calls: 20, windowMs: 1_000 } });
    provider = app.provider(server.url, KEY);
    server.answer = json({}, 503);
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => provider.me()));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'OK'));
    expect(codes).toEqual(Array(30).fill('UNAVAILABLE'));
    expect(server.requests.length).toBeGreaterThanOrEqual(10);
    expect(server.requests.length).toBeLessThanOrEqual(20);
    // All the others got a permit a second later, and nobody used it.
    expect(app.logs().filter(({ why }) => why?.includes('not sent'))).toHaveLength(30 - server.requests.length);
  });
});

describe('repeats', () => {
  it('end after three where there is little traffic, and are counted', async () => {
    server.answer = json({}, 503);
    for (let reads = 0; reads < 4; reads++) await provider.me().catch(() => undefined);
    expect(server.requests).toHaveLength(4 + 3);
    expect(await app.metrics.registry.metrics()).toMatch(/^slotbridge_provider_retries_total\{.*\} 3$/m);
  });
});

describe("a deadline of the caller's request", () => {
  it('cuts a read that is under way', async () => {
    const { handler, arrived } = held();
    server.answer = handler;
    const caller = new AbortController();
    const reading = underDeadline(caller.signal, () => provider.me());
    const cut = new Promise((done) => void arrived.then((response) => response.once('close', done)));
    await arrived;
    caller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await cut;
    expect(server.requests).toHaveLength(1);
  });

  it('never cuts a write that has left', async () => {
    const { handler, arrived } = held();
    server.answer = handler;
    const caller = new AbortController();
    const writing = underDeadline(caller.signal, () =>
      atOnce(provider).createWebhook(
        { level: 'account' },
        { url: 'https://hook.example/x', secret: 'secret', triggers: ['BOOKING_CREATED'] },
      ),
    );
    const response = await arrived;
    caller.abort();
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'success', data: webhook() }));
    await expect(writing).resolves.toMatchObject({ providerId: 'w-1' });
  });

  it('keeps everything from being sent that had not left', async () => {
    server.answer = success(ME);
    await underDeadline(AbortSignal.abort(), async () => {
      await expect(provider.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(atOnce(provider).cancel('uid', 'reason')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
    expect(sentPaths()).toEqual([]);
  });

  it('does not bind work with a signal of its own', async () => {
    server.answer = success(ME);
    const own = AbortSignal.timeout(10_000);
    await underDeadline(AbortSignal.abort(), () => provider.me({ signal: own }));
    expect(sentPaths()).toEqual(['GET /v2/me']);
  });
});

function webhook(): Record<string, unknown> {
  const triggers = ['BOOKING_CREATED'];
  return {
    id: 'w-1',
    subscriberUrl: 'https://hook.example/x',
    active: true,
    triggers,
    payloadTemplate: null,
    secret: 's',
  };
}
