import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { eventually } from '../../fixtures/webhooks/eventually';
import { DAY, SandboxWorld, seen } from './sandbox-world';

describe('the faults that calls can be given', () => {
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

  const ownKey = (): string => world.client.owner.key;
  const otherKey = (): string => world.client.other.key;

  /** What the caller of a booking sees, and whether the provider has it afterwards. */
  const faults: [scenario: string, seenByCaller: string, isBooked: boolean][] = [
    ['conflict', '400', false],
    ['rate-limited', '429', false],
    ['slow', '201', true],
    ['error-before', '500', false],
    ['error-after', '500', true],
    ['answer-lost', 'cut', true],
    ['effect-late', 'cut', true],
    ['garbage', 'garbage', true],
  ];

  describe.each(faults)('%s', (scenario, seenByCaller, isBooked) => {
    it('hits so many calls of its key and operation, no other one, and leaves the effect it says', async () => {
      const foreignType = await world.eventType('foreign', otherKey());
      const fault = { scenario, key: ownKey(), operation: 'bookings.create', times: 2, delayMs: 60 };
      const id = await world.order(fault);

      expect(await seen(world.book(foreignType, '15:00', otherKey()))).toBe('201');
      expect(await seen(world.client.send({ method: 'GET', path: '/v2/me', account: ownKey() }))).toBe('200');
      expect(await world.remaining(id)).toBe(2);

      expect(await seen(world.book(type, '08:00'))).toBe(seenByCaller);
      expect(await seen(world.book(type, '09:00'))).toBe(seenByCaller);
      expect(await world.remaining(id)).toBe(0);
      expect(await seen(world.book(type, '10:00'))).toBe('201');

      const hit = isBooked ? ['08:00 accepted', '09:00 accepted'] : [];
      const expected = [...hit, '10:00 accepted'];
      const booked = await eventually(
        () => world.booked(),
        ({ length }) => length >= expected.length,
      );
      expect(booked).toEqual(expected);
      expect(await world.booked(otherKey())).toHaveLength(1);
    });
  });

  it('conflict and rate-limited look like the real refusals', async () => {
    await world.order({ scenario: 'conflict' });
    const { body } = await world.book(type, '08:00');
    expect(body.error.message).toBe('User either already has booking at this time or is not available');
    await world.order({ scenario: 'rate-limited', delayMs: 7_000 });
    const limited = await world.book(type, '08:00');
    expect(limited.body.error.code).toBe('ThrottlerException');
    expect(limited.headers).toMatchObject({
      'x-ratelimit-remaining-default': '0',
      'x-ratelimit-reset-default': '7',
    });
  });

  it('slow answers not before its delay, and books only after it', async () => {
    await world.order({ scenario: 'slow', operation: 'bookings.create', delayMs: 400 });
    const began = performance.now();
    const asked = world.book(type, '08:00');
    expect(await world.booked()).toEqual([]);
    expect((await asked).status).toBe(201);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(399);
    expect(await world.booked()).toEqual(['08:00 accepted']);
  });

  it('effect-late books nothing before its delay, although the connection is cut at once', async () => {
    const cutAt = performance.now();
    await world.order({ scenario: 'effect-late', operation: 'bookings.create', delayMs: 800 });
    expect(await seen(world.book(type, '08:00'))).toBe('cut');
    expect(await world.booked()).toEqual([]);
    await eventually(
      () => world.booked(),
      (booked) => booked.includes('08:00 accepted'),
    );
    expect(performance.now() - cutAt).toBeGreaterThanOrEqual(799);
  });

  it('an effect that is still to come does not outlive a reset', async () => {
    await world.order({ scenario: 'effect-late', operation: 'bookings.create', delayMs: 300 });
    const orderedAt = performance.now();
    await seen(world.book(type, '08:00'));
    await world.fresh();
    // Ids begin anew, so the late booking would find an event type of its number.
    expect(await world.eventType('faults')).toBe(type);
    await eventually(
      async () => performance.now(),
      (now) => now > orderedAt + 500,
    );
    expect(await world.booked()).toEqual([]);
  });

  it.each([
    ['error-before', '500', 'accepted'],
    ['error-after', '500', 'cancelled'],
    ['answer-lost', 'cut', 'cancelled'],
    ['garbage', 'garbage', 'cancelled'],
  ])('%s on a cancellation is seen as %s and leaves the booking %s', async (scenario, seenByCaller, status) => {
    const { uid } = (await world.book(type, '08:00')).body.data;
    await world.order({ scenario, operation: 'bookings.cancel' });
    const cancel = world.post(`/v2/bookings/${uid}/cancel`, { cancellationReason: 'x' });
    expect(await seen(cancel)).toBe(seenByCaller);
    expect(await world.booked()).toEqual([`08:00 ${status}`]);
  });

  it.each([
    ['error-before', ['08:00 accepted']],
    ['error-after', ['08:00 cancelled', '11:00 accepted']],
    ['answer-lost', ['08:00 cancelled', '11:00 accepted']],
  ])('%s on a reschedule leaves %j', async (scenario, expected) => {
    const { uid } = (await world.book(type, '08:00')).body.data;
    await world.order({ scenario, operation: 'bookings.reschedule' });
    await seen(world.post(`/v2/bookings/${uid}/reschedule`, { start: `${DAY}T11:00:00Z` }));
    expect(await world.booked()).toEqual(expected);
  });

  it('a fault without key or operation hits any call, one without key those without a key too', async () => {
    const id = await world.order({ scenario: 'error-before', times: 3 });
    const paths = ['/v2/me', '/v2/event-types'];
    for (const path of paths) {
      const asked = world.client.send({ method: 'GET', path, version: '2024-06-14', account: ownKey() });
      expect(await seen(asked)).toBe('500');
    }
    expect(await world.remaining(id)).toBe(1);
    const anonymous = { eventTypeId: type, slotStart: `${DAY}T08:00:00Z` };
    const path = '/v2/slots/reservations';
    const held = world.client.send({ method: 'POST', path, version: '2024-09-04', body: anonymous });
    expect(await seen(held)).toBe('500');
    expect(await world.remaining(id)).toBe(0);
  });

  it('a fault for a key spares a call without a key', async () => {
    const id = await world.order({ scenario: 'error-before', key: ownKey() });
    const path = '/v2/slots/reservations';
    const body = { eventTypeId: type, slotStart: `${DAY}T08:00:00Z` };
    expect(await seen(world.client.send({ method: 'POST', path, version: '2024-09-04', body }))).toBe('201');
    expect(await world.remaining(id)).toBe(1);
  });

  it('fires exactly as often as ordered when calls come in parallel', async () => {
    await world.order({ scenario: 'error-before', operation: 'me.get', times: 30 });
    const me = (): Promise<string> => seen(world.client.send({ method: 'GET', path: '/v2/me', account: ownKey() }));
    const statuses = await Promise.all(Array.from({ length: 30 }, me));
    expect(statuses.filter((status) => status === '500')).toHaveLength(30);
    expect(await me()).toBe('200');
  });

  it('waits for a fault that another call is just using up, instead of passing it by', async () => {
    await world.order({ scenario: 'error-before', operation: 'me.get', times: 2 });
    const otherCall = new Client({ connectionString: world.databaseUrl });
    await otherCall.connect();
    try {
      await otherCall.query('begin; select from sandbox.scenarios for update');
      const asked = seen(world.client.send({ method: 'GET', path: '/v2/me', account: ownKey() }));
      // Time enough for a call that does not wait to be answered.
      await Promise.race([asked, pause(100)]);
      await otherCall.query('commit');
      expect(await asked).toBe('500');
    } finally {
      await otherCall.end();
    }
  });

  it('uses up the oldest fault first, and hits one call with one fault only', async () => {
    await world.order({ scenario: 'answer-lost', operation: 'bookings.create' });
    await world.order({ scenario: 'error-before', operation: 'bookings.create' });
    expect(await seen(world.book(type, '08:00'))).toBe('cut');
    expect(await seen(world.book(type, '09:00'))).toBe('500');
    expect(await seen(world.book(type, '09:00'))).toBe('201');
  });

  it('a removed fault hits nobody, and one may be removed without the others', async () => {
    const first = await world.order({ scenario: 'error-before' });
    const second = await world.order({ scenario: 'garbage', operation: 'bookings.create' });
    await world.client.control('DELETE', `/_sandbox/scenarios/${first}`);
    expect(await world.client.control('GET', '/_sandbox/scenarios')).toEqual([
      { id: second, scenario: 'garbage', operation: 'bookings.create', remaining: 1 },
    ]);
    await world.client.control('DELETE', '/_sandbox/scenarios');
    expect(await seen(world.book(type, '08:00'))).toBe('201');
  });

  it.each([
    ['an unknown scenario', { scenario: 'meteor' }],
    ['an operation that no call has', { scenario: 'conflict', operation: 'booking.create' }],
    ['a trigger for a fault of calls', { scenario: 'conflict', operation: 'BOOKING_CREATED' }],
    ['an operation for a fault of webhooks', { scenario: 'webhook-lost', operation: 'bookings.create' }],
    ['no times at all', { scenario: 'conflict', times: 0 }],
    ['half a time', { scenario: 'conflict', times: 1.5 }],
    ['a delay before now', { scenario: 'slow', delayMs: -1 }],
    ['a misspelt property', { scenario: 'slow', delay: 100 }],
    ['no body', undefined],
  ])('refuses %s, for it would never happen as meant', async (_what, body) => {
    const answer = await world.client.send({ method: 'POST', path: '/_sandbox/scenarios', body });
    expect(answer.status).toBe(400);
    expect(await world.client.control('GET', '/_sandbox/scenarios')).toEqual([]);
  });
});
