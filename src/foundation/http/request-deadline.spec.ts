import { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { currentDeadline } from '../resilience/deadline';
import { carryDeadlines } from './request-deadline';

describe('the deadline of a request', () => {
  let server: FastifyInstance;
  let url: string;
  /** What the handler found, by the request's query. */
  let found: Map<string, AbortSignal | undefined>;
  let arrived: PromiseWithResolvers<void>;
  let mayAnswer: PromiseWithResolvers<void>;

  async function start(deadlineMs: number): Promise<void> {
    found = new Map();
    arrived = Promise.withResolvers();
    mayAnswer = Promise.withResolvers();
    server = Fastify();
    carryDeadlines(server, deadlineMs);
    server.all<{ Querystring: { name: string } }>('/', async ({ query }) => {
      await new Promise(setImmediate);
      found.set(query.name, currentDeadline());
      arrived.resolve();
      await mayAnswer.promise;
      return currentDeadline() === found.get(query.name);
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/?name=`;
  }
  afterEach(() => server.close());

  const ended = (signal: AbortSignal): Promise<unknown> =>
    signal.aborted ? Promise.resolve() : new Promise((done) => signal.addEventListener('abort', done, { once: true }));

  it('reaches the handler through a body that takes its time, and is its own for each request', async () => {
    await start(60_000);
    mayAnswer.resolve();
    const body = JSON.stringify({ text: 'x'.repeat(500_000) });
    const headers = { 'content-type': 'application/json' };
    const answers = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await fetch(url + name, { method: 'POST', headers, body })).json()),
    );
    expect(answers).toEqual([true, true, true]);
    expect(new Set(found.values()).size).toBe(3);
    expect([...found.values()].map((signal) => signal?.aborted)).toEqual([false, false, false]);
  });

  it('ends reads and writes alike when it has passed', async () => {
    await start(50);
    const answer = fetch(`${url}late`, { method: 'POST' });
    await arrived.promise;
    await ended(found.get('late')!);
    mayAnswer.resolve();
    expect((await answer).status).toBe(200);
  });

  it('ends a read when its caller goes away', async () => {
    await start(60_000);
    const caller = new AbortController();
    const answer = fetch(`${url}gone`, { signal: caller.signal });
    await arrived.promise;
    caller.abort();
    await expect(answer).rejects.toThrow();
    await ended(found.get('gone')!);
    mayAnswer.resolve();
  });

  it('does not end a write when its caller goes away', async () => {
    await start(60_000);
    const caller = new AbortController();
    const closed = new Promise((done) => server.server.once('connection', (socket) => socket.once('close', done)));
    const answer = fetch(`${url}gone`, { method: 'POST', signal: caller.signal });
    await arrived.promise;
    caller.abort();
    await expect(answer).rejects.toThrow();
    await closed;
    await new Promise(setImmediate);
    expect(found.get('gone')!.aborted).toBe(false);
    mayAnswer.resolve();
  });

  it('does not exist outside of requests', () => {
    expect(currentDeadline()).toBeUndefined();
  });
});
