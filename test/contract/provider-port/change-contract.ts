import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import type { PageRequest } from '../../../src/scheduling/words';
import { atOnce } from './at-once';
import { ListWorld, pages, startOf } from './list-contract';
import { MINUTE, PortWorld } from './port-world';

/** What every adapter promises about bookings by their last change. */
export function describeChanges(world: PortWorld): void {
  describe(`${world.name}: the bookings changed since an instant`, () => {
    const later = (): number => {
      world.harness.advanceTo(world.harness.now() + MINUTE);
      return world.harness.now();
    };
    const since = (provider: SchedulingProvider, sinceMs: number) => (page: PageRequest) =>
      provider.bookingsChangedSince(sinceMs, page);
    const open = async (count: number): Promise<ListWorld> => {
      const list = new ListWorld();
      await list.open(world, count);
      return list;
    };

    it('are those booked, moved, cancelled and decided on since, and no others', async () => {
      const list = await open(5);
      const [, moved, cancelled, , absent] = list.bookings;
      const fromMs = later();
      const successor = await atOnce(list.provider).reschedule({ uid: moved!.uid, startMs: startOf(8) });
      later();
      await atOnce(list.provider).cancel(cancelled!.uid, 'ill');
      const fresh = await list.book(world, startOf(9));
      const found = (await pages(since(list.provider, fromMs))).flat();
      expect(found).toHaveLength(4);
      expect(found.slice(2)).toEqual([cancelled!.uid, fresh.uid]);
      expect([...found.slice(0, 2)].sort()).toEqual([moved!.uid, successor.uid].sort());
      expect(found).not.toContain(absent!.uid);
    });

    it('are those of that very instant too, and none when it lies ahead', async () => {
      const list = await open(2);
      const lastMs = world.harness.now();
      expect((await pages(since(list.provider, lastMs))).flat()).toEqual([list.bookings[1]!.uid]);
      expect((await pages(since(list.provider, lastMs + 1))).flat()).toEqual([]);
      expect((await pages(since(list.provider, 0))).flat()).toEqual(list.bookings.map(({ uid }) => uid));
    });

    it.each([1, 2, 3])('hide none when others change between pages of %i', async (size) => {
      const list = await open(6);
      const known = list.bookings.map(({ uid }) => uid);
      // After every page one that was read changes, the last one read among them: all behind it move up.
      const change = async (page: number): Promise<void> => {
        later();
        const uid = known[page - 1];
        if (uid) await atOnce(list.provider).cancel(uid, 'ill');
      };
      const read = (await pages(since(list.provider, 0), size, change)).flat();
      for (const uid of known) expect(read).toContain(uid);
      // And what changed comes again, with its change.
      expect(read.filter((uid) => uid === known[0]).length).toBeGreaterThan(1);
    });

    it('hide none of those that changed in one millisecond when some of them change again', async () => {
      const list = await open(0);
      const at = later();
      const requests = Array.from({ length: 7 }, (_, n) =>
        world.request({ eventTypeId: list.type, startMs: startOf(n) }),
      );
      const made: string[] = [];
      for (const asked of requests) made.push((await atOnce(list.provider).book(asked)).uid);
      expect((await pages(since(list.provider, at))).flat().sort()).toEqual([...made].sort());
      const read: string[] = [];
      const change = async (page: number): Promise<void> => {
        later();
        if (page < 4) await atOnce(list.provider).cancel(read[page - 1]!, 'ill');
      };
      const reading = async (page: PageRequest) => {
        const answer = await list.provider.bookingsChangedSince(at, page);
        read.push(...answer.items.map(({ uid }) => uid));
        return answer;
      };
      await pages(reading, 2, change);
      for (const uid of made) expect(read).toContain(uid);
    });

    it('come each once while nothing changes, also where pages end among equal instants', async () => {
      const list = await open(0);
      const at = later();
      for (let n = 0; n < 5; n++) {
        await atOnce(list.provider).book(world.request({ eventTypeId: list.type, startMs: startOf(n) }));
        if (n === 2) later();
      }
      for (const size of [1, 2, 3, 5, 100]) {
        const read = (await pages(since(list.provider, at), size)).flat();
        expect([size, read.length, new Set(read).size]).toEqual([size, 5, 5]);
      }
    });
  });
}
