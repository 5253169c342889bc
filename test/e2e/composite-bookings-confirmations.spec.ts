import { DataSource } from 'typeorm';
import { startAt } from '../fixtures/bookings/desk';
import { sellsOnRequest } from '../fixtures/composite-bookings/asking-types';
import { COLOUR, startsOf, Visits } from '../fixtures/composite-bookings/visits';
import { eventually } from '../fixtures/webhooks/eventually';
import { ProviderSide } from '../fixtures/webhooks/provider-side';
import { startTestService, type TestService } from '../support/service';

/** Within it a confirmation that got no answer may take effect; LATE is before its end. */
const SETTLE_MS = 6_000;
const LATE_MS = 3_000;

describe('a visit of types that wait for the yes of a host', () => {
  let service: TestService;
  let visits: Visits;
  let asked: any;
  let askedOfJonas: any;

  beforeAll(async () => {
    service = await startTestService({ bookings: { settleMs: SETTLE_MS } });
    visits = await Visits.open(service);
    asked = await sellsOnRequest(visits.salon, visits.salon.maria, COLOUR);
    askedOfJonas = await sellsOnRequest(visits.salon, visits.salon.jonas, COLOUR);
  });
  afterEach(async () => {
    // Every fault was met: none is left for the next one.
    const { body } = await service.sandboxCall('GET', '/_sandbox/scenarios');
    expect(body.filter(({ remaining }: any) => remaining > 0)).toEqual([]);
  });
  afterAll(() => service?.stop());

  const customer = (name: string, email = `${name.toLowerCase()}@customer.example`) => ({
    name,
    email,
    timeZone: 'Europe/Berlin',
  });
  const is = (id: string, status: string) =>
    eventually(
      async () => (await visits.get(id)).body,
      (visit) => visit.status === status,
    );
  const calls = async (operation: string): Promise<any[]> => {
    const query = `key=${visits.salon.company.providerKey}&operation=${operation}`;
    return (await service.sandboxCall('GET', `/_sandbox/calls?${query}`)).body;
  };
  const sent = async (trigger: string, uid: string): Promise<any[]> => {
    const { body } = await service.sandboxCall('GET', '/_sandbox/webhooks?after=0');
    return body.filter((webhook: any) => webhook.trigger === trigger && webhook.uid === uid);
  };
  const settled = () =>
    eventually(
      async () => (await visits.salon.call('GET', '/api/webhooks/deliveries?status=received')).body.data,
      (waiting) => waiting.length === 0,
    );
  /** What takes up time at the provider on a day. */
  const live = async (day: number): Promise<any[]> =>
    (await visits.atProvider()).filter(
      ({ status, start }) =>
        ['accepted', 'pending'].includes(status) && start.slice(0, 10) === startAt(day, 9).slice(0, 10),
    );

  describe('that two customers want at the same time', () => {
    it.each([
      ['with addresses of their own', 0, 'ada@customer.example', 'otto@customer.example'],
      ['who share one address', 1, 'family@customer.example', 'family@customer.example'],
    ])('is one’s alone, whole, and the other one is refused whole: %s', async (_, day, first, second) => {
      const book = (name: string, email: string) =>
        visits.book({ serviceId: asked.id, start: startAt(day, 9), customer: customer(name, email) });
      const answers = await Promise.all([book('Ada', first), book('Otto', second)]);
      answers.push(await book('Otto', second), await book('Ada', first));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
      const { body: visit } = answers.find(({ status }) => status === 201)!;
      expect(visit.status).toBe('confirmed');
      const booked = await live(day);
      expect(booked.map(({ status }) => status)).toEqual(COLOUR.map(() => 'accepted'));
      expect(await visits.liveOn(day)).toEqual(startsOf(visit));
      for (const booking of booked) expect(JSON.stringify(booking)).toContain(`"${visit.customer.name}"`);
      const date = startAt(day, 9).slice(0, 10);
      const list = await visits.salon.ok('GET', `/api/composite-bookings?status=confirmed&from=${date}&to=${date}`);
      expect(list.data.map(({ id }: any) => id)).toEqual([visit.id]);
    });
  });

  it('is refused whole when the provider answers a booking of somebody else for one of its segments, which stays theirs', async () => {
    const [, wash] = asked.segments;
    const map = asked.maps.find(({ segmentId }: any) => segmentId === wash.id);
    const { providerId } = await visits.salon.ok('GET', `/api/event-types/${map.eventTypeId}`);
    const date = startAt(2, 9).slice(0, 10);
    await visits.salon.ok('GET', `/api/services/${asked.id}/composite-availability?start=${date}&end=${date}`);
    await visits.scenario('webhook-lost', 'BOOKING_REQUESTED');
    const host = new ProviderSide(service, visits.salon.company);
    const attendee = customer('Uncle', 'family@customer.example');
    const theirs = await host.book(Number(providerId), startAt(2, 10, 10), attendee);
    const { status, body } = await visits.book({
      serviceId: asked.id,
      start: startAt(2, 9),
      customer: customer('Niece', 'family@customer.example'),
    });
    expect([status, body.error.code, body.error.details.reason]).toEqual([422, 'BOOKING_REFUSED', 'DUPLICATE']);
    expect(body.error.details.segment).toMatchObject({ index: 1, name: 'Wash' });
    const left = await eventually(
      () => live(2),
      (bookings) => bookings.length < 2,
    );
    expect(left.map((booking) => [booking.uid, booking.status])).toEqual([[theirs.uid, 'pending']]);
  });

  it('keeps its bookings and their ids when their metadata is gone with the yes, and no other appointment appears', async () => {
    const { body: visit } = await visits.book({
      serviceId: asked.id,
      start: startAt(3, 9),
      customer: customer('Ines'),
    });
    expect(visit.status).toBe('confirmed');
    for (const { uid } of await live(3)) {
      const [webhook] = await sent('BOOKING_CREATED', uid);
      expect(JSON.stringify(webhook.body)).toMatch(/metadata\W+\{\}/);
    }
    await settled();
    const { body } = await visits.get(visit.id);
    expect(body).toMatchObject({ status: 'confirmed', segments: visit.segments });
    const { data } = await visits.salon.ok('GET', '/api/bookings?attendeeEmail=ines@customer.example');
    expect(data.map(({ id }: any) => id).sort()).toEqual(visit.segments.map(({ bookingId }: any) => bookingId).sort());
    for (const booking of data) {
      expect(booking).toMatchObject({ status: 'confirmed', compositeBookingId: visit.id });
    }
  });

  it.each([
    ['its first segment', 4, 1, undefined],
    ['all but its last one', 8, 2, undefined],
    ['its first segment, whose new yes is lost on its way', 9, 1, 'cut-before'],
  ])(
    'is confirmed at its old times again when its move fails after %s, and what was moved needs a yes anew',
    async (_, day, moved, fault) => {
      const { body: visit } = await visits.book({ serviceId: askedOfJonas.id, start: startAt(day, 9) });
      expect(visit.status).toBe('confirmed');
      const before = (await calls('bookings.reschedule')).length;
      await visits.scenario('pass', 'bookings.reschedule', { times: moved });
      await visits.scenario('conflict', 'bookings.reschedule');
      if (fault) await visits.scenario(fault, 'bookings.confirm');
      const refused = await visits.post(`/${visit.id}/reschedule`, { start: startAt(day, 14) });
      expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
      const body = await is(visit.id, 'confirmed');
      expect(body.segments).toEqual(visit.segments);
      const moves = (await calls('bookings.reschedule')).slice(before);
      const [there, back] = [moves.slice(0, moved), moves.slice(moved + 1)];
      expect([there.length, back.length, moves[moved].status]).toEqual([moved, moved, 400]);
      // The key is not the host's: what it moves has to be confirmed again, there and back.
      for (const { answer } of [...there, ...back]) expect(JSON.stringify(answer)).toMatch(/status\W+pending/);
      expect((await live(day)).map(({ status }) => status)).toEqual(COLOUR.map(() => 'accepted'));
      expect(await visits.liveOn(day)).toEqual(startsOf(visit));
    },
  );

  describe('one of whose confirmations got no answer', () => {
    const unanswered = async (
      day: number,
      scenario: string,
      more: object = {},
    ): Promise<{ visit: any; uid: string }> => {
      const before = (await calls('bookings.confirm')).length;
      await visits.scenario(scenario, 'bookings.confirm', more);
      const { status, body, text } = await visits.book({ serviceId: asked.id, start: startAt(day, 9) });
      expect([status, text]).toEqual([201, expect.stringContaining('"status":"confirmed"')]);
      const [lost, again] = (await calls('bookings.confirm')).slice(before);
      expect([lost.status, again.status, again.path]).toEqual([0, 200, lost.path]);
      return { visit: body, uid: lost.path.split('/').at(-2) };
    };
    const move = (id: string, day: number) => visits.post(`/${id}/reschedule`, { start: startAt(day, 14) });

    it('is not moved while that may still take effect, is told how long that is, and is moved afterwards', async () => {
      const { visit } = await unanswered(5, 'cut-before');
      const refused = await move(visit.id, 5);
      expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
        409,
        'CONFLICT',
        { reason: 'SETTLING' },
      ]);
      const seconds = Number(refused.headers.get('retry-after'));
      expect([seconds >= 1, seconds <= SETTLE_MS / 1000 + 1]).toEqual([true, true]);
      expect(await visits.liveOn(5)).toEqual(startsOf(visit));
      await service.app
        .get(DataSource)
        .query(`update saga_steps set settle_at = settle_at - interval '1 minute' where settle_at > now()`);
      const moved = await move(visit.id, 5);
      expect([moved.status, moved.body.status]).toEqual([200, 'confirmed']);
      expect(await visits.liveOn(5)).toEqual(startsOf(moved.body));
    });

    it('leaves nothing active when it is cancelled at once, even if that takes effect after it', async () => {
      const { visit, uid } = await unanswered(6, 'effect-late', { delayMs: LATE_MS });
      expect(await sent('BOOKING_CREATED', uid)).toHaveLength(1);
      const cancelled = await visits.post(`/${visit.id}/cancel`, {}, { prefer: 'wait=0' });
      expect([200, 202]).toContain(cancelled.status);
      await eventually(
        () => sent('BOOKING_CREATED', uid),
        (webhooks) => webhooks.length === 2,
      );
      await is(visit.id, 'cancelled');
      expect(await live(6)).toEqual([]);
      expect(await sent('BOOKING_CANCELLED', uid)).toHaveLength(2);
    });
  });
});
