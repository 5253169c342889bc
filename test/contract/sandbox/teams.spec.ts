import { Answer } from '../fidelity/sandbox-client';
import { DAY, SandboxWorld } from './sandbox-world';

describe('the event types of a team', () => {
  let world: SandboxWorld;
  let team: number;
  let ids: number[];

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.fresh();
    const { owner, other } = world.client;
    const members = [owner.username, other.username];
    const made = await world.client.control('POST', '/_sandbox/teams', { name: 'Crew', slug: 'crew', members });
    team = made.id as number;
    ids = (made.members as { userId: number }[]).map(({ userId }) => userId);
  });

  const ask = (method: string, tail: string, body?: unknown): Promise<Answer> =>
    world.client.send({ method, path: `/v2/teams/${team}${tail}`, account: world.client.owner.key, body });
  const create = (more: Record<string, unknown>, slug = 'cut'): Promise<Answer> =>
    ask('POST', '/event-types', { title: 'Cut', slug, lengthInMinutes: 30, ...more });
  const made = async (more: Record<string, unknown>, slug?: string): Promise<number> =>
    (await create(more, slug)).body.data.id as number;
  const hosts = (...more: Record<string, unknown>[]): Record<string, unknown>[] =>
    ids.map((userId, index) => ({ userId, ...more[index] }));
  /** 15:00 to 16:00 UTC: the hour in which both work; bookings of the second host end at 22:00. */
  const hostOf = async (type: number, time: string): Promise<string> => {
    const { body } = await world.book(type, time);
    return body.data?.hosts[0].username ?? body.error.message;
  };

  it('are created with a scheduling type and hosts, read, changed and deleted', async () => {
    const given = hosts({ mandatory: true, priority: 'high' }, { mandatory: false, priority: 'low' });
    const created = await create({ schedulingType: 'roundRobin', hosts: given });
    expect(created.status).toBe(201);
    expect(created.body.data).toMatchObject({ teamId: team, schedulingType: 'roundRobin', hosts: given });
    const { id } = created.body.data;
    const changed = await ask('PATCH', `/event-types/${id}`, { title: 'Cut and wash', hosts: given.slice(1) });
    expect(changed.body.data).toMatchObject({ title: 'Cut and wash', hosts: given.slice(1) });
    expect((await ask('GET', `/event-types/${id}`)).body.data).toMatchObject({ id, hosts: given.slice(1) });
    expect((await ask('GET', '/event-types')).body.data).toHaveLength(1);
    expect((await ask('DELETE', `/event-types/${id}`)).body.data).toMatchObject({ id, slug: 'cut' });
    expect((await ask('GET', `/event-types/${id}`)).status).toBe(404);
  });

  it('have all members for hosts when told so, those who come later too', async () => {
    const type = await made({ schedulingType: 'collective', assignAllTeamMembers: true });
    const shown = (): Promise<Answer> => ask('GET', `/event-types/${type}`);
    const userIds = async (): Promise<number[]> =>
      (await shown()).body.data.hosts.map(({ userId }: { userId: number }) => userId);
    expect((await shown()).body.data.assignAllTeamMembers).toBe(true);
    expect(await userIds()).toEqual(ids);
    const third = { ...world.client.owner, key: 'cal_third', username: 'third', email: 'third@sandbox.example' };
    const { id } = await world.client.control('POST', '/_sandbox/accounts', third);
    await ask('POST', '/memberships', { userId: id });
    expect(await userIds()).toEqual([...ids, id]);
  });

  it.each([
    ['no scheduling type', {}, 'schedulingType'],
    ['an unknown scheduling type', { schedulingType: 'ROUND_ROBIN' }, 'schedulingType'],
    ['hosts that are no list', { schedulingType: 'collective', hosts: 7 }, 'hosts'],
    ['hosts without a userId', { schedulingType: 'collective', hosts: [{ id: 7 }] }, 'hosts'],
    ['an unknown priority', { schedulingType: 'collective', hosts: [{ userId: 7, priority: 'top' }] }, 'hosts'],
  ])('are refused with %s', async (_what, more, property) => {
    const { status, body } = await create(more);
    expect([status, body.error.details.errors[0].property]).toEqual([400, property]);
  });

  it('are refused with a host from outside the team, and with a slug that the team has', async () => {
    expect((await create({ schedulingType: 'collective', hosts: [{ userId: 999_999 }] })).status).toBe(404);
    const type = await made({ schedulingType: 'collective', hosts: hosts() });
    const changed = await ask('PATCH', `/event-types/${type}`, { hosts: [{ userId: 999_999 }] });
    expect(changed.status).toBe(404);
    expect((await create({ schedulingType: 'collective', hosts: hosts() })).status).toBe(400);
    await made({ schedulingType: 'collective', hosts: hosts() }, 'other');
    expect((await ask('PATCH', `/event-types/${type}`, { slug: 'other' })).status).toBe(400);
  });

  it('of a managed type pass changes on to the types of its members', async () => {
    const [parent] = (await create({ schedulingType: 'managed', hosts: hosts().slice(0, 1) })).body.data;
    const personal = async (account: string): Promise<string[]> => {
      const path = '/v2/event-types';
      const types: { title: string }[] = await world.client.ok({ method: 'GET', path, version: '2024-06-14', account });
      return types.map(({ title }) => title);
    };
    const { owner, other } = world.client;
    expect([await personal(owner.key), await personal(other.key)]).toEqual([['Cut'], []]);
    const changed = await ask('PATCH', `/event-types/${parent.id}`, { title: 'Trim', hosts: hosts() });
    expect(changed.body.data).toMatchObject([{ id: parent.id, title: 'Trim', schedulingType: 'managed' }]);
    expect([await personal(owner.key), await personal(other.key)]).toEqual([['Trim'], ['Trim']]);
  });

  it('of a round-robin go to the free host of the highest priority first, then to the others', async () => {
    const type = await made({ schedulingType: 'roundRobin', hosts: hosts({ priority: 'low' }, { priority: 'high' }) });
    const { owner, other } = world.client;
    expect(await hostOf(type, '15:00')).toBe(other.username);
    const second = { name: 'Bob', email: 'bob@sandbox.example', timeZone: 'UTC' };
    const body = { eventTypeId: type, start: `${DAY}T15:00:00Z`, attendee: second };
    expect((await world.post('/v2/bookings', body)).body.data.hosts[0].username).toBe(owner.username);
  });

  it('of a round-robin have their mandatory hosts always, and one of the others', async () => {
    const type = await made({ schedulingType: 'roundRobin', hosts: hosts({ mandatory: true }) });
    const { owner, other } = world.client;
    const slots = await world.client.ok({
      method: 'GET',
      path: `/v2/slots?eventTypeId=${type}&start=${DAY}&end=${DAY}`,
      version: '2024-09-04',
    });
    // Both work from 14:00 to 16:00 UTC only.
    expect(slots[DAY].map(({ start }: { start: string }) => start.slice(11, 16))).toEqual([
      ...['14:00', '14:30', '15:00', '15:30'],
    ]);
    const { data } = (await world.book(type, '15:00')).body;
    expect(data.hosts.map(({ username }: { username: string }) => username)).toEqual([owner.username]);
    expect(data.attendees[0].email).toBe(other.email);
    expect(await hostOf(type, '17:00')).toMatch(/^One of the hosts either already has booking/);
  });

  describe('tell of their bookings', () => {
    const triggers = ['BOOKING_CREATED', 'BOOKING_CANCELLED'];
    const subscribe = (path: string, name: string): Promise<Answer> =>
      world.client.send({
        ...{ method: 'POST', path, account: world.client.owner.key },
        body: { active: true, subscriberUrl: world.subscriber.urlOf(name), triggers, secret: 's' },
      });
    const bookAndCancel = async (type: number): Promise<void> => {
      const { uid } = (await world.book(type, '15:00')).body.data;
      await world.post(`/v2/bookings/${uid}/cancel`, { cancellationReason: 'x' });
    };

    it('the subscribers of the team type, and not those of the account', async () => {
      const type = await made({ schedulingType: 'collective', hosts: hosts() });
      await world.subscribe('account');
      expect((await subscribe(`/v2/teams/${team}/event-types/${type}/webhooks`, 'type')).status).toBe(201);
      await bookAndCancel(type);
      expect(world.subscriber.triggers('type')).toEqual(triggers);
      expect(world.subscriber.triggers('account')).toEqual([]);
    });

    it('of a personal type the subscribers of the type and those of the account', async () => {
      const type = await world.eventType('personal');
      await world.subscribe('account');
      await subscribe(`/v2/event-types/${type}/webhooks`, 'type');
      await bookAndCancel(type);
      expect([world.subscriber.triggers('type'), world.subscriber.triggers('account')]).toEqual([triggers, triggers]);
    });

    it('of the child of a managed type the subscribers of its parent and those of the account', async () => {
      const [parent] = (await create({ schedulingType: 'managed', assignAllTeamMembers: true })).body.data;
      await world.subscribe('account');
      await subscribe(`/v2/teams/${team}/event-types/${parent.id}/webhooks`, 'parent');
      const [child]: { id: number }[] = await world.client.ok({
        ...{ method: 'GET', path: '/v2/event-types', version: '2024-06-14' },
      });
      await bookAndCancel(child?.id ?? 0);
      expect([world.subscriber.triggers('parent'), world.subscriber.triggers('account')]).toEqual([triggers, triggers]);
    });

    it('nobody any more once the subscriptions of the type were deleted together', async () => {
      const type = await made({ schedulingType: 'collective', hosts: hosts() });
      const path = `/v2/teams/${team}/event-types/${type}/webhooks`;
      await subscribe(path, 'one');
      await subscribe(path, 'two');
      expect((await ask('DELETE', `/event-types/${type}/webhooks`)).status).toBe(200);
      await bookAndCancel(type);
      expect(world.subscriber.triggers()).toEqual([]);
    });

    it('and have no subscriptions under the name of another team', async () => {
      const type = await made({ schedulingType: 'collective', hosts: hosts() });
      const members = [world.client.owner.username];
      const other = await world.client.control('POST', '/_sandbox/teams', { name: 'Other', slug: 'other', members });
      expect((await subscribe(`/v2/teams/${other.id}/event-types/${type}/webhooks`, 'x')).status).toBe(404);
    });
  });
});
