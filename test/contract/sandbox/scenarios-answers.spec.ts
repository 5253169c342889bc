import { eventually } from '../../fixtures/webhooks/eventually';
import { Answer } from '../fidelity/sandbox-client';
import { DAY, SandboxWorld } from './sandbox-world';

/** What came over the wire. `broken`: cut off before its end. */
interface Wire {
  status: number;
  type: string;
  text: string;
  broken: boolean;
}

/** The ordered fault hits one booking; `isBooked`: whether the provider has it afterwards. */
interface Case {
  scenario: string;
  more?: Record<string, unknown>;
  isBooked: boolean;
}

describe('the answers that a fault leaves of a call', () => {
  let world: SandboxWorld;
  let type: number;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.fresh();
    type = await world.eventType('faults');
  });

  const ask = async (patienceMs = 5_000): Promise<Wire | 'no answer'> => {
    const attendee = { name: 'Ada', email: 'ada@sandbox.example', timeZone: 'UTC' };
    const answer = await fetch(`${world.client.url}/v2/bookings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${world.client.owner.key}`,
        'cal-api-version': '2024-08-13',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ eventTypeId: type, start: `${DAY}T08:00:00Z`, attendee }),
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => undefined);
    if (!answer) return 'no answer';
    let text = '';
    const decoder = new TextDecoder();
    const read = async (): Promise<boolean> => {
      for await (const chunk of answer.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
      return false;
    };
    const broken = await read().catch(() => true);
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text, broken };
  };
  const hit = async ({ scenario, more }: Case, patienceMs?: number): Promise<Wire> => {
    await world.order({ scenario, operation: 'bookings.create', ...more });
    const wire = await ask(patienceMs);
    if (wire === 'no answer') throw new Error(`${scenario} gave no answer`);
    return wire;
  };

  it.each<[string, Case, number]>([
    ['error-before', { scenario: 'error-before', more: { status: 503 }, isBooked: false }, 503],
    ['error-after', { scenario: 'error-after', more: { status: 504 }, isBooked: true }, 504],
    ['conflict', { scenario: 'conflict', more: { status: 409 }, isBooked: false }, 409],
    ['unauthorized', { scenario: 'unauthorized', isBooked: false }, 401],
    ['wrong-shape', { scenario: 'wrong-shape', isBooked: true }, 201],
    ['truncated', { scenario: 'truncated', isBooked: true }, 201],
    ['huge', { scenario: 'huge', more: { bytes: 1_000_000 }, isBooked: true }, 201],
    ['drip', { scenario: 'drip', more: { delayMs: 0 }, isBooked: true }, 201],
    ['cut-midway', { scenario: 'cut-midway', isBooked: true }, 201],
    ['answer', { scenario: 'answer', more: { status: 418, body: {} }, isBooked: false }, 418],
  ])('%s answers as ordered and leaves the effect it says', async (_name, one, status) => {
    expect((await hit(one)).status).toBe(status);
    expect(await world.booked()).toEqual(one.isBooked ? ['08:00 accepted'] : []);
  });

  it.each([
    ['cut-before', false],
    ['silent-before', false],
    ['silent-after', true],
  ])('%s gives no answer at all; booked: %s', async (scenario, isBooked) => {
    await world.order({ scenario, operation: 'bookings.create', delayMs: 200 });
    expect(await ask()).toBe('no answer');
    expect(await world.booked()).toEqual(isBooked ? ['08:00 accepted'] : []);
  });

  it.each(['silent-before', 'silent-after'])(
    '%s keeps the connection open until its delay is over',
    async (scenario) => {
      await world.order({ scenario, operation: 'bookings.create', delayMs: 400 });
      const began = performance.now();
      await ask();
      // Timers may fire up to a millisecond early.
      expect(performance.now() - began).toBeGreaterThanOrEqual(399);
    },
  );

  it('silence without a delay outlasts the patience of a caller, and ends with a reset', async () => {
    await world.order({ scenario: 'silent-before', operation: 'bookings.create', times: 2 });
    const began = performance.now();
    expect(await ask(300)).toBe('no answer');
    expect(performance.now() - began).toBeGreaterThanOrEqual(299);
    const patient = ask();
    await eventually(unanswered, (count) => count === 2);
    await world.client.control('POST', '/_sandbox/reset');
    expect(await patient).toBe('no answer');
    expect(performance.now() - began).toBeLessThan(5_000);
  });
  const unanswered = async (): Promise<number> => {
    const calls: { status: number }[] = await world.client.control('GET', '/_sandbox/calls?operation=bookings.create');
    return calls.filter(({ status }) => status === 0).length;
  };

  it('a refused key looks like one that nobody has', async () => {
    const { text } = await hit({ scenario: 'unauthorized', isBooked: false });
    expect(JSON.parse(text).error.message).toBe('CustomThrottlerGuard - Invalid API Key');
  });

  it('a conflict of 409 has the words of the one of 400 and the class of 409', async () => {
    const { text } = await hit({ scenario: 'conflict', more: { status: 409 }, isBooked: false });
    expect(JSON.parse(text).error).toMatchObject({
      code: 'ConflictException',
      message: 'User either already has booking at this time or is not available',
    });
  });

  it('a wrong shape is good JSON in which nothing is where it belongs', async () => {
    const { text, type: contentType } = await hit({ scenario: 'wrong-shape', isBooked: true });
    expect(contentType).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toMatchObject({ status: 'success' });
    expect(text).not.toContain('uid');
  });

  it('a truncated answer ends properly in the middle of its JSON', async () => {
    const { text, broken, type: contentType } = await hit({ scenario: 'truncated', isBooked: true });
    expect([broken, contentType]).toEqual([false, expect.stringMatching(/^application\/json/)]);
    expect(text).toContain('uid');
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('an answer cut midway begins and breaks off', async () => {
    const { text, broken } = await hit({ scenario: 'cut-midway', isBooked: true });
    expect(broken).toBe(true);
    expect(text).toContain('uid');
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('a huge answer is the true one with so many bytes more', async () => {
    const { text } = await hit({ scenario: 'huge', more: { bytes: 3_000_000 }, isBooked: true });
    const { data, padding } = JSON.parse(text);
    expect([data.status, padding.length]).toEqual(['accepted', 3_000_000]);
  });

  it('a dripping answer is the true one in pieces, each after its delay', async () => {
    const began = performance.now();
    const { text } = await hit({ scenario: 'drip', more: { delayMs: 2 }, isBooked: true });
    expect(JSON.parse(text).data.status).toBe('accepted');
    // Every one of more than 800 characters waits two milliseconds; timers may fire one early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(text.length);
  });

  it('answers with whatever JSON or page was ordered', async () => {
    const body = { statusCode: 409, message: 'booking_conflict_error' };
    const json = await hit({ scenario: 'answer', more: { status: 409, body }, isBooked: false });
    expect([json.status, json.type, JSON.parse(json.text)]).toEqual([409, 'application/json; charset=utf-8', body]);
    const page = '<html>down for maintenance</html>';
    const html = await hit({ scenario: 'answer', more: { body: page }, isBooked: false });
    expect([html.status, html.type.split(';')[0], html.text]).toEqual([200, 'text/html', page]);
  });

  describe('aimed at a route', () => {
    const send = (method: string, path: string, body?: unknown, version?: string): Promise<Answer> =>
      world.client.send({ method, path, version, account: world.client.owner.key, body });
    const fault = (target: Record<string, unknown>): Promise<number> =>
      world.order({ scenario: 'error-before', status: 503, ...target });

    it('hits every call of the path in the words of its route, whatever the ids in it', async () => {
      const uids = [(await world.book(type, '08:00')).body.data.uid, (await world.book(type, '09:00')).body.data.uid];
      await fault({ method: 'GET', path: '/v2/bookings/:uid', times: 2 });
      for (const uid of uids) {
        expect((await send('POST', `/v2/bookings/${uid}/decline`, {}, '2024-08-13')).status).toBe(400);
        expect((await send('GET', `/v2/bookings/${uid}`, undefined, '2024-08-13')).status).toBe(503);
      }
      expect((await send('GET', `/v2/bookings/${uids[0]}`, undefined, '2024-08-13')).status).toBe(200);
    });

    it('hits one object only when the path names it', async () => {
      const other = await world.eventType('other');
      const id = await fault({ path: `/v2/event-types/${type}` });
      expect((await send('GET', `/v2/event-types/${other}`, undefined, '2024-06-14')).status).toBe(200);
      expect((await send('GET', `/v2/event-types/${type}?x=1`, undefined, '2024-06-14')).status).toBe(503);
      expect(await world.remaining(id)).toBe(0);
    });

    it('tells the webhooks of a type from those of a team type, which have the same operation', async () => {
      const team = (await send('POST', '/v2/teams', { name: 'Crew', slug: 'crew' })).body.data.id;
      const body = {
        ...{ title: 'T', slug: 't', lengthInMinutes: 30, schedulingType: 'collective', assignAllTeamMembers: true },
      };
      const teamType = (await send('POST', `/v2/teams/${team}/event-types`, body)).body.data.id;
      await fault({ operation: 'eventTypeWebhooks.list', path: '/v2/teams/:teamId/event-types/:eventTypeId/webhooks' });
      expect((await send('GET', `/v2/event-types/${teamType}/webhooks`)).status).toBe(200);
      expect((await send('GET', `/v2/teams/${team}/event-types/${teamType}/webhooks`)).status).toBe(503);
    });

    it.each([
      ['GET', '/v2/me', undefined],
      ['PATCH', '/v2/me', undefined],
      ['GET', '/v2/teams', undefined],
      ['GET', '/v2/webhooks', undefined],
      ['POST', '/v2/webhooks', undefined],
      ['GET', '/v2/schedules', '2024-06-11'],
      ['GET', '/v2/event-types', '2024-06-14'],
      ['GET', '/v2/slots', '2024-09-04'],
      ['POST', '/v2/slots/reservations', '2024-09-04'],
      ['DELETE', '/v2/slots/reservations/:uid', '2024-09-04'],
      ['GET', '/v2/bookings', '2024-08-13'],
    ])('reaches %s %s', async (method, path, version) => {
      await fault({ method, path });
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      expect((await send(method, path.replace(':uid', 'x'), body, version)).status).toBe(503);
    });

    it('can be ordered for every route that is listed', async () => {
      const routes: Record<string, string>[] = await world.client.control('GET', '/_sandbox/routes');
      for (const { operation, method, path } of routes) await fault({ operation, method, path });
      expect(await world.client.control('GET', '/_sandbox/scenarios')).toHaveLength(routes.length);
      const families = new Set(routes.map(({ operation }) => operation?.split('.')[0]));
      expect([...families].sort()).toEqual([
        ...[
          'bookings',
          'eventTypeWebhooks',
          'eventTypes',
          'me',
          'reservations',
          'schedules',
          'slots',
          'teams',
          'webhooks',
        ],
      ]);
    });

    it.each([
      ['a path that no route has', { scenario: 'conflict', path: '/v2/booking' }],
      ['a method that the path has not', { scenario: 'conflict', method: 'PUT', path: '/v2/bookings' }],
      ['an operation on the path of another', { scenario: 'conflict', operation: 'me.get', path: '/v2/bookings' }],
      ['a path with a query', { scenario: 'conflict', path: '/v2/bookings?take=1' }],
      ['a path for a fault of webhooks', { scenario: 'webhook-lost', path: '/v2/bookings' }],
      ['a status that the fault does not choose', { scenario: 'slow', status: 500 }],
      ['a conflict of 500', { scenario: 'conflict', status: 500 }],
      ['a body for a fault that has its own', { scenario: 'garbage', body: 'x' }],
      ['bytes for an answer that is not huge', { scenario: 'drip', bytes: 5 }],
    ])('refuses %s, for it would never happen as meant', async (_what, body) => {
      const answer = await world.client.send({ method: 'POST', path: '/_sandbox/scenarios', body });
      expect(answer.status).toBe(400);
      expect(await world.client.control('GET', '/_sandbox/scenarios')).toEqual([]);
    });
  });
});
