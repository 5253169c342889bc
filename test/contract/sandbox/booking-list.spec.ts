import { plusDays } from '../fidelity/days';
import { Answer } from '../fidelity/sandbox-client';
import { DAY, SandboxWorld } from './sandbox-world';

const HOUR_MS = 3_600_000;

describe('the list of bookings', () => {
  let world: SandboxWorld;
  let type: number;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.fresh();
    type = await world.eventType('list');
  });

  const list = (query: string, account = world.client.owner.key): Promise<Answer> =>
    world.client.send({ method: 'GET', path: `/v2/bookings?${query}`, version: '2024-08-13', account });
  const starts = async (query: string, account?: string): Promise<string[]> => {
    const { body } = await list(query, account);
    return (body.data as { start: string }[]).map(({ start }) => start.slice(11, 16));
  };
  const cancel = (uid: string): Promise<unknown> =>
    world.client.change(uid, 'cancel', { cancellationReason: 'x' }) as Promise<unknown>;

  it('tells the statuses apart, and gives past and cancelled ones from the latest on', async () => {
    const pending = await world.client.eventType('asks', { confirmationPolicy: { type: 'always' } });
    const recurrence = { interval: 1, occurrences: 2, frequency: 'weekly' };
    const series = await world.client.eventType('series', { recurrence });
    await world.client.book(type, `${DAY}T08:00:00Z`, 'a');
    await world.client.book(pending, `${DAY}T09:00:00Z`, 'b');
    await world.client.book(series, `${DAY}T10:00:00Z`, 'c');
    for (const time of ['11:00', '12:00']) await cancel((await world.book(type, time)).body.data.uid as string);

    expect(await starts('status=upcoming')).toEqual(['08:00', '09:00', '10:00', '10:00']);
    expect(await starts('status=unconfirmed')).toEqual(['09:00']);
    expect(await starts('status=recurring')).toEqual(['10:00', '10:00']);
    expect(await starts('status=cancelled')).toEqual(['12:00', '11:00']);
    expect(await starts('status=cancelled&sortStart=asc')).toEqual(['11:00', '12:00']);
    expect(await starts('status=unconfirmed,cancelled')).toEqual(['09:00', '11:00', '12:00']);
    expect(await starts('status=past')).toEqual([]);
    world.advance(Date.parse(`${DAY}T09:45:00Z`) - Date.now());
    expect(await starts('status=past')).toEqual(['09:00', '08:00']);
    expect(await starts('status=upcoming')).toEqual(['10:00', '10:00']);
  });

  it('finds by attendee and uid as whole words, spaces around them aside', async () => {
    await world.client.book(type, `${DAY}T08:00:00Z`, 'a');
    const { uid } = await world.client.book(type, `${DAY}T09:00:00Z`, 'b');
    expect(await starts('attendeeEmail=b@gold.example')).toEqual(['09:00']);
    expect(await starts('attendeeName=%20Gold%20a%20')).toEqual(['08:00']);
    expect(await starts('attendeeName=Gold')).toEqual([]);
    expect(await starts(`bookingUid=${uid}`)).toEqual(['09:00']);
  });

  it('takes one type or several, and refuses only when none of them exists', async () => {
    const other = await world.eventType('other');
    await world.book(type, '08:00');
    await world.book(other, '09:00');
    expect(await starts(`eventTypeId=${other}`)).toEqual(['09:00']);
    expect(await starts(`eventTypeIds=${type},${other}`)).toEqual(['08:00', '09:00']);
    expect(await starts(`eventTypeIds=${other},999999999`)).toEqual(['09:00']);
    const unknown = await list('eventTypeIds=999999998,999999999');
    expect([unknown.status, unknown.body.error.code]).toEqual([400, 'TRPCError']);
  });

  it('keeps to a range by start and end, both ends included', async () => {
    for (const time of ['08:00', '09:00', '10:00']) await world.book(type, time);
    expect(await starts(`afterStart=${DAY}T09:00:00Z`)).toEqual(['09:00', '10:00']);
    expect(await starts(`beforeEnd=${DAY}T09:30:00Z`)).toEqual(['08:00', '09:00']);
    expect(await starts(`afterStart=${DAY}T08:30:00Z&beforeEnd=${DAY}T10:00:00Z`)).toEqual(['09:00']);
  });

  it('thins out data by the times of creation and change, before it cuts pages, but not the totals', async () => {
    const { uid } = (await world.book(type, '08:00')).body.data;
    world.advance(HOUR_MS);
    await world.book(type, '09:00');
    await world.book(type, '10:00');
    world.advance(HOUR_MS);
    await cancel(uid as string);
    const now = Date.now();
    const since = (hours: number): string => encodeURIComponent(new Date(now + hours * HOUR_MS).toISOString());
    expect(await starts(`afterCreatedAt=${since(0.5)}`)).toEqual(['09:00', '10:00']);
    expect(await starts(`beforeCreatedAt=${since(0.5)}`)).toEqual(['08:00']);
    expect(await starts(`afterUpdatedAt=${since(1.5)}`)).toEqual(['08:00']);
    expect(await starts(`beforeUpdatedAt=${since(1.5)}`)).toEqual(['09:00', '10:00']);
    expect(await starts(`afterCreatedAt=${since(0.5)}&take=1&skip=1`)).toEqual(['10:00']);
    const { pagination } = (await list(`afterUpdatedAt=${since(1.5)}`)).body;
    expect(pagination).toMatchObject({ returnedItems: 1, totalItems: 3, totalPages: 1 });
  });

  it.each([
    ['sortStart', ['10:00', '09:00', '08:00']],
    ['sortEnd', ['10:00', '09:00', '08:00']],
    ['sortCreated', ['08:00', '10:00', '09:00']],
    ['sortUpdatedAt', ['10:00', '08:00', '09:00']],
  ])('sorts by %s both ways', async (sort, expected) => {
    const made: Record<string, string> = {};
    for (const time of ['09:00', '10:00', '08:00']) {
      made[time] = (await world.book(type, time)).body.data.uid as string;
      world.advance(HOUR_MS);
    }
    await cancel(made['10:00'] ?? '');
    expect(await starts(`${sort}=desc`)).toEqual(expected);
    expect(await starts(`${sort}=asc`)).toEqual([...expected].reverse());
  });

  it('still shows a seated booking whose last seat was given back', async () => {
    const seats = { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true };
    const seated = await world.client.eventType('seated', { seats });
    const { uid, seatUid } = await world.client.book(seated, `${DAY}T08:00:00Z`, 'seat');
    await world.client.change(uid as string, 'cancel', { seatUid, cancellationReason: 'x' });
    expect(await starts('status=cancelled')).toEqual(['08:00']);
  });

  describe('of people in a team', () => {
    let team: number;
    let teamType: number;

    beforeEach(async () => {
      const { owner, other } = world.client;
      const members = [owner.username, other.username];
      team = (await world.client.control('POST', '/_sandbox/teams', { name: 'Crew', slug: 'crew', members })).id;
      const body = {
        ...{ title: 'Team', slug: 'team', lengthInMinutes: 30, schedulingType: 'collective' },
        assignAllTeamMembers: true,
      };
      teamType = (await world.client.ok({ method: 'POST', path: `/v2/teams/${team}/event-types`, body })).id;
      await world.book(teamType, '15:00');
      await world.book(await world.eventType('own', other.key), '17:00', other.key);
      await world.client.book(type, `${plusDays(DAY, 1)}T08:00:00Z`, 'owner');
    });

    it('shows the owner of the team what its members have, and a member no more than his own', async () => {
      expect(await starts('')).toEqual(['15:00', '17:00', '08:00']);
      expect(await starts('', world.client.other.key)).toEqual(['15:00', '17:00']);
    });

    it('keeps to the types of one team or of several, children of managed types included', async () => {
      const body = {
        ...{ title: 'Managed', slug: 'managed', lengthInMinutes: 30, schedulingType: 'managed' },
        assignAllTeamMembers: true,
      };
      await world.client.ok({ method: 'POST', path: `/v2/teams/${team}/event-types`, body });
      const mine: { id: number; slug: string }[] = await world.client.ok({
        ...{ method: 'GET', path: '/v2/event-types', version: '2024-06-14' },
      });
      await world.book(mine.find(({ slug }) => slug === 'managed')?.id ?? 0, '10:00');
      expect(await starts(`teamId=${team}`)).toEqual(['10:00', '15:00']);
      expect(await starts(`teamsIds=${team},999999`)).toEqual(['10:00', '15:00']);
    });

    it('ignores a team that has no types, instead of finding nothing', async () => {
      expect(await starts('teamId=999999')).toEqual(['15:00', '17:00', '08:00']);
    });
  });
});
