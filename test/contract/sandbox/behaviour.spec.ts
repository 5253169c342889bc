import { changeDay, plusDays } from '../fidelity/days';
import { Answer } from '../fidelity/sandbox-client';
import { DAY, SandboxWorld } from './sandbox-world';

describe('the sandbox over HTTP', () => {
  let world: SandboxWorld;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(() => world.fresh());

  describe('teams', () => {
    const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
      world.client.send({ method, path, account: world.client.owner.key, body });

    it('exist unless they are switched off; off, every team route is as unknown as on cal.diy', async () => {
      const { id } = (await ask('POST', '/v2/teams', { name: 'Crew', slug: 'crew' })).body.data;
      await world.client.control('PUT', '/_sandbox/settings', { teams: false });
      const routes: [string, string][] = [
        ['GET', '/v2/teams'],
        ['POST', '/v2/teams'],
        ['GET', `/v2/teams/${id}`],
        ['DELETE', `/v2/teams/${id}`],
        ['GET', `/v2/teams/${id}/memberships`],
        ['GET', `/v2/teams/${id}/event-types`],
        ['POST', `/v2/teams/${id}/event-types`],
      ];
      for (const [method, path] of routes) {
        const answer = await ask(method, path, method === 'POST' ? { name: 'X', slug: 'x' } : undefined);
        expect([answer.status, answer.body.error.message]).toEqual([404, `Cannot ${method} ${path}`]);
        expect(answer.headers['x-ratelimit-limit-default']).toBeUndefined();
      }
      await world.client.control('PUT', '/_sandbox/settings', { teams: true });
      const teams = (await ask('GET', '/v2/teams')).body.data;
      expect(teams.map((team: { id: number }) => team.id)).toEqual([id]);
    });

    it('are unknown in the same words as any other unknown route', async () => {
      await world.client.control('PUT', '/_sandbox/settings', { teams: false });
      const [teams, other] = [await ask('GET', '/v2/teams'), await ask('GET', '/v2/crews')];
      const wording = (body: any, name: string): string =>
        JSON.stringify({ ...body, timestamp: 0 }).replaceAll(name, '?');
      expect(wording(teams.body, 'teams')).toBe(wording(other.body, 'crews'));
    });
  });

  describe('slots of the weeks in which Berlin changes its clocks', () => {
    const slots = async (
      type: number,
      from: string,
      to: string,
      timeZone: string,
    ): Promise<Record<string, string[]>> => {
      const path = `/v2/slots?eventTypeId=${type}&start=${from}&end=${to}&timeZone=${timeZone}`;
      const data: Record<string, { start: string }[]> = await world.client.ok({
        method: 'GET',
        path,
        version: '2024-09-04',
      });
      return Object.fromEntries(Object.entries(data).map(([day, found]) => [day, found.map(({ start }) => start)]));
    };
    const hours = (days: string[], startTime: string, endTime: string): Promise<unknown> =>
      world.client.ok({
        method: 'POST',
        path: '/v2/schedules',
        version: '2024-06-11',
        body: {
          name: 'Hours',
          timeZone: 'Europe/Berlin',
          isDefault: true,
          availability: [{ days, startTime, endTime }],
        },
      }) as Promise<unknown>;

    it.each([
      ['spring', changeDay(2), '+01:00', '+02:00'],
      ['autumn', changeDay(9), '+02:00', '+01:00'],
    ])('keep nine to five by the clock on the wall in %s (%s)', async (_season, sunday, before, after) => {
      const type = await world.eventType('wall');
      // One day more than needed: the last day after an autumn change is lost, as on the real servers.
      const found = await slots(type, plusDays(sunday, -2), plusDays(sunday, 2), 'Europe/Berlin');
      const ends = (day: string): (string | undefined)[] => [found[day]?.[0], found[day]?.at(-1)];
      const friday = plusDays(sunday, -2);
      const monday = plusDays(sunday, 1);
      expect(ends(friday)).toEqual([`${friday}T09:00:00.000${before}`, `${friday}T16:30:00.000${before}`]);
      expect(ends(monday)).toEqual([`${monday}T09:00:00.000${after}`, `${monday}T16:30:00.000${after}`]);
      expect([found[friday]?.length, found[sunday], found[monday]?.length]).toEqual([16, undefined, 16]);
    });

    it('skip the missing hour of a spring night and show the doubled one of an autumn night twice', async () => {
      await hours(['Sunday'], '01:00', '05:00');
      const type = await world.eventType('night');
      const times = async (sunday: string): Promise<string[]> => {
        const found = await slots(type, plusDays(sunday, -1), plusDays(sunday, 1), 'Europe/Berlin');
        return (found[sunday] ?? []).map((start) => start.slice(11, 16) + start.slice(23));
      };
      expect(await times(changeDay(2))).toEqual([
        ...['01:00+01:00', '01:30+01:00', '03:00+02:00', '03:30+02:00', '04:00+02:00', '04:30+02:00'],
      ]);
      expect(await times(changeDay(9))).toEqual([
        ...['01:00+02:00', '01:30+02:00', '02:00+02:00', '02:30+02:00', '02:00+01:00', '02:30+01:00'],
        ...['03:00+01:00', '03:30+01:00', '04:00+01:00', '04:30+01:00'],
      ]);
    });

    it('miss in autumn the first hour of a day that begins at midnight', async () => {
      await hours(['Sunday'], '00:00', '03:00');
      const sunday = changeDay(9);
      const found = await slots(
        await world.eventType('midnight'),
        plusDays(sunday, -1),
        plusDays(sunday, 1),
        'Europe/Berlin',
      );
      expect(found[sunday]?.[0]).toBe(`${sunday}T01:00:00.000+02:00`);
    });

    it('lose the tail of a range that ends on the day after the autumn change, in the zone asked for only', async () => {
      const type = await world.eventType('tail');
      await hours(['Monday', 'Tuesday'], '00:00', '23:59');
      const sunday = changeDay(9);
      const [monday, tuesday] = [plusDays(sunday, 1), plusDays(sunday, 2)];
      const berlin = await slots(type, sunday, monday, 'Europe/Berlin');
      const utc = await slots(type, sunday, monday, 'UTC');
      // Date-only ranges end with the UTC day, so Berlin would see half of an hour's slots of Tuesday.
      expect(berlin[tuesday]).toBeUndefined();
      expect(utc[monday]?.at(-1)).toBe(`${monday}T23:30:00.000Z`);
    });
  });

  describe('parallel bookings of one host', () => {
    it('of equal starts let one win; the losers of the race are refused in the shape of a database error', async () => {
      const type = await world.eventType('equal');
      const answers = await Promise.all(Array.from({ length: 8 }, () => world.book(type, '08:00')));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status === 400).map(({ body }) => body);
      expect(refused).toHaveLength(7);
      const lost = { statusCode: 400, message: 'An error occurred while querying the database.' };
      expect(refused).toContainEqual(lost);
      expect(await world.booked()).toEqual(['08:00 accepted']);
    });

    it('of overlapping starts are not guarded, not even across event types', async () => {
      const [type, other] = [await world.eventType('one'), await world.eventType('two')];
      const answers = await Promise.all([
        world.book(type, '08:00'),
        world.book(type, '08:05'),
        world.book(other, '08:10'),
        world.book(other, '08:15'),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(await world.booked()).toHaveLength(4);
    });

    it('one after the other are refused when they overlap', async () => {
      const type = await world.eventType('after');
      await world.book(type, '08:00');
      const late = await world.book(type, '08:05');
      expect([late.status, late.body.error.message]).toEqual([
        400,
        'User either already has booking at this time or is not available',
      ]);
    });
  });

  describe('control routes', () => {
    it('make accounts, each once per key, and list bookings of one key only', async () => {
      const again = await world.client.control('POST', '/_sandbox/accounts', world.client.owner);
      const accounts: { id: number; key: string }[] = await world.client.control('GET', '/_sandbox/accounts');
      expect(accounts.map(({ key }) => key)).toEqual([world.client.owner.key, world.client.other.key]);
      expect(again.id).toBe(accounts[0]?.id);
      await world.book(await world.eventType('mine'), '08:00');
      expect([await world.booked(), await world.booked(world.client.other.key), await world.booked('cal_x')]).toEqual([
        ['08:00 accepted'],
        [],
        [],
      ]);
    });

    it('make a team of known accounts, once per slug', async () => {
      const team = { name: 'Crew', slug: 'crew', members: [world.client.owner.username, world.client.other.username] };
      const made = await world.client.control('POST', '/_sandbox/teams', team);
      expect(await world.client.control('POST', '/_sandbox/teams', team)).toEqual(made);
      const path = `/v2/teams/${made.id}/memberships`;
      expect(await world.client.ok({ method: 'GET', path })).toHaveLength(2);
    });
  });

  it('books nothing on a day the host does not work', async () => {
    const type = await world.eventType('weekend');
    const attendee = { name: 'Ada', email: 'ada@sandbox.example', timeZone: 'UTC' };
    const body = { eventTypeId: type, start: `${plusDays(DAY, 5)}T08:00:00Z`, attendee };
    expect((await world.post('/v2/bookings', body)).status).toBe(400);
    expect(await world.booked()).toEqual([]);
  });
});
