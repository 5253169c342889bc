import { randomBytes } from 'node:crypto';
import { BookingEventsService } from '../../src/features/bookings/booking-events.service';
import { ProviderDirectory } from '../../src/scheduling/provider-directory';
import type { WebhookNotice } from '../../src/scheduling/webhook-reader';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Positions of: created, moved, moved again, cancelled. */
const ORDERS = permutations([0, 1, 2, 3]);

describe('events of a booking', () => {
  let service: TestService;
  let desk: Desk;
  let events: BookingEventsService;
  let lastDelivery = 0;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
    events = service.app.get(BookingEventsService);
    // Deliveries are handed over by the tests, in the order that each of them is about.
    await desk.scenario('webhook-lost', undefined, { times: 1_000 });
  });
  afterAll(() => service?.stop());

  async function atProvider(path: string, body: object): Promise<any> {
    const response = await fetch(`${service.sandbox.url}/v2/bookings${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${desk.company.providerKey}`,
        'cal-api-version': '2024-08-13',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    const answer: any = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer.data;
  }

  /** What the provider sent since the last time, read from the very bytes. */
  async function notices(): Promise<WebhookNotice[]> {
    const { body } = await service.sandboxCall('GET', `/_sandbox/webhooks?after=${lastDelivery}`);
    lastDelivery = Math.max(lastDelivery, ...body.map((delivery: any) => delivery.id));
    const reader = service.app.get(ProviderDirectory).webhookReader('calcom-v2');
    return body.map((delivery: any) => reader.parse(Buffer.from(delivery.body)));
  }

  const apply = (notice: WebhookNotice) =>
    events.apply({ id: desk.company.connectionId, companyId: desk.company.companyId }, notice);

  const listed = async (email: string) => (await desk.call('GET', `/api/bookings?attendeeEmail=${email}`)).body.data;

  async function bookedAtProvider(email: string, start: string): Promise<string> {
    const { uid } = await atProvider('', {
      eventTypeId: Number(desk.eventType.providerId),
      start: new Date(start).toISOString(),
      attendee: { name: 'Eva', email, timeZone: 'Europe/Berlin' },
    });
    return uid;
  }

  const move = async (uid: string, start: string): Promise<string> =>
    (await atProvider(`/${uid}/reschedule`, { start: new Date(start).toISOString() })).uid;

  it('made at the provider end in the same single appointment in every order, each delivered twice', async () => {
    const ends = new Map<string, number>();
    for (const [day, order] of ORDERS.entries()) {
      const email = `order-${order.join('')}@customer.example`;
      const first = await bookedAtProvider(email, startAt(day, 9));
      const third = await move(await move(first, startAt(day, 11)), startAt(day, 13));
      await atProvider(`/${third}/cancel`, { cancellationReason: 'ill' });
      const all = await notices();
      expect(all.map(({ effect }) => effect)).toEqual(['created', 'rescheduled', 'rescheduled', 'cancelled']);
      for (const index of [...order, ...order]) await apply(all[index]!);
      const found = await listed(email);
      const end = found.map((booking: any) => [
        booking.status,
        booking.start === startAt(day, 13),
        booking.cancellationReason,
      ]);
      ends.set(JSON.stringify(end), (ends.get(JSON.stringify(end)) ?? 0) + 1);
    }
    expect([...ends]).toEqual([[JSON.stringify([['cancelled', true, 'ill']]), ORDERS.length]]);
  });

  it('already known here follow the provider in whatever order the rest arrives', async () => {
    for (const [index, order] of permutations([0, 1, 2]).entries()) {
      const [day, email] = [40 + index, `known-${index}@customer.example`];
      const first = await bookedAtProvider(email, startAt(day, 9));
      for (const notice of await notices()) await apply(notice);
      const [known] = await listed(email);
      expect([known.status, known.start]).toEqual(['confirmed', startAt(day, 9)]);
      const third = await move(await move(first, startAt(day, 11)), startAt(day, 13));
      await atProvider(`/${third}/cancel`, { cancellationReason: 'ill' });
      const rest = await notices();
      for (const position of order) await apply(rest[position]!);
      const found = await listed(email);
      expect(found.map(({ id, status, start }: any) => [order, id, status, start])).toEqual([
        [order, known.id, 'cancelled', startAt(day, 13)],
      ]);
    }
  });

  it('delivered at the same time make one appointment', async () => {
    const email = 'parallel@customer.example';
    const first = await bookedAtProvider(email, startAt(30, 9));
    await move(await move(first, startAt(30, 11)), startAt(30, 13));
    const all = await notices();
    await Promise.all([...all, ...all].map(apply));
    expect((await listed(email)).map((booking: any) => [booking.status, booking.start])).toEqual([
      ['confirmed', startAt(30, 13)],
    ]);
  });

  it('echoing our own bookings cost no call and change nothing', async () => {
    const { body } = await desk.book(desk.request(startAt(31, 9)));
    const moved = await desk.change(body.id, 'reschedule', { start: startAt(31, 11) });
    const all = await notices();
    const before = (await desk.calls('bookings.get')).length;
    expect(await apply(all[1]!)).toEqual({ outcome: 'processed', appointmentId: body.id, effect: 'known already' });
    expect(await desk.calls('bookings.get')).toHaveLength(before);
    await apply(all[0]!);
    expect((await desk.call('GET', `/api/bookings/${body.id}`)).body).toEqual(moved.body);
  });

  it('arriving before the answer to our own call is found by its reference', async () => {
    await desk.scenario('error-before', 'bookings.create');
    const wish = desk.request(startAt(32, 9), { attendee: { name: 'Eva', email: 'early@customer.example' } });
    const open = await desk.book(wish, undefined, { prefer: 'wait=1' });
    expect(open.body.status).toBe('outcome_pending');
    const [call] = (await desk.calls('bookings.create')).slice(-1);
    // The effect that comes after all, with our reference in it.
    await atProvider('', call.body);
    const [notice] = await notices();
    expect(await apply(notice!)).toMatchObject({ outcome: 'processed', appointmentId: open.body.id });
    const seen = await eventually(
      () => listed('early@customer.example'),
      ([booking]) => booking?.status === 'confirmed',
    );
    expect(seen.map(({ id }: any) => id)).toEqual([open.body.id]);
  });

  it('about a booking that does not exist there, or about none, are ignored', async () => {
    const uid = 'no-such-uid';
    expect((await apply({ trigger: 'BOOKING_CREATED', effect: 'created', uid, metadata: {} })).outcome).toBe('ignored');
    expect((await apply({ trigger: 'MEETING_STARTED', effect: 'other', uid, metadata: {} })).outcome).toBe('ignored');
  });
});

describe("events on the environment's key", () => {
  const apiKey = `cal_${randomBytes(16).toString('hex')}`;
  const start = new Date(startAt(0, 9)).toISOString();
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ calcom: { apiKey } });
    const account = {
      key: apiKey,
      username: 'shared',
      name: 'Shared',
      email: 's@salon.example',
      timeZone: 'Europe/Berlin',
    };
    await service.sandboxCall('POST', '/_sandbox/accounts', account);
  });
  afterAll(() => service?.stop());

  async function atProvider(path: string, version: string, body: object): Promise<any> {
    const response = await fetch(`${service.sandbox.url}/v2${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'cal-api-version': version, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as any).data;
  }

  it('concern a company only where its own event types are booked', async () => {
    const type = (slug: string) => atProvider('/event-types', '2024-06-14', { title: slug, slug, lengthInMinutes: 30 });
    const [shared, other] = [await type('shared'), await type('other')];
    const company = { name: 'Tenant', timeZone: 'UTC', locale: 'de-DE', defaultPhoneCountry: 'DE' };
    const admin = { key: service.adminKey };
    const { body: made } = await service.call('POST', '/api/companies', { ...admin, body: company });
    const { body: connection } = await service.call('PUT', `/api/companies/${made.id}/connections`, {
      ...admin,
      body: { provider: 'calcom-v2', sharedEventTypeIds: [String(shared.id)] },
    });
    const { body: key } = await service.call('POST', `/api/companies/${made.id}/keys`, {
      ...admin,
      body: { kind: 'secret', name: 'test' },
    });
    await service.call('POST', '/api/event-types/sync', { key: key.key, body: {} });

    const outcomes: string[] = [];
    for (const [eventTypeId, email] of [
      [shared.id, 'ours@customer.example'],
      [other.id, 'theirs@customer.example'],
    ]) {
      const attendee = { name: 'Eva', email, timeZone: 'UTC' };
      const at = eventTypeId === shared.id ? start : new Date(startAt(1, 9)).toISOString();
      const { uid } = await atProvider('/bookings', '2024-08-13', { eventTypeId, start: at, attendee });
      const applied = await service.app
        .get(BookingEventsService)
        .apply(
          { id: connection.id, companyId: made.id },
          { trigger: 'BOOKING_CREATED', effect: 'created', uid, metadata: {} },
        );
      outcomes.push(applied.outcome);
    }
    expect(outcomes).toEqual(['processed', 'ignored']);
    const listed = await service.call('GET', '/api/bookings', { key: key.key });
    expect(listed.body.data.map((booking: any) => booking.attendee.email)).toEqual(['ours@customer.example']);
  });
});
