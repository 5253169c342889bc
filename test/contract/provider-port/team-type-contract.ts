import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import type { EventType, TeamEventTypeDraft } from '../../../src/scheduling/words';
import { atOnce } from './at-once';
import { pages } from './list-contract';
import { PortWorld } from './port-world';

const START = Date.UTC(2027, 3, 6, 8);

/** What every adapter promises about the event types of teams, where the provider has teams. */
export function describeTeamTypes(world: PortWorld): void {
  describe(`${world.name}: event types of a team`, () => {
    let owner: SchedulingProvider;
    let member: SchedulingProvider;
    let stranger: SchedulingProvider;
    let team: string;
    let people: string[];
    beforeAll(async () => {
      const account = (): Promise<SchedulingProvider> => world.harness.account('Europe/Berlin');
      [owner, member, stranger] = [await account(), await account(), await account()];
      team = await world.harness.team('Types', [owner, member]);
      people = (await owner.teamMembers(team)).map(({ id }) => id);
    });

    let slugs = 0;
    const create = (over: TeamEventTypeDraft = {}, of = team): Promise<EventType> => {
      const draft = { title: 'Cut', slug: `cut-${++slugs}`, lengthMinutes: 30, minimumNoticeMinutes: 0 };
      return atOnce(owner).createTeamEventType(of, { ...draft, schedulingType: 'round-robin', ...over });
    };
    const hostsOf = async (id: string): Promise<string[]> =>
      (await owner.teamEventType(team, id)).hosts.map((host) => host.id);

    it.each(['round-robin', 'collective', 'managed'] as const)(
      'are created as %s, read, listed, changed and deleted',
      async (schedulingType) => {
        const made = await create({ schedulingType, title: 'Colour' });
        const known = { providerId: made.providerId, teamId: team, schedulingType, lengthMinutes: 30 };
        expect(made).toMatchObject({ ...known, title: 'Colour' });
        expect(await owner.teamEventType(team, made.providerId)).toMatchObject(known);
        expect(await member.teamEventTypes(team)).toContainEqual(expect.objectContaining(known));
        const draft = { title: 'Colour and cut', lengthMinutes: 45 };
        const changed = await atOnce(owner).updateTeamEventType(team, made.providerId, draft);
        expect(changed).toMatchObject({ ...known, ...draft });
        await atOnce(owner).deleteTeamEventType(team, made.providerId);
        const gone = owner.teamEventType(team, made.providerId);
        await expect(gone).rejects.toMatchObject({ code: 'EVENT_TYPE_NOT_FOUND' });
      },
    );

    it('are hosted by every member, or by those who are named', async () => {
      expect((await create()).hosts.map(({ id }) => id)).toEqual(people);
      expect((await create({ hostIds: [people[1]!] })).hosts.map(({ id }) => id)).toEqual([people[1]]);
    });

    it('keep their hosts when something else is changed, the kind of scheduling too', async () => {
      const { providerId } = await create({ hostIds: [people[1]!] });
      await atOnce(owner).updateTeamEventType(team, providerId, { title: 'Wash', schedulingType: 'collective' });
      expect(await owner.teamEventType(team, providerId)).toMatchObject({
        schedulingType: 'collective',
        title: 'Wash',
      });
      expect(await hostsOf(providerId)).toEqual([people[1]]);
      await atOnce(owner).updateTeamEventType(team, providerId, { hostIds: [people[0]!] });
      expect(await hostsOf(providerId)).toEqual([people[0]]);
    });

    it('become managed only by being made so', async () => {
      const made = [await create(), await create({ schedulingType: 'managed' })];
      for (const [index, schedulingType] of (['managed', 'collective'] as const).entries()) {
        const change = atOnce(owner).updateTeamEventType(team, made[index]!.providerId, { schedulingType });
        await expect(change).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
      }
    });

    it('of every member can be given to those who are named', async () => {
      const { providerId } = await create();
      await atOnce(owner).updateTeamEventType(team, providerId, { hostIds: [people[0]!] });
      expect(await hostsOf(providerId)).toEqual([people[0]]);
    });

    it('refuse a host from outside the team, and a slug that the team has', async () => {
      for (const id of [(await stranger.me()).id, 'x', '99999999999']) {
        await expect(create({ hostIds: [id] })).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
          details: { reason: 'FIELD_MISSING_OR_INVALID' },
        });
      }
      await create({ slug: 'taken' });
      const again = create({ slug: 'taken' });
      await expect(again).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'SLUG_TAKEN' } });
    });

    it('of a foreign team cannot be told from those of none', async () => {
      const { providerId } = await create();
      const draft = { title: 'X', slug: 'x', lengthMinutes: 30, schedulingType: 'collective' as const };
      for (const id of [team, '2000000000', '0', 'x', '1/event-types']) {
        const calls = [
          stranger.teamEventTypes(id),
          stranger.teamEventType(id, providerId),
          atOnce(stranger).createTeamEventType(id, draft),
          atOnce(stranger).updateTeamEventType(id, providerId, { title: 'X' }),
          atOnce(stranger).deleteTeamEventType(id, providerId),
        ];
        for (const call of await Promise.allSettled(calls)) {
          expect(call).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
        }
      }
      expect(await owner.teamEventType(team, providerId)).toMatchObject({ title: 'Cut' });
    });

    it('of another team, of an account and of nobody are not found in this one', async () => {
      const second = await world.harness.team('Other types', [owner]);
      const foreign = await create({}, second);
      for (const id of [foreign.providerId, world.type.providerId, '2000000000', '0', 'x']) {
        const calls = [
          owner.teamEventType(team, id),
          atOnce(owner).updateTeamEventType(team, id, { title: 'X' }),
          atOnce(owner).deleteTeamEventType(team, id),
        ];
        for (const call of await Promise.allSettled(calls)) {
          expect(call).toMatchObject({ status: 'rejected', reason: { code: 'EVENT_TYPE_NOT_FOUND' } });
        }
      }
      expect(await owner.teamEventType(second, foreign.providerId)).toMatchObject({ title: 'Cut' });
    });

    it('are booked; the list limited to a team has its bookings, and none for a team without types', async () => {
      const { providerId } = await create();
      const booked = await atOnce(owner).book(world.request({ eventTypeId: providerId, startMs: START }));
      const empty = await world.harness.team('Empty', [owner]);
      const uids = async (...teamIds: string[]): Promise<string[]> =>
        (await pages((page) => owner.listBookings({ teamIds }, page))).flat();
      expect(await uids(team)).toEqual([booked.uid]);
      expect(await uids(empty)).toEqual([]);
      expect(await uids(team, empty)).toEqual([booked.uid]);
      await expect(stranger.listBookings({ teamIds: [team] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('of collective scheduling are booked for the customer, who is the first attendee, before further hosts', async () => {
      const { providerId } = await create({ schedulingType: 'collective' });
      const asked = world.request({ eventTypeId: providerId, startMs: START + 2 * 3_600_000 });
      const booked = await atOnce(owner).book(asked);
      for (const booking of [booked, await owner.getBooking(booked.uid)]) {
        expect(booking.attendees[0]).toMatchObject({ email: asked.attendee.email });
      }
      const again = atOnce(owner).book(world.request({ eventTypeId: providerId, startMs: asked.startMs }));
      await expect(again).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE', details: { reason: 'HOST_BUSY' } });
    });

    it('hide no booking: who may not see those of other members is told so, and not that there is none', async () => {
      const { providerId } = await create({ hostIds: [people[0]!] });
      const asked = world.request({ eventTypeId: providerId, startMs: START + 4 * 3_600_000 });
      const { uid } = await atOnce(member).book(asked);
      const search = { eventTypeId: providerId, attendeeEmail: asked.attendee.email };
      expect(await owner.findByRef(asked.ref, search)).toMatchObject({ uid });
      await expect(member.findByRef(asked.ref, search)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await owner.findByRef('never-sent', search)).toBeUndefined();
      const own = await atOnce(member).createEventType({ title: 'Own', slug: 'own', lengthMinutes: 30 });
      expect(await member.findByRef('never-sent', { ...search, eventTypeId: own.providerId })).toBeUndefined();
    });

    it('of round-robin are unavailable once every host is busy', async () => {
      const { providerId } = await create();
      const startMs = START + 3 * 3_600_000;
      const book = () => atOnce(owner).book(world.request({ eventTypeId: providerId, startMs }));
      const hosts = [(await book()).hosts[0]?.id, (await book()).hosts[0]?.id];
      expect([...hosts].sort()).toEqual([...people].sort());
      await expect(book()).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE', details: { reason: 'HOST_BUSY' } });
    });

    it('of round-robin answer a repeated attempt with the first booking, which is a duplicate and no success', async () => {
      const { providerId } = await create();
      const first = world.request({ eventTypeId: providerId, startMs: START + 3_600_000 });
      const { uid } = await atOnce(owner).book(first);
      const again = atOnce(owner).book({ ...first, ref: `${first.ref}-again` });
      await expect(again).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'DUPLICATE' } });
      expect(await owner.findByRef(first.ref, { attendeeEmail: first.attendee.email })).toMatchObject({ uid });
      const search = { attendeeEmail: first.attendee.email };
      expect(await owner.findByRef(`${first.ref}-again`, search)).toBeUndefined();
    });
  });
}
