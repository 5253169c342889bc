import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { ProviderApp, startProviders } from './provider-app';
import { json, ScriptedServer, startScriptedServer, success } from './scripted-server';
import { atOnce } from './at-once';

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

  it('is not stopped by an unrelated booking in a state that we do not know', async () => {
    server.answer = success([booking({ uid: 'odd', status: 'teleported', metadata: {} }), booking()]);
    expect(await provider.findByRef('ref-1', {})).toMatchObject({ uid: 'u1' });
  });

  it('that fails says so, and is never "not found"', async () => {
    server.answer = json({ status: 'success', data: [{ uid: 7 }] });
    await expect(provider.findByRef('ref-1', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
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
