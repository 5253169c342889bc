import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { atOnce } from './at-once';
import { PortWorld } from './port-world';

/** What every adapter promises about teams, where the provider has them. */
export function describeTeams(world: PortWorld): void {
  describe(`${world.name}: teams`, () => {
    let owner: SchedulingProvider;
    let member: SchedulingProvider;
    let stranger: SchedulingProvider;
    let id: string;

    beforeAll(async () => {
      const account = (): Promise<SchedulingProvider> => world.harness.account('Europe/Berlin');
      [owner, member, stranger] = [await account(), await account(), await account()];
      id = await world.harness.team('Salon', [owner, member]);
      const draft = { title: 'Any', slug: 'any', lengthMinutes: 30, schedulingType: 'round-robin' as const };
      await atOnce(owner).createTeamEventType(id, draft);
    });

    it('are listed for those who belong to them, and for nobody else', async () => {
      const team = { id, name: 'Salon', slug: expect.any(String) };
      expect(await owner.teams()).toEqual([team]);
      expect(await member.teams()).toEqual([team]);
      expect(await stranger.teams()).toEqual([]);
      expect(await member.team(id)).toEqual(team);
    });

    it('have their members, with what is needed to pick one and no e-mail address', async () => {
      const people = await Promise.all([owner, member].map((provider) => provider.me()));
      const expected = people.map((person) => ({ id: person.id, name: person.name, username: person.username }));
      expect(await member.teamMembers(id)).toEqual(expected);
    });

    it("have event types that the account's own list does not, with their hosts", async () => {
      const hosts = (await owner.teamMembers(id)).map((person) => ({ id: person.id, name: person.name }));
      expect(await member.teamEventTypes(id)).toEqual([
        expect.objectContaining({ teamId: id, lengthMinutes: 30, schedulingType: 'round-robin', hosts }),
      ]);
      expect(await member.listEventTypes()).toEqual([]);
    });

    it('of others look exactly like none, and like an id that no team can have', async () => {
      for (const unknown of [id, '2000000000', '99999999999', '0', '-1', 'x', '1/memberships', '']) {
        const reads = [stranger.team(unknown), stranger.teamMembers(unknown), stranger.teamEventTypes(unknown)];
        for (const read of await Promise.allSettled(reads)) {
          expect(read).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
          expect((read as PromiseRejectedResult).reason.details).toEqual({});
        }
      }
    });

    it('give the people whom an account works with: itself first, each once', async () => {
      await world.harness.team('Second salon', [member, owner]);
      const [ownerId, memberId] = [(await owner.me()).id, (await member.me()).id];
      expect((await member.users()).map((person) => person.id)).toEqual([memberId, ownerId]);
      const alone = await stranger.me();
      expect(await stranger.users()).toEqual([{ id: alone.id, name: alone.name, username: alone.username }]);
    });
  });
}

/** What every adapter promises where the provider has no teams. */
export function describeNoTeams(world: PortWorld): void {
  describe(`${world.name}: teams`, () => {
    it('are not supported, and the account works alone', async () => {
      const { provider } = world;
      const draft = { title: 'X', slug: 'x', lengthMinutes: 30, schedulingType: 'collective' as const };
      const scope = { level: 'team-event-type', teamId: '1', eventTypeId: '1' } as const;
      const calls = [
        provider.teams(),
        provider.team('1'),
        provider.teamMembers('1'),
        provider.teamEventTypes('1'),
        provider.teamEventType('1', '1'),
        provider.listWebhooks(scope),
        provider.listBookings({ teamIds: ['1'] }),
        atOnce(provider).createTeamEventType('1', draft),
        atOnce(provider).updateTeamEventType('1', '1', { title: 'X' }),
        atOnce(provider).deleteTeamEventType('1', '1'),
      ];
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { code: 'UNSUPPORTED' } });
      }
      const { id, name, username } = await provider.me();
      expect(await provider.users()).toEqual([{ id, name, username }]);
    });
  });
}
