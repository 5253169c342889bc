import { Answer } from '../fidelity/sandbox-client';
import { SandboxWorld } from './sandbox-world';

/** Three calls a minute, then blocked for ten seconds: shorter than the window, so that both can be told apart. */
const SHORT_BLOCK = { limit: 3, windowMs: 60_000, blockMs: 10_000 };
const LONG_BLOCK = { limit: 3, windowMs: 5_000, blockMs: 60_000 };

describe('the rate limit over HTTP', () => {
  let world: SandboxWorld;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  const me = (account: string | undefined = world.client.owner.key): Promise<Answer> =>
    world.client.send({ method: 'GET', path: '/v2/me', account });
  const statuses = async (count: number): Promise<number[]> => {
    const answers: number[] = [];
    for (let call = 0; call < count; call += 1) answers.push((await me()).status);
    return answers;
  };
  const limitHeaders = ({ headers }: Answer): (string | undefined)[] =>
    ['limit', 'remaining', 'reset'].map((name) => headers[`x-ratelimit-${name}-default`]);

  it('counts down in the headers of every answer', async () => {
    await world.fresh({ rateLimit: LONG_BLOCK });
    const answers = [await me(), await me(), await me()];
    expect(answers.map(limitHeaders).map(([limit, remaining]) => [limit, remaining])).toEqual([
      ['3', '2'],
      ['3', '1'],
      ['3', '0'],
    ]);
    expect(answers.map((answer) => Number(limitHeaders(answer)[2]))).toEqual([5, 5, 5]);
  });

  it('refuses the call too many with 429, the seconds of the block, and no Retry-After', async () => {
    await world.fresh({ rateLimit: LONG_BLOCK });
    await statuses(3);
    const refused = await me();
    expect(refused.status).toBe(429);
    expect(limitHeaders(refused)).toEqual(['3', '0', '60']);
    expect(refused.headers['retry-after']).toBeUndefined();
    const message = 'CustomThrottlerGuard - Too many requests. Please try again later.';
    expect(refused.body.error).toEqual({ code: 'ThrottlerException', message, details: message });
  });

  it('keeps the block to its end though the window is over, and lets calls in again then', async () => {
    await world.fresh({ rateLimit: LONG_BLOCK });
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    world.advance(30_000);
    expect(await statuses(3)).toEqual([429, 429, 429]);
    world.advance(31_000);
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });

  it('counts the hits of a block too: after a block shorter than the window the next call is blocked anew', async () => {
    await world.fresh({ rateLimit: SHORT_BLOCK });
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    world.advance(11_000);
    expect(await statuses(1)).toEqual([429]);
    world.advance(60_000);
    expect(await statuses(1)).toEqual([200]);
  });

  it('starts counting afresh with the next window when nobody was blocked', async () => {
    await world.fresh({ rateLimit: SHORT_BLOCK });
    await statuses(3);
    world.advance(60_001);
    expect(await statuses(3)).toEqual([200, 200, 200]);
  });

  it('blocks a key on public endpoints too, but neither another key nor a caller without one', async () => {
    await world.fresh({ rateLimit: LONG_BLOCK });
    await statuses(4);
    const slots = (account?: string): Promise<Answer> =>
      world.client.send({ method: 'GET', path: '/v2/slots', version: '2024-09-04', account });
    expect((await slots(world.client.owner.key)).status).toBe(429);
    expect((await slots()).status).toBe(400);
    expect((await me(world.client.other.key)).status).toBe(200);
  });

  it('keeps refused calls from having any effect', async () => {
    await world.fresh({ rateLimit: { ...LONG_BLOCK, limit: 1 } });
    const type = await world.eventType('blocked');
    expect((await world.book(type, '08:00')).status).toBe(429);
    expect(await world.booked()).toEqual([]);
  });

  it('counts neither a bad key nor an unknown route', async () => {
    await world.fresh({ rateLimit: LONG_BLOCK });
    const bad = await me('cal_nobody');
    const unknown = await world.client.send({ method: 'GET', path: '/v2/nothing', account: world.client.owner.key });
    expect([bad.status, unknown.status]).toEqual([401, 404]);
    expect([...limitHeaders(bad), ...limitHeaders(unknown)]).toEqual(Array(6).fill(undefined));
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });

  it('says the epoch second of the reset instead of the seconds left when it is told to', async () => {
    await world.fresh({ rateLimit: { ...LONG_BLOCK, limit: 1 }, rateLimitReset: 'epoch' });
    const before = Math.floor(Date.now() / 1000);
    const resets = [await me(), await me()].map((answer) => Number(limitHeaders(answer)[2]));
    const after = Math.ceil(Date.now() / 1000);
    // The window ends 5 s after the first call, the block 60 s after the second.
    for (const [index, seconds] of [5, 60].entries()) {
      expect(resets[index]).toBeGreaterThanOrEqual(before + seconds);
      expect(resets[index]).toBeLessThanOrEqual(after + seconds);
    }
    await world.fresh({ rateLimitReset: 'epoch' });
    await world.order({ scenario: 'rate-limited', operation: 'me.get', delayMs: 30_000 });
    expect(Number(limitHeaders(await me())[2])).toBeGreaterThanOrEqual(before + 30);
  });

  it.each([
    ['a limit of nothing', { rateLimit: { ...LONG_BLOCK, limit: 0 } }],
    ['a limit without a block', { rateLimit: { limit: 3, windowMs: 1_000 } }],
    ['a reset in minutes', { rateLimitReset: 'minutes' }],
    ['a switch that is no switch', { hosted: 'on' }],
    ['a misspelt setting', { rateLimits: null }],
    ['no settings', []],
  ])('refuses %s, and changes nothing', async (_what, body) => {
    await world.fresh();
    const before = await world.client.control('GET', '/_sandbox/settings');
    const refused = await world.client.send({ method: 'PUT', path: '/_sandbox/settings', body });
    expect(refused.status).toBe(400);
    expect(await world.client.control('GET', '/_sandbox/settings')).toEqual(before);
  });

  it('takes a new limit at once, unblocking everybody, and none at all as none', async () => {
    await world.fresh({ rateLimit: { ...LONG_BLOCK, limit: 1 } });
    expect(await statuses(2)).toEqual([200, 429]);
    const settings = await world.client.control('PUT', '/_sandbox/settings', { rateLimit: LONG_BLOCK });
    expect(settings.rateLimit).toEqual(LONG_BLOCK);
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    await world.client.control('PUT', '/_sandbox/settings', { rateLimit: null });
    expect(await statuses(10)).toEqual(Array(10).fill(200));
  });
});
