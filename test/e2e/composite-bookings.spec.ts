import { randomUUID } from 'node:crypto';
import { startAt } from '../fixtures/bookings/desk';
import { eventually } from '../fixtures/webhooks/eventually';
import { startsOf, Visits } from '../fixtures/composite-bookings/visits';
import { startTestService, type TestService } from '../support/service';

describe('a visit of several segments', () => {
  let service: TestService;
  let visits: Visits;

  beforeAll(async () => {
    service = await startTestService();
    visits = await Visits.open(service);
  });
  afterAll(() => service?.stop());

  it('is booked whole, with its staff, its gap and permanent ids, and no uid of the provider', async () => {
    const { status, body, text } = await visits.book({ start: startAt(0, 9), notes: 'Allergic to ammonia' });
    expect([status, text]).toEqual([201, expect.any(String)]);
    expect(body).toMatchObject({
      status: 'confirmed',
      serviceId: visits.sold.id,
      start: startAt(0, 9),
      end: startAt(0, 11, 5),
      timeZone: 'Europe/Berlin',
      notes: 'Allergic to ammonia',
      customer: { name: 'Eva Brandt', email: 'eva@customer.example' },
    });
    expect(body.segments.map((part: any) => [part.name, part.start, part.gapAfterMinutes, part.status])).toEqual([
      ['Colour', startAt(0, 9), 30, 'confirmed'],
      ['Wash', startAt(0, 10, 10), 0, 'confirmed'],
      ['Cut', startAt(0, 10, 25), undefined, 'confirmed'],
    ]);
    expect(await visits.liveOn(0)).toEqual(startsOf(body));
    for (const { uid } of await visits.atProvider()) expect(text).not.toContain(uid);
    for (const { bookingId } of body.segments) {
      const booking = await visits.salon.ok('GET', `/api/bookings/${bookingId}`);
      expect(booking).toMatchObject({ id: bookingId, status: 'confirmed', compositeBookingId: body.id });
    }
  });

  it('is answered again with the same words for the same key, and booked once', async () => {
    const key = randomUUID();
    const [first, second] = [
      await visits.book({ start: startAt(1, 9) }, key),
      await visits.book({ start: startAt(1, 9) }, key),
    ];
    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect(second.body).toEqual(first.body);
    expect(await visits.liveOn(1)).toHaveLength(3);
    const other = await visits.book({ start: startAt(1, 13) }, key);
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is exactly the option that was chosen', async () => {
    const option = (await visits.options(2)).at(-1);
    const { status, body } = await visits.book({ optionId: option.optionId });
    expect(status).toBe(201);
    expect(body.segments.map(({ start, staff }: any) => [start, staff.id])).toEqual(
      option.segments.map(({ start, staffId }: any) => [start, staffId]),
    );
  });

  it('tells its timeline: last segment first, each step with its attempt and its replica', async () => {
    const visit = await visits.booked(3);
    const { timeline } = (await visits.get(visit.id)).body;
    expect(timeline.map(({ what, segmentName, attempt }: any) => [what, segmentName, attempt])).toEqual([
      ['intended', 'Cut', 1],
      ['booked', 'Cut', 1],
      ['intended', 'Wash', 1],
      ['booked', 'Wash', 1],
      ['intended', 'Colour', 1],
      ['booked', 'Colour', 1],
      ['committed', undefined, undefined],
    ]);
  });

  it('is not booked at all when one segment is refused, and says which, why, and what can be had instead', async () => {
    await visits.scenario('pass', 'bookings.create', { times: 2 });
    await visits.scenario('conflict', 'bookings.create');
    const { status, body } = await visits.book({ start: startAt(4, 9) });
    expect([status, body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    expect(body.error.details).toMatchObject({ reason: 'HOST_BUSY', segment: { index: 0, name: 'Colour' } });
    expect(body.error.details.reasons).toEqual([expect.objectContaining({ code: expect.any(String) })]);
    expect(body.error.details.alternatives).toHaveLength(3);
    // It is told as soon as it is certain; what was booked of it is being cancelled then.
    await eventually(
      () => visits.liveOn(4),
      (starts) => starts.length === 0,
    );
  });

  it('is cancelled whole, once, and says so of every segment', async () => {
    const visit = await visits.booked(5);
    const first = await visits.post(`/${visit.id}/cancel`, { reason: 'Ill' });
    expect([first.status, first.body.status]).toEqual([200, 'cancelled']);
    expect(first.body.segments.map(({ status }: any) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(await visits.liveOn(5)).toEqual([]);
    const again = await visits.post(`/${visit.id}/cancel`);
    expect([again.status, again.body.status]).toEqual([200, 'cancelled']);
    const { body } = await visits.get(visit.id);
    expect(body.timeline.filter(({ purpose }: any) => purpose === 'cancel').map(({ what }: any) => what)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'compensated',
    ]);
  });

  it('is not moved or cancelled by its parts', async () => {
    const visit = await visits.booked(6);
    const { bookingId } = visit.segments[1];
    for (const [change, body] of [
      ['cancel', {}],
      ['reschedule', { start: startAt(6, 15) }],
    ] as const) {
      const answer = await visits.salon.call('POST', `/api/bookings/${bookingId}/${change}`, body);
      expect([answer.status, answer.body.error.details]).toEqual([
        409,
        { reason: 'PART_OF_COMPOSITE_BOOKING', compositeBookingId: visit.id },
      ]);
    }
    expect(await visits.liveOn(6)).toHaveLength(3);
  });

  it('is disrupted when its host cancels a segment at the provider, and offers to cancel the rest', async () => {
    const visit = await visits.booked(7);
    const [first] = (await visits.atProvider()).filter(({ start }) => Date.parse(start) === Date.parse(startAt(7, 9)));
    await visits.cancelledAtProvider(first.uid);
    const disrupted = await eventually(
      async () => (await visits.get(visit.id)).body,
      ({ status }) => status === 'disrupted',
    );
    expect(disrupted.segments.map(({ status }: any) => status)).toEqual(['cancelled', 'confirmed', 'confirmed']);
    const rest = await visits.post(`/${visit.id}/cancel`);
    expect([rest.status, rest.body.status]).toEqual([200, 'cancelled']);
    expect(await visits.liveOn(7)).toEqual([]);
  });

  it('reserves its starts at the provider while it is booked, when its company wishes that', async () => {
    const { companyId, providerKey } = visits.salon.company;
    const wish = (reserveVisits: boolean) =>
      service.call('PATCH', `/api/companies/${companyId}`, { key: service.adminKey, body: { reserveVisits } });
    expect((await wish(true)).body.reserveVisits).toBe(true);
    const visit = await visits.booked(8);
    expect(visit.status).toBe('confirmed');
    const calls = async (): Promise<string[]> => {
      const { body } = await service.sandboxCall('GET', `/_sandbox/calls?key=${encodeURIComponent(providerKey)}`);
      return body.map(({ operation }: any) => operation).filter((name: string) => name.startsWith('reservations.'));
    };
    const made = await eventually(calls, (names) => names.length === 6);
    expect(made.map((name) => name.split('.')[1])).toEqual([
      'create',
      'create',
      'create',
      'delete',
      'delete',
      'delete',
    ]);
    await wish(false);
    await visits.booked(9);
    expect(await calls()).toHaveLength(6);
  });

  it('is disrupted when its host cancels a segment while the others are still being booked', async () => {
    await visits.scenario('pass', 'bookings.create', { times: 2 });
    await visits.scenario('slow', 'bookings.create', { delayMs: 2_000 });
    const booking = visits.booked(11);
    await eventually(
      () => visits.liveOn(11),
      (starts) => starts.length >= 2,
    );
    const cut = (await visits.atProvider()).find(({ start }) => Date.parse(start) === Date.parse(startAt(11, 10, 25)));
    await visits.cancelledAtProvider(cut.uid);
    const { id } = await booking;
    // What was heard while it was under way is looked at again 20 s later.
    const disrupted = await eventually(
      async () => (await visits.get(id)).body,
      ({ status }) => status === 'disrupted',
      40_000,
    );
    expect(disrupted.segments.map(({ status }: any) => status)).toEqual(['confirmed', 'confirmed', 'cancelled']);
  }, 60_000);
});
