import { startAt } from '../fixtures/bookings/desk';
import { COLOUR, startsOf, Visits } from '../fixtures/composite-bookings/visits';
import { Salon } from '../fixtures/services/salon';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';

describe('a visit that the service cannot bring to an end', () => {
  let service: TestService;
  let visits: Visits;

  beforeAll(async () => {
    service = await startTestService();
    visits = await Visits.in(await Salon.open(service), COLOUR);
  });
  afterAll(() => service?.stop());

  /** The provider says no for good, as often as it is asked. */
  const refuse = (times: number) =>
    visits.scenario('answer', 'bookings.cancel', {
      times,
      status: 400,
      body: {
        status: 'error',
        error: { code: 'BadRequestException', message: 'This event type does not allow cancellations' },
      },
    });
  const is = (id: string, status: string) =>
    eventually(
      async () => (await visits.get(id)).body,
      (visit) => visit.status === status,
    );

  it('waits for a person, with the segment, the answer of the provider and what can be done, and ends by a retry', async () => {
    const visit = await visits.booked(0);
    await visits.scenario('pass', 'bookings.cancel');
    await refuse(1);
    const refused = await visits.post(`/${visit.id}/cancel`);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'BOOKING_REFUSED']);
    expect(refused.body.error.details).toMatchObject({
      reason: 'NEEDS_ATTENTION',
      segment: { index: 1, name: 'Wash' },
    });
    const { body } = await visits.get(visit.id);
    expect(body.segments.map(({ status }: any) => status)).toEqual(['cancelled', 'confirmed', 'cancelled']);
    expect(body.attention).toEqual([
      expect.objectContaining({
        segment: 1,
        segmentName: 'Wash',
        providerStatus: 400,
        action: expect.stringMatching(/retry/),
      }),
    ]);
    const list = await service.call('GET', '/api/attention?kind=composite_booking', { key: service.adminKey });
    expect(list.body.data).toEqual([expect.objectContaining({ subjectId: visit.id, action: expect.any(String) })]);
    const key = { 'idempotency-key': 'try again' };
    const retried = await visits.post(`/${visit.id}/retry`, {}, key);
    expect([retried.status, retried.body.status]).toEqual([202, 'cancelling']);
    const repeated = await visits.post(`/${visit.id}/retry`, {}, key);
    expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    await is(visit.id, 'cancelled');
    expect(await visits.liveOn(0)).toEqual([]);
  });

  it('is resolved once the provider says that it is, and not before', async () => {
    const visit = await visits.booked(1);
    await refuse(3);
    await visits.post(`/${visit.id}/cancel`);
    const early = await visits.post(`/${visit.id}/resolve`);
    expect([early.status, early.body.error.details.reason]).toEqual([409, 'STILL_BOOKED']);
    expect(early.body.error.details.segments).toHaveLength(3);
    for (const { uid, start } of await visits.atProvider()) {
      if (start.slice(0, 10) === startAt(1, 9).slice(0, 10)) await visits.cancelledAtProvider(uid);
    }
    const resolved = await visits.post(`/${visit.id}/resolve`);
    expect([resolved.status, resolved.body.status]).toEqual([200, 'cancelled']);
    expect((await visits.get(visit.id)).body.attention).toBeUndefined();
    expect((await visits.post(`/${visit.id}/resolve`)).body.error.details.reason).toBe('CANCELLED');
  });

  it('says so when what was booked of it cannot be cancelled, and never that nothing was booked', async () => {
    await visits.scenario('pass', 'bookings.create', { times: 2 });
    await visits.scenario('conflict', 'bookings.create');
    await refuse(1);
    const refused = await visits.book({ start: startAt(2, 9) });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    const onThatDay = ({ start }: any): boolean => start === startAt(2, 9);
    const { data } = await eventually(
      () => visits.salon.ok('GET', '/api/composite-bookings?status=needs_attention'),
      (list) => list.data.some(onThatDay),
    );
    const waiting = data.find(onThatDay);
    expect(waiting.failure).toMatchObject({ code: 'BOOKING_REFUSED', segment: { name: 'Wash' } });
    expect(await visits.liveOn(2)).toEqual([new Date(waiting.segments[1].start).toISOString()]);
    expect((await visits.post(`/${waiting.id}/retry`)).status).toBe(202);
    await is(waiting.id, 'compensated');
    expect(await visits.liveOn(2)).toEqual([]);
  });

  it('keeps its old times where it can, and says which segment could not be moved back', async () => {
    const visit = await visits.booked(3);
    // Cut and wash are moved; the colour is not to be had, and the wash cannot go back.
    await visits.scenario('pass', 'bookings.reschedule', { times: 2 });
    await visits.scenario('conflict', 'bookings.reschedule', { times: 2 });
    const refused = await visits.post(`/${visit.id}/reschedule`, { start: startAt(3, 14) });
    expect(refused.status).toBe(409);
    const { body } = await visits.get(visit.id);
    expect([body.status, body.attention]).toEqual([
      'needs_attention',
      [expect.objectContaining({ segmentName: 'Wash' })],
    ]);
    const retried = await visits.post(`/${visit.id}/retry`);
    expect([retried.status, retried.body.status]).toEqual([202, 'rescheduling']);
    await is(visit.id, 'confirmed');
    expect(await visits.liveOn(3)).toEqual(startsOf(visit));
  });

  it('is nobody else’s business', async () => {
    const visit = await visits.booked(4);
    const other = await service.createCompany();
    const routes = [
      ['GET', ''],
      ['POST', '/cancel'],
      ['POST', '/retry'],
      ['POST', '/resolve'],
    ] as const;
    for (const [method, path] of routes) {
      const at = `/api/composite-bookings/${visit.id}${path}`;
      const answer = await service.call(method, at, {
        key: other.secretKey,
        ...(method === 'POST' ? { body: {} } : {}),
      });
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 404, 'BOOKING_NOT_FOUND']);
      const page = await service.call(method, at, {
        key: visits.salon.company.publishableKey,
        ...(method === 'POST' ? { body: {} } : {}),
      });
      expect([403, 404]).toContain(page.status);
    }
    expect(await visits.liveOn(4)).toHaveLength(3);
  });
});
