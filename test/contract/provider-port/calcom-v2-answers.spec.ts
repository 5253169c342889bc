import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { ProviderApp, startProviders } from './provider-app';
import { json, ScriptedServer, startScriptedServer, success } from './scripted-server';
import { atOnce } from './at-once';
import { pages } from './list-contract';

const START = '2027-01-05T09:00:00.000Z';
const REQUEST = {
  eventTypeId: '7',
  startMs: Date.parse(START),
  attendee: { name: 'Jonas', email: 'jonas@mail.example', timeZone: 'Europe/Berlin' },
  ref: 'ref-1',
  deploymentId: 'here',
};
const TYPE = { id: 7, title: 'Cut', slug: 'cut', lengthInMinutes: 30 };

function booking(over: object = {}) {
  const end = '2027-01-05T09:30:00.000Z';
  return { id: 1, uid: 'u1', status: 'accepted', start: START, end, metadata: { slotbridgeRef: 'ref-1' }, ...over };
}

const BY_CURSOR = {
  ...{ reschedule: true, confirm: true, metadata: true, holds: true, webhooks: true, teams: true },
  bookingList: 'cursor' as const,
};

/** Answers as recorded on servers that the sandbox does not imitate: older ones, hosted ones, long lists. */
let server: ScriptedServer;
let app: ProviderApp;
let provider: SchedulingProvider;

beforeAll(async () => {
  server = await startScriptedServer();
  app = await startProviders({ retryAttempts: 0 });
  provider = app.provider(server.url, 'cal_key');
});
beforeEach(() => {
  server.requests = [];
});
afterAll(async () => {
  await app.close();
  server.close();
});

describe('an older server', () => {
  it('whose own list of types is empty is asked by user name', async () => {
    server.answer = (request, response) => {
      if (request.url === '/v2/me')
        return success({ id: 1, email: 'm@x.example', username: 'maria', timeZone: 'UTC' })(request, response);
      return success(request.url?.includes('username=maria') ? [TYPE] : [])(request, response);
    };
    expect(await provider.listEventTypes()).toMatchObject([{ providerId: '7', slug: 'cut' }]);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/v2/event-types',
      '/v2/me',
      '/v2/event-types?username=maria',
    ]);
  });

  it('that leaves the name out of an account is called by its user name', async () => {
    server.answer = success({ id: 1, email: 'm@x.example', username: 'maria', timeZone: 'UTC' });
    expect(await provider.me()).toMatchObject({ name: 'maria', username: 'maria' });
  });
});

describe('members of a team', () => {
  it('are read page after page, without those who have only been invited', async () => {
    const member = (userId: number, accepted: boolean) => ({ userId, accepted, user: { name: null, username: 'x' } });
    const invited = Array.from({ length: 250 }, (_, n) => member(n + 1, false));
    server.answer = (request, response) => {
      const skip = new URL(request.url ?? '', server.url).searchParams.get('skip');
      return success(skip === '250' ? [member(900, true)] : invited)(request, response);
    };
    expect(await provider.teamMembers('7')).toEqual([{ id: '900', name: 'x', username: 'x' }]);
    expect(server.requests.map(({ headers }) => headers['cal-api-version'])).toEqual([undefined, undefined]);
  });

  it('in a shape that we do not know are an outage, never an empty team', async () => {
    server.answer = success([{ user: { name: 'Maria' } }]);
    await expect(provider.teamMembers('7')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a team between listing and reading', () => {
  it('that has gone meanwhile does not take the other people away', async () => {
    server.answer = (request, response) => {
      const path = request.url ?? '';
      if (path === '/v2/me')
        return success({ id: 1, email: 'm@x.example', username: 'm', timeZone: 'UTC' })(request, response);
      if (path === '/v2/teams')
        return success([
          { id: 5, name: 'Gone' },
          { id: 6, name: 'Here' },
        ])(request, response);
      if (path.startsWith('/v2/teams/5/'))
        return json({ status: 'error', error: { message: 'RolesGuard - no' } }, 403)(request, response);
      return success([{ userId: 2, user: { name: 'Jonas' } }])(request, response);
    };
    expect((await provider.users()).map(({ id }) => id)).toEqual(['1', '2']);
  });
});

describe('a search', () => {
  it('reads page after page, and stops at the page that has the attempt', async () => {
    const others = Array.from({ length: 250 }, (_, n) => booking({ id: n, uid: `o${n}`, metadata: {} }));
    server.answer = (request, response) => {
      const skip = new URL(request.url ?? '', server.url).searchParams.get('skip');
      return success(skip === '500' ? [booking()] : others)(request, response);
    };
    expect(await provider.findByRef('ref-1', { attendeeEmail: 'jonas@mail.example' })).toMatchObject({ uid: 'u1' });
    expect(server.requests).toHaveLength(3);
  });

  it('follows the cursors of a server that pages by them, and names neither `take` nor `skip`', async () => {
    const hosted = app.provider(server.url, 'cal_key', { capabilities: BY_CURSOR });
    server.answer = (request, response) => {
      const cursor = new URL(request.url ?? '', server.url).searchParams.get('cursor');
      const last = cursor === 'c/2==';
      const data = last ? [booking()] : [booking({ uid: `o${cursor}`, metadata: {} })];
      const nextCursor = last ? null : cursor === null ? 'c/1==' : 'c/2==';
      return json({ status: 'success', data, pagination: { nextCursor, hasMore: !last } })(request, response);
    };
    const search = { attendeeEmail: 'jonas@mail.example', eventTypeId: '7' };
    expect(await hosted.findByRef('ref-1', search)).toMatchObject({ uid: 'u1' });
    const asked = server.requests.map(({ url }) => new URL(url, server.url).searchParams);
    expect(asked.map((query) => query.get('cursor'))).toEqual([null, 'c/1==', 'c/2==']);
    for (const query of asked) {
      expect([query.has('take'), query.has('skip'), query.get('limit')]).toEqual([false, false, '100']);
    }
    expect(new Set(server.requests.map(({ headers }) => headers['cal-api-version']))).toEqual(new Set(['2026-05-01']));
  });

  it('is not stopped by an unrelated booking in a state that we do not know', async () => {
    server.answer = success([booking({ uid: 'odd', status: 'teleported', metadata: {} }), booking()]);
    expect(await provider.findByRef('ref-1', {})).toMatchObject({ uid: 'u1' });
  });

  it('that fails says so, and is never "not found"', async () => {
    server.answer = json({ status: 'success', data: [{ uid: 7 }] });
    await expect(provider.findByRef('ref-1', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a list', () => {
  it('limited to one booking is just that one on servers of 2025, which answer everything', async () => {
    server.answer = success([booking({ uid: 'o1' }), booking({ uid: 'u1' }), booking({ uid: 'o2' })]);
    const page = await provider.listBookings({ bookingUid: 'u1' }, { size: 3 });
    expect(page.items.map(({ uid }) => uid)).toEqual(['u1']);
    expect(page.nextCursor).toBeUndefined();
    const none = await provider.listBookings({ bookingUid: 'unknown' }, { size: 3 });
    expect([none.items, none.nextCursor]).toEqual([[], expect.any(String)]);
  });

  it('of several states is asked by `take` and `skip` of servers with cursors too, in the version that has them', async () => {
    const settings = { apiVersions: { bookingList: '2026-05-01' } };
    const hosted = app.provider(server.url, 'cal_key', { settings });
    server.answer = success([booking()]);
    await hosted.listBookings({ states: ['past', 'cancelled'] });
    await hosted.bookingsChangedSince(0);
    for (const { url, headers } of server.requests) {
      expect(headers['cal-api-version']).toBe('2024-08-13');
      expect(url).toContain('take=');
    }
  });

  it('of changes loses none of one instant whose order is another with every answer', async () => {
    const instants = [10, 20, 20, 20, 20, 20, 20, 30];
    const all = instants.map((ms, n) => booking({ id: n, uid: `c${n}`, updatedAt: new Date(ms).toISOString() }));
    let answers = 0;
    server.answer = (request, response) => {
      const query = new URL(request.url ?? '', server.url).searchParams;
      const sinceMs = Date.parse(query.get('afterUpdatedAt') ?? '');
      const turn = ++answers;
      // Equal instants begin with another booking each time.
      const order = (item: { id: number }): number => (item.id + turn) % 6;
      const sorted = all
        .filter(({ id }) => instants[id]! >= sinceMs)
        .sort((a, b) => instants[a.id]! - instants[b.id]! || order(a) - order(b));
      const [skip, take] = [Number(query.get('skip')), Number(query.get('take'))];
      return success(sorted.slice(skip, skip + take))(request, response);
    };
    for (const size of [1, 2, 3, 8, 100]) {
      const read = (await pages((page) => provider.bookingsChangedSince(10, page), size)).flat();
      expect([size, [...read].sort()]).toEqual([size, all.map(({ uid }) => uid)]);
    }
  });

  it('of changes goes on behind more of one instant than an answer holds', async () => {
    const updatedAt = new Date(20).toISOString();
    const all = Array.from({ length: 700 }, (_, n) => booking({ id: n, uid: `c${n}`, updatedAt }));
    server.answer = (request, response) => {
      const query = new URL(request.url ?? '', server.url).searchParams;
      const [skip, take] = [Number(query.get('skip')), Number(query.get('take'))];
      return success(all.slice(skip, skip + take))(request, response);
    };
    const read = (await pages((page) => provider.bookingsChangedSince(20, page), 100)).flat();
    expect([read.length, new Set(read).size]).toEqual([700, 700]);
  });
});

describe('a reservation', () => {
  const HOLD = { reservationUid: 'r1', eventTypeId: 7, slotStart: START, slotEnd: '2027-01-05T09:30:00.000Z' };

  it('whose time is over has ended, also where the server still shows it', async () => {
    server.answer = success({ ...HOLD, reservationUntil: new Date(Date.now() - 1000).toISOString() });
    expect(await provider.reservation('r1')).toBeUndefined();
    server.answer = success({ ...HOLD, reservationUntil: new Date(Date.now() + 60_000).toISOString() });
    expect(await provider.reservation('r1')).toMatchObject({ uid: 'r1' });
  });

  it('that a server answers as not found has ended', async () => {
    server.answer = json({ status: 'error', error: { message: 'Slot with uid=r1 not found' } }, 404);
    expect(await provider.reservation('r1')).toBeUndefined();
  });
});

describe('a booking answered in another way', () => {
  it('as a list of occurrences is the first of them that is ours', async () => {
    server.answer = json(
      { status: 'success', data: [booking({ uid: 'x', metadata: {} }), booking({ uid: 'y' })] },
      201,
    );
    expect(await atOnce(provider).book(REQUEST)).toMatchObject({ uid: 'y', ref: 'ref-1' });
  });

  it('as a seat of a shared booking is ours when the seat is', async () => {
    const seat = (ref: string) => ({ name: ref, timeZone: 'UTC', metadata: { slotbridgeRef: ref } });
    server.answer = json(
      { status: 'success', data: booking({ metadata: undefined, attendees: [seat('other'), seat('ref-1')] }) },
      201,
    );
    expect(await atOnce(provider).book(REQUEST)).toMatchObject({ ref: 'ref-1' });
  });

  it('in a state that we do not know has happened all the same, so its outcome is unknown', async () => {
    server.answer = json({ status: 'success', data: booking({ status: 'teleported' }) }, 201);
    await expect(atOnce(provider).book(REQUEST)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });

  it('as waiting for a host is pending', async () => {
    server.answer = success(booking({ status: 'awaiting_host' }));
    expect(await provider.getBooking('u1')).toMatchObject({ status: 'pending' });
  });

  it('as cancelled twice, on servers that allow it, is success', async () => {
    server.answer = success(booking({ status: 'cancelled' }));
    await expect(atOnce(provider).cancel('u1', 'reason')).resolves.toBeUndefined();
  });
});
