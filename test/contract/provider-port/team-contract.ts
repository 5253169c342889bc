import { SchedulingProvider } from '../../../src/scheduling/provider-port';
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
