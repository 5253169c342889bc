import { Answer } from '../fidelity/sandbox-client';
import { DAY, SandboxWorld } from './sandbox-world';

interface Page {
  starts: string[];
  nextCursor: string | null;
  hasMore: boolean;
}

describe('the sandbox in the dialect of the hosted service', () => {
  let world: SandboxWorld;
  let type: number;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.fresh({ hosted: true });
    type = await world.eventType('hosted');
  });

  const ask = (path: string, version: string, method = 'GET', body?: unknown): Promise<Answer> =>
    world.client.send({ method, path, version, account: world.client.owner.key, body });
  const list = (query = ''): Promise<Answer> => ask(`/v2/bookings?${query}`, '2026-05-01');
  const page = async (query: string, cursor: string | null = null): Promise<Page> => {
    const { body } = await list(cursor === null ? query : `${query}&cursor=${encodeURIComponent(cursor)}`);
    const starts = (body.data as { start: string }[]).map(({ start }) => start.slice(11, 16));
    return { starts, ...body.pagination };
  };
  const book = async (...times: string[]): Promise<string[]> => {
    const uids: string[] = [];
    for (const time of times) uids.push((await world.book(type, time)).body.data.uid as string);
    return uids;
  };

  it('knows the newer version of all booking calls, with the shapes of 2024-08-13', async () => {
    const attendee = { name: 'Ada', email: 'ada@sandbox.example', timeZone: 'UTC' };
    const body = { eventTypeId: type, start: `${DAY}T08:00:00Z`, attendee };
    const made = await ask('/v2/bookings', '2026-02-25', 'POST', body);
    expect([made.status, made.body.data.status]).toEqual([201, 'accepted']);
    const path = `/v2/bookings/${made.body.data.uid}`;
    for (const one of [path, '/v2/bookings?take=1']) {
      const [newer, usual] = [await ask(one, '2026-02-25'), await ask(one, '2024-08-13')];
      expect(newer.body).toEqual(usual.body);
    }
    const cancelled = await ask(`${path}/cancel`, '2026-02-25', 'POST', { cancellationReason: 'x' });
    expect(cancelled.body.data.status).toBe('cancelled');
  });

  it.each(['2026-02-25', '2026-05-01'])(
    'takes %s for the oldest version when it is not the hosted one',
    async (version) => {
      await world.client.control('PUT', '/_sandbox/settings', { hosted: false });
      await book('08:00');
      const { body } = await ask('/v2/bookings', version);
      expect(Object.keys(body.data as object).sort()).toEqual(['bookings', 'recurringInfo', 'totalCount']);
    },
  );

  it('has 2026-05-01 for nothing but the list of bookings, and neither version for other families', async () => {
    const [uid] = await book('08:00');
    const statuses = async (paths: string[], version: string): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await ask(path, version)).status));
    expect(await statuses([`/v2/bookings/${uid}`, '/v2/event-types', '/v2/schedules'], '2026-05-01')).toEqual([
      404, 404, 404,
    ]);
    expect(await statuses(['/v2/event-types', '/v2/schedules'], '2026-02-25')).toEqual([404, 404]);
    expect(await statuses(['/v2/me', '/v2/teams', '/v2/webhooks'], '2026-05-01')).toEqual([200, 200, 200]);
  });

  it('has teams, whatever the setting of teams says', async () => {
    await world.client.control('PUT', '/_sandbox/settings', { teams: false });
    expect((await ask('/v2/teams', '2024-08-13')).status).toBe(200);
  });

  describe('paging by cursor', () => {
    it('gives every booking once, and no cursor with the last page', async () => {
      await book('08:00', '09:00', '10:00', '11:00', '12:00');
      const first = await page('limit=2');
      const second = await page('limit=2', first.nextCursor);
      const third = await page('limit=2', second.nextCursor);
      expect([first, second, third].map(({ starts }) => starts)).toEqual([
        ['08:00', '09:00'],
        ['10:00', '11:00'],
        ['12:00'],
      ]);
      expect([first, second, third].map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
      expect(third.nextCursor).toBeNull();
    });

    it('says that nothing follows when the last page is full', async () => {
      await book('08:00', '09:00');
      expect(await page('limit=2')).toEqual({ starts: ['08:00', '09:00'], nextCursor: null, hasMore: false });
    });

    it.each([
      ['sortStart=asc', ['08:00', '10:00'], ['12:00', '13:00']],
      ['sortStart=desc', ['12:00', '10:00'], ['09:00', '08:00']],
    ])('neither repeats nor skips a booking with %s when others are made meanwhile', async (sort, one, two) => {
      await book('08:00', '10:00', '12:00');
      const query = `${sort}&limit=2`;
      const first = await page(query);
      expect(first.starts).toEqual(one);
      // One before the place of the cursor and one behind it, whichever the direction.
      await book('09:00', '13:00');
      expect((await page(query, first.nextCursor)).starts).toEqual(two);
    });

    it('keeps bookings of one instant apart', async () => {
      const days = ['08:00', '08:30', '09:00'];
      const uids = await book(...days);
      for (const uid of uids) await world.client.change(uid, 'cancel', { cancellationReason: 'x' });
      await book(...days);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const next: Page = await page('limit=1', cursor);
        seen.push(...next.starts);
        cursor = next.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(days.flatMap((time) => [time, time]));
    });

    it('takes the filters of the older list, one status, and ignores take and skip', async () => {
      const [uid] = await book('08:00', '09:00', '10:00');
      await world.client.change(String(uid), 'cancel', { cancellationReason: 'x' });
      expect((await page('status=cancelled')).starts).toEqual(['08:00']);
      expect((await page(`afterStart=${DAY}T09:30:00Z&eventTypeId=${type}`)).starts).toEqual(['10:00']);
      expect((await page(`bookingUid=${uid}`)).starts).toEqual(['08:00']);
      expect((await page('take=1&skip=1')).starts).toHaveLength(3);
    });

    it('gives 50 when no limit is said', async () => {
      const seats = { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true };
      const short = await world.client.eventType('short', { lengthInMinutes: 5, slotInterval: 5, seats });
      const at = (index: number): string => new Date(Date.parse(`${DAY}T08:00:00Z`) + index * 300_000).toISOString();
      for (let index = 0; index < 51; index += 1) await world.client.book(short, at(index), 'many');
      const first = await page('');
      expect([first.starts.length, first.hasMore]).toEqual([50, true]);
    });

    it.each([
      ['two statuses', 'status=upcoming,past', 'status'],
      ['two statuses in two parameters', 'status=upcoming&status=past', 'status'],
      ['an unknown status', 'status=accepted', 'status'],
      ['no limit at all', 'limit=0', 'limit'],
      ['a limit above 100', 'limit=101', 'limit'],
      ['half a limit', 'limit=1.5', 'limit'],
    ])('refuses %s in the shape of a failed validation', async (_what, query, property) => {
      const { status, body } = await list(query);
      expect([status, body.error.message]).toEqual([400, 'Bad Request Exception']);
      expect(body.error.details.errors.map((error: { property: string }) => error.property)).toEqual([property]);
    });

    it('refuses a cursor that is none, or one of another order', async () => {
      await book('08:00', '09:00');
      const { nextCursor } = await page('limit=1');
      const wrong = ['nonsense', Buffer.from('{"at":1}').toString('base64'), Buffer.from('null').toString('base64')];
      for (const cursor of wrong) expect((await list(`limit=1&cursor=${cursor}`)).status).toBe(400);
      expect((await list(`limit=1&sortStart=desc&cursor=${encodeURIComponent(String(nextCursor))}`)).status).toBe(400);
    });
  });
});
