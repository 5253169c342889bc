import { createHash, createHmac } from 'node:crypto';
import { SandboxWorld } from './sandbox-world';

describe('the logs of calls and webhooks', () => {
  let world: SandboxWorld;
  let type: number;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.fresh();
    type = await world.eventType('logged');
  });

  const calls = (query = ''): Promise<any[]> => world.client.control('GET', `/_sandbox/calls${query}`);
  const fingerprint = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

  it('say of a call what was asked with which key and version, and what was answered', async () => {
    const answer = await world.book(type, '08:00');
    const [call] = await calls('?operation=bookings.create');
    expect(call).toMatchObject({
      operation: 'bookings.create',
      method: 'POST',
      path: '/v2/bookings',
      query: {},
      apiVersion: '2024-08-13',
      key: fingerprint(world.client.owner.key),
      body: { eventTypeId: type, attendee: { email: 'ada@sandbox.example' } },
      status: 201,
      answer: answer.body,
    });
    expect(Math.abs(Date.parse(call.at as string) - Date.now())).toBeLessThan(60_000);
  });

  it('hold refused, unknown and cut calls as well, a cut one with status 0', async () => {
    await world.order({ scenario: 'answer-lost', operation: 'bookings.create' });
    await expect(world.book(type, '08:00')).rejects.toThrow('fetch failed');
    await world.client.send({ method: 'GET', path: '/v2/nothing?x=1' });
    await world.client.send({ method: 'GET', path: '/v2/me', account: 'cal_nobody' });
    const [, ...rest] = await calls();
    expect(rest.map(({ operation, status, key }) => [operation, status, key])).toEqual([
      ['bookings.create', 0, fingerprint(world.client.owner.key)],
      ['unrouted', 404, null],
      ['me.get', 401, fingerprint('cal_nobody')],
    ]);
  });

  it('can be asked for one key, one operation, and what came after an entry', async () => {
    const me = (account: string): Promise<unknown> => world.client.send({ method: 'GET', path: '/v2/me', account });
    await me(world.client.owner.key);
    await me(world.client.other.key);
    const all = await calls();
    expect(all.map(({ operation }) => operation)).toEqual(['eventTypes.create', 'me.get', 'me.get']);
    expect(await calls(`?key=${world.client.other.key}`)).toEqual([all[2]]);
    expect(await calls('?operation=me.get')).toEqual(all.slice(1));
    expect(await calls(`?after=${all[1].id}`)).toEqual([all[2]]);
  });

  it('never hold a raw key, not even one that was sent in the wrong place', async () => {
    const { key } = world.client.owner;
    await world.book(type, '08:00');
    await world.client.send({ method: 'GET', path: `/v2/me?apiKey=${key}` });
    await world.client.send({ method: 'GET', path: `/v2/nothing/${key}?apiKey=${key}`, account: key });
    await world.client.send({ method: 'POST', path: '/v2/bookings', version: '2024-08-13', body: { apiKey: key } });
    await world.client.send({ method: 'GET', path: '/v2/me', headers: { authorization: key } });
    const log = await calls();
    expect(log).toHaveLength(6);
    expect(JSON.stringify(log)).not.toContain(key);
    expect(JSON.stringify(log)).toContain(fingerprint(key));
  });

  it('hold of a webhook the bytes and the signature that the subscriber received', async () => {
    await world.subscribe('logged');
    const { uid } = (await world.book(type, '08:00')).body.data;
    const [received] = await world.subscriber.atLeast(1);
    const log: any[] = await world.client.control('GET', '/_sandbox/webhooks');
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({
      url: world.subscriber.urlOf('logged'),
      trigger: 'BOOKING_CREATED',
      uid,
      body: received?.raw,
      signature: createHmac('sha256', 'hook-secret')
        .update(received?.raw ?? '')
        .digest('hex'),
      status: 200,
      beforeAnswer: true,
    });
    expect(await world.client.control('GET', `/_sandbox/webhooks?after=${log[0].id}`)).toEqual([]);
  });

  it('do not list the calls to the control routes themselves', async () => {
    await world.client.control('GET', '/_sandbox/settings');
    expect((await calls()).map(({ operation }) => operation)).toEqual(['eventTypes.create']);
  });
});
