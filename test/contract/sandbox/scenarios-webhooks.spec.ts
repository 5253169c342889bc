import { eventually } from '../../fixtures/webhooks/eventually';
import { SandboxWorld } from './sandbox-world';

interface Sent {
  trigger: string;
  status: number | null;
  beforeAnswer: boolean;
}

describe('the faults that webhooks can be given', () => {
  let world: SandboxWorld;
  let type: number;

  beforeAll(async () => {
    world = await SandboxWorld.open();
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    await world.fresh();
    type = await world.eventType('hooks');
    await world.subscribe('own');
  });

  const sent = async (): Promise<Sent[]> => {
    const log: Sent[] = await world.client.control('GET', '/_sandbox/webhooks');
    return log.map(({ trigger, status, beforeAnswer }) => ({ trigger, status, beforeAnswer }));
  };
  const book = async (time: string): Promise<string> => (await world.book(type, time)).body.data.uid;
  const cancel = (uid: string): Promise<unknown> =>
    world.client.change(uid, 'cancel', { cancellationReason: 'x' }) as Promise<unknown>;

  it.each([
    ['webhook-lost', [0, 0, 1]],
    ['webhook-duplicated', [2, 2, 1]],
  ])('%s hits so many deliveries and then no more: %j came', async (scenario, counts) => {
    await world.order({ scenario, key: world.client.owner.key, operation: 'BOOKING_CREATED', times: 2 });
    for (const [index, time] of ['08:00', '09:00', '10:00'].entries()) {
      world.subscriber.forget();
      expect((await world.book(type, time)).status).toBe(201);
      expect(world.subscriber.triggers()).toHaveLength(counts[index] ?? NaN);
    }
    expect(await world.booked()).toHaveLength(3);
  });

  it.each(['webhook-lost', 'webhook-duplicated', 'webhook-delayed', 'webhook-out-of-order'])(
    '%s spares other triggers and other keys',
    async (scenario) => {
      const foreignType = await world.eventType('foreign', world.client.other.key);
      await world.subscribe('foreign', world.client.other.key);
      const fault = { scenario, key: world.client.owner.key, operation: 'BOOKING_CANCELLED' };
      const id = await world.order(fault);
      await book('08:00');
      const { uid } = (await world.book(foreignType, '15:00', world.client.other.key)).body.data;
      await world.post(`/v2/bookings/${uid}/cancel`, { cancellationReason: 'x' }, world.client.other.key);
      expect(world.subscriber.triggers('own')).toEqual(['BOOKING_CREATED']);
      expect(world.subscriber.triggers('foreign')).toEqual(['BOOKING_CREATED', 'BOOKING_CANCELLED']);
      expect(await world.remaining(id)).toBe(1);
    },
  );

  it('webhook-lost is in the log as sent and never arrived', async () => {
    await world.order({ scenario: 'webhook-lost' });
    await book('08:00');
    expect(await sent()).toEqual([{ trigger: 'BOOKING_CREATED', status: null, beforeAnswer: true }]);
  });

  it('webhook-duplicated sends the very same bytes twice', async () => {
    await world.order({ scenario: 'webhook-duplicated' });
    await book('08:00');
    const [first, second] = await world.subscriber.atLeast(2);
    expect(second).toEqual(first);
    expect(await sent()).toHaveLength(2);
  });

  it('webhook-delayed arrives after its delay, long after the answer', async () => {
    await world.order({ scenario: 'webhook-delayed', delayMs: 500 });
    const began = performance.now();
    await book('08:00');
    expect(world.subscriber.triggers()).toEqual([]);
    await world.subscriber.atLeast(1);
    expect(performance.now() - began).toBeGreaterThanOrEqual(499);
    const log = await eventually(sent, ({ length }) => length > 0);
    expect(log).toEqual([{ trigger: 'BOOKING_CREATED', status: 200, beforeAnswer: false }]);
  });

  it('webhook-out-of-order lets the next webhook overtake it', async () => {
    await world.order({ scenario: 'webhook-out-of-order', operation: 'BOOKING_CREATED', delayMs: 60_000 });
    const uid = await book('08:00');
    expect(world.subscriber.triggers()).toEqual([]);
    await cancel(uid);
    const received = await world.subscriber.atLeast(2);
    expect(received.map((one) => [one.trigger, one.uid])).toEqual([
      ['BOOKING_CANCELLED', uid],
      ['BOOKING_CREATED', uid],
    ]);
  });

  it('webhook-out-of-order is overtaken by one that is sent twice as well', async () => {
    await world.order({ scenario: 'webhook-out-of-order', operation: 'BOOKING_CREATED', delayMs: 60_000 });
    await world.order({ scenario: 'webhook-duplicated', operation: 'BOOKING_CANCELLED' });
    await cancel(await book('08:00'));
    await world.subscriber.atLeast(3);
    expect(world.subscriber.triggers()).toEqual(['BOOKING_CANCELLED', 'BOOKING_CANCELLED', 'BOOKING_CREATED']);
  });

  it('webhook-out-of-order goes out by itself when nothing overtakes it', async () => {
    await world.order({ scenario: 'webhook-out-of-order', delayMs: 100 });
    await book('08:00');
    await world.subscriber.atLeast(1);
    expect(world.subscriber.triggers()).toEqual(['BOOKING_CREATED']);
  });

  it('counts deliveries: of two subscribers to one booking, one fault hits one', async () => {
    await world.subscribe('second');
    await world.order({ scenario: 'webhook-lost', times: 1 });
    await book('08:00');
    expect(world.subscriber.triggers()).toHaveLength(1);
  });

  it('what is held back does not come after a reset', async () => {
    await world.order({ scenario: 'webhook-out-of-order', delayMs: 60_000 });
    await book('08:00');
    await world.fresh();
    type = await world.eventType('hooks');
    await world.subscribe('own');
    const uid = await book('09:00');
    await cancel(uid);
    expect(world.subscriber.triggers()).toEqual(['BOOKING_CREATED', 'BOOKING_CANCELLED']);
  });

  it('a booking is committed and its webhook there before the answer, which waits for a slow subscriber', async () => {
    world.subscriber.hold();
    let answered = false;
    const asked = world.book(type, '08:00').finally(() => (answered = true));
    const [webhook] = await world.subscriber.atLeast(1);
    const bookings: { uid: string }[] = await world.client.control('GET', '/_sandbox/bookings');
    expect(bookings.map(({ uid }) => uid)).toEqual([webhook?.uid]);
    const query = `/v2/bookings?attendeeEmail=ada@sandbox.example&eventTypeId=${type}`;
    const list = await world.client.ok({ method: 'GET', path: query, version: '2024-08-13' });
    expect(list).toHaveLength(1);
    expect(answered).toBe(false);
    world.subscriber.release();
    expect((await asked).body.data.uid).toBe(webhook?.uid);
    expect(await sent()).toEqual([{ trigger: 'BOOKING_CREATED', status: 200, beforeAnswer: true }]);
  });

  it('a subscriber that is down costs nothing but its webhook', async () => {
    const body = { active: true, subscriberUrl: 'http://127.0.0.1:1/down', triggers: ['BOOKING_CREATED'] };
    await world.client.ok({ method: 'POST', path: '/v2/webhooks', body });
    expect((await world.book(type, '08:00')).status).toBe(201);
    const log = (await sent()).map(({ status }) => String(status)).sort();
    expect(log).toEqual(['200', 'null']);
  });
});
