import { randomUUID } from 'node:crypto';
import { startAt } from '../fixtures/bookings/desk';
import { COLOUR, startsOf, Visits } from '../fixtures/composite-bookings/visits';
import { Salon } from '../fixtures/services/salon';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

describe('a visit that gets a new time', () => {
  let service: TestService;
  let salon: Salon;
  let visits: Visits;

  beforeAll(async () => {
    service = await startTestService();
    salon = await Salon.open(service);
    visits = await Visits.in(salon, COLOUR, {}, [salon.maria, salon.jonas]);
  });
  afterAll(() => service?.stop());

  const byMaria = () => visits.sold.segments.map(({ id }: any) => ({ segmentId: id, staffId: salon.maria.id }));
  const byJonas = () => visits.sold.segments.map(({ id }: any) => ({ segmentId: id, staffId: salon.jonas.id }));
  const ids = (visit: any): string[] => visit.segments.map(({ bookingId }: any) => bookingId);

  it('has all its segments there, each once, under the ids that it had', async () => {
    const visit = await visits.booked(0, { staff: byMaria() });
    const moved = await visits.post(`/${visit.id}/reschedule`, { start: startAt(0, 14), reason: 'Later, please' });
    expect([moved.status, moved.body.status, moved.body.start]).toEqual([200, 'confirmed', startAt(0, 14)]);
    expect([moved.body.id, ids(moved.body)]).toEqual([visit.id, ids(visit)]);
    expect(await visits.liveOn(0)).toEqual(startsOf(moved.body));
    expect((await visits.get(visit.id)).body).toMatchObject({ ...moved.body, timeline: expect.any(Array) });
  });

  it.each([
    ['later', 1, startAt(1, 9, 40), startAt(1, 9, 55)],
    ['earlier', 2, startAt(2, 10, 20), startAt(2, 10, 5)],
  ])('may go a quarter of an hour %s, where its own segments are in the way', async (_, day, from, start) => {
    const visit = await visits.booked(day, { staff: byMaria(), start: from });
    const moved = await visits.post(`/${visit.id}/reschedule`, { start });
    expect([moved.status, moved.text]).toEqual([200, expect.stringContaining(start)]);
    expect(await visits.liveOn(day)).toEqual(startsOf(moved.body));
    expect(moved.body.segments.map(({ staff }: any) => staff.name)).toEqual(['Maria', 'Maria', 'Maria']);
  });

  it('stays as it was when one segment cannot be had, and is told which and what else there is', async () => {
    const visit = await visits.booked(3, { staff: byMaria() });
    await visits.scenario('pass', 'bookings.reschedule', { times: 2 });
    await visits.scenario('conflict', 'bookings.reschedule');
    const refused = await visits.post(`/${visit.id}/reschedule`, { start: startAt(3, 14) });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    expect(refused.body.error.details).toMatchObject({ segment: { index: 0, name: 'Colour' } });
    expect(refused.body.error.details.alternatives.length).toBeGreaterThan(0);
    const { body } = await visits.get(visit.id);
    expect([body.status, body.start, ids(body)]).toEqual(['confirmed', visit.start, ids(visit)]);
    expect(await visits.liveOn(3)).toEqual(startsOf(visit));
    expect(body.timeline.map(({ what }: any) => what)).toEqual(expect.arrayContaining(['refused', 'returned']));
  });

  it('goes to other people by new bookings first, and only then are the old ones cancelled', async () => {
    const visit = await visits.booked(4, { staff: byMaria() });
    const moved = await visits.post(`/${visit.id}/reschedule`, { start: startAt(4, 9), staff: byJonas() });
    expect([moved.status, moved.text]).toEqual([200, expect.any(String)]);
    expect(moved.body.segments.map(({ staff }: any) => staff.name)).toEqual(['Jonas', 'Jonas', 'Jonas']);
    expect(ids(moved.body)).toEqual(ids(visit));
    const live = await eventually(
      () => visits.liveOn(4),
      (starts) => starts.length === 3,
    );
    expect(live).toEqual(startsOf(moved.body));
    const operations = await eventually(
      async () => {
        const { body } = await service.sandboxCall('GET', `/_sandbox/calls?key=${salon.company.providerKey}`);
        return body
          .map(({ operation }: any) => operation)
          .filter((name: string) => /bookings.(create|cancel)/.test(name));
      },
      (names: string[]) => names.slice(-3).every((name) => name === 'bookings.cancel'),
    );
    expect(operations.slice(-6, -3)).toEqual(['bookings.create', 'bookings.create', 'bookings.create']);
    const booking = await salon.ok('GET', `/api/bookings/${ids(visit)[0]}`);
    expect([booking.status, booking.staff.map(({ id }: any) => id)]).toEqual(['confirmed', [salon.jonas.hostId]]);
  });

  it('is whole again where a segment was cancelled at the provider', async () => {
    const visit = await visits.booked(5, { staff: byMaria() });
    const [first] = (await visits.atProvider()).filter(({ start }) => Date.parse(start) === Date.parse(visit.start));
    await visits.cancelledAtProvider(first.uid);
    await eventually(
      async () => (await visits.get(visit.id)).body,
      ({ status }) => status === 'disrupted',
    );
    const moved = await visits.post(`/${visit.id}/reschedule`, { start: startAt(5, 14) });
    expect([moved.status, moved.text]).toEqual([200, expect.stringContaining('"status":"confirmed"')]);
    expect(await visits.liveOn(5)).toEqual(startsOf(moved.body));
    expect(ids(moved.body)).toEqual(ids(visit));
  });

  it('is agreed on where its host has moved all of it before, and goes on from there', async () => {
    const visit = await visits.booked(16, { staff: byMaria() });
    const later = (start: string, minutes: number) => new Date(Date.parse(start) + minutes * 60_000).toISOString();
    // The last one first: nothing goes where another one still is.
    for (const start of startsOf(visit).toReversed()) {
      const own = (await visits.atProvider()).find((one) => one.status === 'accepted' && later(one.start, 0) === start);
      await visits.movedAtProvider(own.uid, later(start, 15));
    }
    await eventually(
      async () => (await visits.get(visit.id)).body,
      ({ segments }) => segments.every(({ agreed }: any) => agreed !== undefined),
    );
    for (const minutes of [15, 30]) {
      const start = later(visit.start, minutes);
      const moved = await visits.post(`/${visit.id}/reschedule`, { start }, { prefer: 'wait=20' });
      expect([moved.status, moved.text]).toEqual([200, expect.stringContaining('"status":"confirmed"')]);
      expect(startsOf(moved.body)[0]).toBe(start);
      expect(await visits.liveOn(16)).toEqual(startsOf(moved.body));
      expect(ids(moved.body)).toEqual(ids(visit));
    }
  });

  it('keeps its new bookings when a host cancels an old one that is about to be replaced', async () => {
    const visit = await visits.booked(17, { staff: byMaria() });
    const last = (await visits.atProvider()).find(
      (one) => Date.parse(one.start) === Date.parse(startsOf(visit).at(-1)!),
    );
    await visits.scenario('slow', 'bookings.create', { delayMs: 900, times: 3 });
    const wish = { start: startAt(17, 9), staff: byJonas() };
    const moving = visits.post(`/${visit.id}/reschedule`, wish, { prefer: 'wait=20' });
    await eventually(
      () => visits.liveOn(17),
      (live) => live.length > COLOUR.length,
    );
    // Of the webhook's look at the old booking the answer comes when the visit has its new ones.
    await visits.scenario('slow', 'bookings.get', { delayMs: 4_000, times: 1 });
    await visits.cancelledAtProvider(last.uid);
    const moved = await moving;
    expect([moved.status, moved.body.status]).toEqual([200, 'confirmed']);
    await eventually(
      async () => (await salon.call('GET', '/api/webhooks/deliveries?status=received')).body.data,
      (waiting) => waiting.length === 0,
    );
    expect((await visits.get(visit.id)).body).toMatchObject({ status: 'confirmed', segments: moved.body.segments });
    expect(await visits.liveOn(17)).toEqual(startsOf(moved.body));
  });

  it('is answered the same for the same key, and moved once', async () => {
    const visit = await visits.booked(6, { staff: byMaria() });
    const headers = { 'idempotency-key': randomUUID() };
    const move = () => visits.post(`/${visit.id}/reschedule`, { start: startAt(6, 14) }, headers);
    const [first, second] = [await move(), await move()];
    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true']);
    expect(second.body).toEqual(first.body);
  });

  it('is not moved by two at once', async () => {
    const visit = await visits.booked(7, { staff: byMaria() });
    const answers = await Promise.all(
      [13, 14].map((hour) => visits.post(`/${visit.id}/reschedule`, { start: startAt(7, hour) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const moved = answers.find(({ status }) => status === 200)!;
    expect(await visits.liveOn(7)).toEqual(startsOf(moved.body));
  });
});
