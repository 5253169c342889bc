import { randomUUID } from 'node:crypto';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

describe('a booking whose answer was lost', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    // Short, so that a provider that says nothing is not waited for.
    service = await startTestService({
      calcom: { timeoutMs: 1_000, retryAttempts: 0 },
      bookings: { deadlineMs: 3_000, settleMs: 5_000 },
    });
  });
  beforeEach(async () => {
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  it.each(['answer-lost', 'error-after', 'garbage'])(
    'is found by its reference and booked once (%s)',
    async (fault) => {
      await desk.scenario(fault, 'bookings.create');
      const answer = await desk.book(desk.request(startAt(0, 9)));
      expect([answer.status, answer.body.status]).toEqual([201, 'confirmed']);
      expect(await desk.atProvider()).toHaveLength(1);
      expect(await desk.calls('bookings.create')).toHaveLength(1);
    },
  );

  const AT_ONCE = { prefer: 'wait=1' };

  it('is told as open within the time the caller waits, and by the same key and URL later', async () => {
    await desk.scenario('error-before', 'bookings.create');
    const [key, body] = [randomUUID(), desk.request(startAt(0, 9))];
    const first = await desk.book(body, key, AT_ONCE);
    expect([first.status, first.body.status]).toEqual([202, 'outcome_pending']);
    const second = await desk.book(body, key, { prefer: 'wait=0' });
    expect([second.status, second.body]).toEqual([202, first.body]);
    const seen = await desk.call('GET', `/api/bookings/${first.body.id}`);
    expect([seen.status, seen.body]).toEqual([200, first.body]);
    expect(await desk.calls('bookings.create')).toHaveLength(1);
  });

  it('is given up when it is not to be seen in time, and booked anew only once nothing can come of it', async () => {
    await desk.scenario('error-before', 'bookings.create');
    const [key, body] = [randomUUID(), desk.request(startAt(0, 9))];
    const open = await desk.book(body, key, AT_ONCE);
    const given = await eventually(
      () => desk.book(body, key, AT_ONCE),
      ({ status }) => status !== 202,
    );
    expect([given.status, given.body.error.code, given.body.error.details]).toEqual([
      503,
      'PROVIDER_UNAVAILABLE',
      { reason: 'NOT_BOOKED' },
    ]);
    expect(Number(given.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await desk.call('GET', `/api/bookings/${open.body.id}`)).status).toBe(404);
    expect(await desk.calls('bookings.create')).toHaveLength(1);
    const anew = await eventually(
      () => desk.book(body, key),
      ({ status }) => status !== 503,
    );
    expect([anew.status, anew.body.status, anew.body.id]).toEqual([201, 'confirmed', open.body.id]);
    const refs = (await desk.calls('bookings.create')).map((call) => call.body.metadata.slotbridgeRef);
    expect(new Set(refs).size).toBe(2);
    expect(await desk.atProvider()).toHaveLength(1);
  });

  it('is adopted when it takes effect late, without anybody asking again', async () => {
    await desk.scenario('effect-late', 'bookings.create', { delayMs: 1_500 });
    const [key, body] = [randomUUID(), desk.request(startAt(0, 9))];
    const first = await desk.book(body, key, AT_ONCE);
    expect([first.status, first.body.status]).toEqual([202, 'outcome_pending']);
    const last = await eventually(
      () => desk.call('GET', `/api/bookings/${first.body.id}`),
      (answer) => answer.body.status !== 'outcome_pending',
    );
    expect([last.status, last.body.status]).toEqual([200, 'confirmed']);
    const again = await desk.book(body, key);
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', last.body]);
    expect(await desk.atProvider()).toHaveLength(1);
    expect(await desk.calls('bookings.create')).toHaveLength(1);
  });

  it('is cancelled when it takes effect after it was given up', async () => {
    await desk.scenario('effect-late', 'bookings.create', { delayMs: 4_500 });
    const body = desk.request(startAt(0, 9));
    const given = await desk.book(body, randomUUID());
    expect([given.status, given.body.error.details]).toEqual([503, { reason: 'NOT_BOOKED' }]);
    await eventually(
      () => desk.atProvider(),
      (bookings) => bookings.length === 1 && bookings[0].status === 'cancelled',
    );
    // Also when the provider has told of both, the booking and its cancellation.
    await eventually(
      async () => (await desk.call('GET', '/api/webhooks/deliveries')).body.data,
      (deliveries) => deliveries.filter(({ status }: any) => status !== 'received').length === 2,
    );
    expect((await desk.call('GET', '/api/bookings')).body.data).toEqual([]);
  });

  it.each([
    ['a 500', 'error-before', {}],
    ['no answer', 'silent-before', {}],
    ['an answer that is lost', 'answer-lost', {}],
    ['a refusal for its pace', 'rate-limited', { delayMs: 1_000 }],
  ])('is cancelled all the same when its cancellation meets %s', async (_what, fault, more) => {
    await desk.scenario('effect-late', 'bookings.create', { delayMs: 4_500 });
    await desk.scenario(fault, 'bookings.cancel', more);
    const given = await desk.book(desk.request(startAt(0, 9)));
    expect(given.status).toBe(503);
    await eventually(
      () => desk.atProvider(),
      (bookings) => bookings.length === 1 && bookings[0].status === 'cancelled',
    );
  });

  it('needs attention when the provider refuses for good to cancel it, and is never called clean', async () => {
    const body = { title: 'Firm', slug: `firm-${randomUUID().slice(0, 8)}`, lengthMinutes: 30 };
    const type = await desk.call('POST', '/api/event-types', body);
    const { key } = { key: desk.company.providerKey };
    await fetch(`${service.sandbox.url}/v2/event-types/${type.body.providerId}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${key}`, 'cal-api-version': '2024-06-14', 'content-type': 'application/json' },
      body: JSON.stringify({ disableCancelling: { disabled: true } }),
    });
    await desk.scenario('effect-late', 'bookings.create', { delayMs: 4_500 });
    await desk.book({ ...desk.request(startAt(0, 9)), eventTypeId: type.body.id });
    const attention = await eventually(
      () => service.call('GET', `/api/attention?companyId=${desk.company.companyId}`, { key: service.adminKey }),
      (answer) => answer.body.data.length > 0,
    );
    expect(attention.body.data).toHaveLength(1);
    const [live] = await desk.atProvider();
    expect(live.status).toBe('accepted');
  });

  it('is not sent at all when the credential is refused for its pace, and the key can be used again', async () => {
    // Blocked for a second: the repeat waits it out, because nobody may call meanwhile.
    await desk.scenario('rate-limited', 'bookings.create', { delayMs: 1_000 });
    const [key, body] = [randomUUID(), desk.request(startAt(0, 9))];
    const first = await desk.book(body, key);
    expect([first.status, first.body.error.code]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    const second = await desk.book(body, key);
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it.each(['answer-lost', 'error-after'])('of a move is read from the old booking (%s)', async (fault) => {
    const { body } = await desk.book(desk.request(startAt(0, 9)));
    await desk.scenario(fault, 'bookings.reschedule');
    const moved = await desk.change(body.id, 'reschedule', { start: startAt(0, 11) });
    expect([moved.status, moved.body.id, moved.body.start]).toEqual([200, body.id, startAt(0, 11)]);
    expect(await desk.calls('bookings.reschedule')).toHaveLength(1);
    const again = await desk.change(body.id, 'reschedule', { start: startAt(0, 13) });
    expect([again.status, again.body.start]).toEqual([200, startAt(0, 13)]);
    expect(await desk.liveOn(startAt(0, 9))).toHaveLength(1);
  });

  it('of a move that did not happen is reported, and the booking stays where it was', async () => {
    const { body } = await desk.book(desk.request(startAt(0, 9)));
    await desk.scenario('error-before', 'bookings.reschedule');
    const moved = await desk.change(body.id, 'reschedule', { start: startAt(0, 11) });
    expect([moved.status, moved.body.error.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
    const now = await desk.call('GET', `/api/bookings/${body.id}`);
    expect([now.body.status, now.body.start]).toEqual(['confirmed', startAt(0, 9)]);
  });

  it.each(['answer-lost', 'error-after'])('of a cancellation is read from the booking (%s)', async (fault) => {
    const { body } = await desk.book(desk.request(startAt(0, 9)));
    await desk.scenario(fault, 'bookings.cancel');
    const cancelled = await desk.change(body.id, 'cancel', { reason: 'ill' });
    expect([cancelled.status, cancelled.body.status, cancelled.body.cancellationReason]).toEqual([
      200,
      'cancelled',
      'ill',
    ]);
  });

  /** Moves the only booking at the provider itself, with its webhook lost. */
  async function moveElsewhere(start: string): Promise<void> {
    const [{ uid }] = await desk.atProvider();
    await desk.scenario('webhook-lost', 'BOOKING_RESCHEDULED');
    const moved = await fetch(`${service.sandbox.url}/v2/bookings/${uid}/reschedule`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${desk.company.providerKey}`,
        'cal-api-version': '2024-08-13',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ start: new Date(start).toISOString() }),
    });
    expect(moved.status).toBe(201);
  }

  it('of somebody who moved it at the provider is found there, and no second move is made', async () => {
    const { body } = await desk.book(desk.request(startAt(0, 9)));
    await moveElsewhere(startAt(0, 11));
    const answer = await desk.change(body.id, 'reschedule', { start: startAt(0, 13) });
    expect([answer.status, answer.body.error.details]).toEqual([409, { reason: 'ALREADY_RESCHEDULED' }]);
    const now = await desk.call('GET', `/api/bookings/${body.id}`);
    expect(now.body.start).toBe(startAt(0, 11));
    expect(await desk.liveOn(startAt(0, 9))).toHaveLength(1);
  });

  it('of somebody who moved it at the provider does not hide it from its cancellation', async () => {
    const { body } = await desk.book(desk.request(startAt(0, 9)));
    await moveElsewhere(startAt(0, 11));
    const answer = await desk.change(body.id, 'cancel');
    expect([answer.status, answer.body.status, answer.body.start]).toEqual([200, 'cancelled', startAt(0, 11)]);
    expect(await desk.liveOn(startAt(0, 9))).toEqual([]);
  });
});
