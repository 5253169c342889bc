import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { atOnce } from './at-once';
import { ProviderApp, startProviders } from './provider-app';
import { Handler, ScriptedServer, startScriptedServer, success } from './scripted-server';

const MB = 1024 * 1024;
const ATTACKS = 8;
/** Enough that only the limit of bytes can be what cuts. */
const LONG_MS = 15_000;
const SHORT_MS = 1_000;
/** A call takes milliseconds, and on a crowded machine one of hundreds a second. */
const NOTICED_MS = 2_000;
/** The other connection's load: twenty calls a second. */
const BETWEEN_CALLS_MS = 50;
/** What fits into 5 MB of answer and the buffers of two sockets on the way; a tenth of a percent of what is offered. */
const SENT_MAX = 32 * MB;
const ME = { id: 1, email: 'm@x.example', username: 'maria', name: 'Maria', timeZone: 'Europe/Berlin' };

let hostile: ScriptedServer;
let healthy: ScriptedServer;
let app: ProviderApp;
let victim: SchedulingProvider;
let bystander: SchedulingProvider;
/** What the hostile server has sent, one entry an answer. */
let answers: { bytes: number; cut: Promise<void> }[];

beforeAll(async () => {
  hostile = await startScriptedServer();
  healthy = await startScriptedServer();
  healthy.answer = success(ME);
});
beforeEach(() => {
  answers = [];
  hostile.requests = [];
  healthy.requests = [];
});
afterEach(() => app.close());
afterAll(() => {
  hostile.close();
  healthy.close();
});

async function start(timeoutMs: number): Promise<void> {
  app = await startProviders({ timeoutMs, retryAttempts: 0 });
  victim = app.provider(hostile.url, 'cal_victim');
  bystander = app.provider(healthy.url, 'cal_bystander');
}

function begin(response: ServerResponse, headers: Record<string, string>) {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  const answer = { bytes: 0, cut: new Promise<void>((done) => response.once('close', done)) };
  answers.push(answer);
  return answer;
}

/** White space is valid before JSON, so nothing but its size gives an answer away. */
const WHITE = Buffer.alloc(64 * 1024, ' ');

/** Sends the same chunk until nobody listens any more, as fast as it is taken. */
const pouring = (chunk: Buffer, headers: Record<string, string>): Handler => {
  return (_request, response) => {
    const answer = begin(response, headers);
    const pour = (): void => {
      let taken = true;
      while (taken && !response.destroyed) {
        answer.bytes += chunk.length;
        taken = response.write(chunk);
      }
      response.once('drain', pour);
    };
    pour();
  };
};

/** 64 KB on the wire that become 64 MB. */
const BOMB = gzipSync(Buffer.alloc(64 * MB, ' '));
const bomb: Handler = (_request, response) => {
  begin(response, { 'content-encoding': 'gzip' }).bytes = BOMB.length;
  response.end(BOMB);
};

/** A thousand bytes unpacked for each one on the wire, without an end. */
const endlessBomb: Handler = (_request, response) => {
  const answer = begin(response, { 'content-encoding': 'gzip' });
  const gzip = createGzip();
  gzip.on('data', (packed: Buffer) => {
    answer.bytes += packed.length;
    response.write(packed);
  });
  const pour = (): void => void (response.destroyed ? gzip.destroy() : gzip.write(WHITE, () => setImmediate(pour)));
  pour();
};

const oneByteEachTenSeconds: Handler = (_request, response) => {
  begin(response, {});
  const drip = () => void response.write(' ');
  drip();
  const timer = setInterval(drip, 10_000);
  response.once('close', () => clearInterval(timer));
};

/** Reads and writes at the hostile provider, while the other connection goes on calling until they have ended. */
async function underAttack(): Promise<{ failures: unknown[]; callsOfOther: number; slowestMs: number }> {
  let attacking = true;
  const attacks = Array.from({ length: ATTACKS }, (_, n) => (n % 2 ? atOnce(victim).confirm(`uid-${n}`) : victim.me()));
  const ended = Promise.allSettled(attacks).finally(() => (attacking = false));
  let [callsOfOther, slowestMs] = [0, 0];
  do {
    const startedAt = performance.now();
    expect(await bystander.me()).toMatchObject({ username: 'maria' });
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    callsOfOther += 1;
    await pause(BETWEEN_CALLS_MS);
  } while (attacking);
  const failures = (await ended).map((result) => (result.status === 'rejected' ? result.reason : result.value));
  return { failures, callsOfOther, slowestMs };
}

/** Reads were in vain; what became of the writes is not known. */
function expectCut(failures: unknown[], fault: string): void {
  const [read, write] = [
    { code: 'UNAVAILABLE', message: `me.get: ${fault}` },
    { code: 'OUTCOME_UNKNOWN', message: `bookings.confirm: ${fault}` },
  ];
  expect(failures).toMatchObject(failures.map((_, n) => (n % 2 ? write : read)));
}

describe('a hostile provider', () => {
  it.each([
    ['10 GB', pouring(WHITE, { 'content-length': String(10 * 1024 * MB) })],
    ['an answer that announces no length and never ends', pouring(WHITE, {})],
    ['64 MB packed into 64 KB', bomb],
    ['a packed answer that never ends', endlessBomb],
  ])('that sends %s is cut after 5 MB, and another connection does not notice', async (_what, attack) => {
    await start(LONG_MS);
    hostile.answer = attack;
    const { failures, callsOfOther, slowestMs } = await underAttack();
    expectCut(failures, 'ANSWER_TOO_LARGE');
    await Promise.all(answers.map(({ cut }) => cut));
    expect(answers).toHaveLength(ATTACKS);
    expect(Math.max(...answers.map(({ bytes }) => bytes))).toBeLessThan(SENT_MAX);
    expect(slowestMs).toBeLessThan(NOTICED_MS);
    expect(healthy.requests).toHaveLength(callsOfOther);
  });

  it('that sends one byte each 10 s is cut when the time is up, and another connection does not notice', async () => {
    await start(SHORT_MS);
    hostile.answer = oneByteEachTenSeconds;
    const { failures, callsOfOther, slowestMs } = await underAttack();
    expectCut(failures, 'ERR_CANCELED');
    await Promise.all(answers.map(({ cut }) => cut));
    expect(slowestMs).toBeLessThan(NOTICED_MS);
    expect(healthy.requests).toHaveLength(callsOfOther);
  });
});

describe('the key of a connection', () => {
  const keysAt = (server: ScriptedServer) => new Set(server.requests.map(({ headers }) => headers.authorization));

  it('goes to its own host only, when connections call side by side and take turns on kept sockets', async () => {
    await start(LONG_MS);
    hostile.answer = success(ME);
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? victim : bystander).me()));
    }
    expect([hostile.requests.length, healthy.requests.length]).toEqual([50, 50]);
    expect(keysAt(hostile)).toEqual(new Set(['Bearer cal_victim']));
    expect(keysAt(healthy)).toEqual(new Set(['Bearer cal_bystander']));
  });

  it.each([301, 302, 303, 307, 308])('is not carried along by a redirect (%i)', async (status) => {
    await start(LONG_MS);
    hostile.answer = (_request, response) => response.writeHead(status, { location: `${healthy.url}/v2/me` }).end();
    await expect(victim.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(atOnce(victim).confirm('uid')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(healthy.requests).toHaveLength(0);
  });
});
