import { DAY, SandboxWorld } from './sandbox-world';

describe('a sandbox that was restarted on its database', () => {
  let world: SandboxWorld;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  it('still has accounts, types, bookings, holds, webhooks, faults, settings and both logs', async () => {
    await world.fresh({ teams: false, slotsCacheMs: 1_500 });
    const type = await world.eventType('kept');
    await world.subscribe('kept');
    await world.book(type, '08:00');
    const held = await world.client.ok({
      method: 'POST',
      path: '/v2/slots/reservations',
      version: '2024-09-04',
      body: { eventTypeId: type, slotStart: `${DAY}T12:00:00Z` },
    });
    const fault = await world.order({ scenario: 'conflict', operation: 'bookings.create', times: 2 });
    await world.book(type, '09:00');
    const lookAll = (): Promise<unknown[]> =>
      Promise.all(
        ['accounts', 'bookings', 'scenarios', 'settings', 'calls', 'webhooks'].map((what) =>
          world.client.control('GET', `/_sandbox/${what}`),
        ),
      );
    const before = await lookAll();

    await world.restart();

    expect(await lookAll()).toEqual(before);
    const path = `/v2/slots/reservations/${held.reservationUid}`;
    expect(await world.client.ok({ method: 'GET', path, version: '2024-09-04' })).toEqual(held);
    expect((await world.book(type, '10:00')).body.error.message).toContain('already has booking');
    expect(await world.remaining(fault)).toBe(0);
    expect((await world.book(type, '08:00')).status).toBe(400);
    expect((await world.book(type, '10:00')).status).toBe(201);
    expect(world.subscriber.triggers()).toEqual(['BOOKING_CREATED', 'BOOKING_CREATED']);
  });

  it('is empty after a reset, with the settings of its start, and gives the same ids again', async () => {
    await world.fresh({ teams: false });
    const type = await world.eventType('first');
    await world.client.control('POST', '/_sandbox/reset');
    for (const what of ['accounts', 'bookings', 'scenarios', 'calls', 'webhooks']) {
      expect(await world.client.control('GET', `/_sandbox/${what}`)).toEqual([]);
    }
    expect(await world.client.control('GET', '/_sandbox/settings')).toEqual({
      rateLimit: null,
      rateLimitReset: 'seconds',
      teams: true,
      hosted: false,
      slotsCacheMs: 0,
    });
    await world.fresh();
    expect(await world.eventType('first')).toBe(type);
  });

  it('drops what was delayed when it stopped', async () => {
    await world.fresh();
    const type = await world.eventType('late');
    await world.subscribe('late');
    await world.order({ scenario: 'webhook-delayed', delayMs: 60_000 });
    await world.order({ scenario: 'effect-late', operation: 'bookings.create', delayMs: 60_000 });
    await expect(world.book(type, '08:00')).rejects.toThrow('fetch failed');
    await world.book(type, '09:00');
    await world.restart();
    expect(await world.booked()).toEqual(['09:00 accepted']);
    expect(world.subscriber.triggers()).toEqual([]);
  });
});
