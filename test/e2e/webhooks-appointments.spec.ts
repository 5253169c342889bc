import { deliverSigned, registeredSecret } from '../fixtures/webhooks/deliveries';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide, workdayAt } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestCompany, type TestService } from '../support/service';

describe('a booking made at the provider itself', () => {
  let service: TestService;
  let company: TestCompany;
  let provider: ProviderSide;
  let instant: number;
  let onRequest: number;

  beforeAll(async () => {
    service = await startTestService();
    company = await service.createCompany();
    provider = new ProviderSide(service, company);
    instant = await provider.eventType('instant');
    onRequest = await provider.eventType('on-request', {
      confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: false },
    });
    const synced = await service.call('POST', '/api/event-types/sync', { key: company.secretKey, body: {} });
    expect(synced.status).toBeLessThan(300);
  });

  afterAll(() => service?.stop());

  const bookingsOf = async (email: string): Promise<any[]> => {
    const query = `?attendeeEmail=${encodeURIComponent(email)}`;
    return (await service.call('GET', `/api/bookings${query}`, { key: company.secretKey })).body.data;
  };
  const bookingIn = async (email: string, status: string): Promise<any> => {
    const [booking] = await eventually(
      () => bookingsOf(email),
      (bookings) => bookings[0]?.status === status,
    );
    return booking;
  };
  const allDeliveries = async (): Promise<any[]> =>
    (await service.call('GET', '/api/webhooks/deliveries?limit=100', { key: company.secretKey })).body.data;
  const bodiesSentAbout = async (uids: string[]): Promise<string[]> => {
    const { body } = await service.sandboxCall('GET', '/_sandbox/webhooks');
    return body.filter((entry: any) => uids.includes(entry.uid)).map((entry: any) => entry.body);
  };
  const processed = async (trigger: string): Promise<any> => {
    const query = `?trigger=${trigger}&limit=1`;
    const [delivery] = await eventually(
      async () => (await service.call('GET', `/api/webhooks/deliveries${query}`, { key: company.secretKey })).body.data,
      ([newest]) => newest && newest.status !== 'received',
    );
    return delivery;
  };

  it('becomes an appointment, follows its reschedule under the same id, and its cancellation', async () => {
    const email = 'instant@customer.example';
    const [first, second] = [workdayAt(9), workdayAt(11)];
    const { uid } = await provider.book(instant, first, { email });
    const created = await bookingIn(email, 'confirmed');
    expect(Date.parse(created.start)).toBe(Date.parse(first));
    expect(await processed('BOOKING_CREATED')).toMatchObject({ status: 'processed', bookingId: created.id });

    const moved = await provider.change(uid, 'reschedule', { start: second });
    await processed('BOOKING_RESCHEDULED');
    const [rescheduled, ...more] = await eventually(
      () => bookingsOf(email),
      ([booking]) => Date.parse(booking.start) === Date.parse(second),
    );
    expect(more).toEqual([]);
    expect(rescheduled).toMatchObject({ id: created.id, status: 'confirmed' });

    await provider.change(moved.uid, 'cancel', { cancellationReason: 'ill' });
    expect(await bookingIn(email, 'cancelled')).toMatchObject({ id: created.id, cancellationReason: 'ill' });
    expect(await bookingsOf(email)).toHaveLength(1);
  });

  it('keeps its final state when its webhooks come again, as they were or as late news in the wrong order', async () => {
    const email = 'replayed@customer.example';
    const { uid } = await provider.book(instant, workdayAt(9, 15), { email });
    const moved = await provider.change(uid, 'reschedule', { start: workdayAt(11, 15) });
    await provider.change(moved.uid, 'cancel', { cancellationReason: 'ill' });
    const final = await bookingIn(email, 'cancelled');
    const secret = await registeredSecret(service, company);
    const sent = await bodiesSentAbout([uid, moved.uid]);
    expect(sent.map((body) => JSON.parse(body).triggerEvent)).toEqual([
      'BOOKING_CREATED',
      'BOOKING_RESCHEDULED',
      'BOOKING_CANCELLED',
    ]);

    const address = `/${company.connectionId}`;
    const count = async () => (await allDeliveries()).length;
    const before = await count();
    for (const body of sent) expect((await deliverSigned(service, address, body, secret)).status).toBe(200);
    expect(await count()).toBe(before);

    // One more line break makes them deliveries of their own.
    for (const body of [...sent].reverse()) await deliverSigned(service, address, `${body}\n`, secret);
    await eventually(allDeliveries, (all) => all.every((delivery) => delivery.status !== 'received'));
    expect(await count()).toBe(before + sent.length);
    expect(await bookingsOf(email)).toEqual([final]);
  });

  it('awaits confirmation when it was only requested, and is confirmed with it', async () => {
    const email = 'requested@customer.example';
    const { uid } = await provider.book(onRequest, workdayAt(9, 20), { email });
    const requested = await bookingIn(email, 'awaiting_confirmation');
    expect(await processed('BOOKING_REQUESTED')).toMatchObject({ status: 'processed', bookingId: requested.id });
    await provider.change(uid, 'confirm');
    expect(await bookingIn(email, 'confirmed')).toMatchObject({ id: requested.id });
  });

  it('is rejected when its host declines', async () => {
    const email = 'declined@customer.example';
    const { uid } = await provider.book(onRequest, workdayAt(10, 20), { email });
    const requested = await bookingIn(email, 'awaiting_confirmation');
    await provider.change(uid, 'decline', { reason: 'on holiday' });
    expect(await bookingIn(email, 'rejected')).toMatchObject({ id: requested.id });
    expect(await processed('BOOKING_REJECTED')).toMatchObject({ status: 'processed', bookingId: requested.id });
  });

  it('is one appointment although the provider sends its webhook twice', async () => {
    const email = 'twice@customer.example';
    await service.sandboxCall('POST', '/_sandbox/scenarios', {
      scenario: 'webhook-duplicated',
      operation: 'BOOKING_CREATED',
      key: company.providerKey,
    });
    await provider.book(instant, workdayAt(13), { email });
    await bookingIn(email, 'confirmed');
    await processed('BOOKING_CREATED');
    expect(await bookingsOf(email)).toHaveLength(1);
  });
});
