import { randomUUID } from 'node:crypto';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('bookings', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  it("answers what was booked, in the attendee's zone, and never the provider's uid", async () => {
    const start = startAt(0, 9);
    const answer = await desk.book(
      desk.request(start, {
        notes: 'short, please',
        metadata: { source: 'phone' },
        guests: ['guest@customer.example'],
      }),
    );
    expect([answer.status, answer.body]).toEqual([
      201,
      expect.objectContaining({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: 'confirmed',
        start,
        eventType: { id: desk.eventType.id, title: 'Haircut', providerId: desk.eventType.providerId },
        staff: [{ id: expect.any(String), name: 'Maria Lindner' }],
        attendee: { name: 'Jonas Weber', email: 'jonas@customer.example', timeZone: 'Europe/Berlin' },
        guests: ['guest@customer.example'],
        notes: 'short, please',
        metadata: { source: 'phone' },
        providerId: expect.stringMatching(/^\d+$/),
      }),
    ]);
    const [booking] = await desk.atProvider();
    expect(new Date(booking.start).getTime()).toBe(Date.parse(start));
    const got = await desk.call('GET', `/api/bookings/${answer.body.id}`);
    expect(got.body).toEqual(answer.body);
    expect(answer.text + got.text).not.toContain(booking.uid);
  });

  it('keeps its id over reschedules, through both ways of asking', async () => {
    const { body } = await desk.book(desk.request(startAt(1, 9)));
    const moved = await desk.change(body.id, 'reschedule', { start: startAt(1, 11), reason: 'late' });
    expect([moved.status, moved.body]).toEqual([
      200,
      {
        ...body,
        start: startAt(1, 11),
        end: startAt(1, 11, 30),
        providerId: expect.not.stringMatching(body.providerId),
      },
    ]);
    const again = await desk.call('PATCH', `/api/bookings/${body.id}`, { start: startAt(1, 13) });
    expect([again.status, again.body.id, again.body.start]).toEqual([200, body.id, startAt(1, 13)]);
    const live = await desk.liveOn(startAt(1, 9));
    // Cal.com's video link names the first uid for ever.
    for (const { uid } of await desk.atProvider()) expect(moved.text + again.text).not.toContain(uid);
    expect(live.map((booking) => Date.parse(booking.start))).toEqual([Date.parse(startAt(1, 13))]);
  });

  it('cancels once, answers the same when asked again, and refuses to move what is cancelled', async () => {
    const { body } = await desk.book(desk.request(startAt(2, 9)));
    const cancelled = await desk.change(body.id, 'cancel');
    expect([cancelled.status, cancelled.body.status, cancelled.body.cancellationReason]).toEqual([
      200,
      'cancelled',
      'Cancelled by the company',
    ]);
    const before = (await desk.calls('bookings.cancel')).length;
    const again = await desk.call('DELETE', `/api/bookings/${body.id}`, { cancellationReason: 'ill' });
    expect([again.status, again.body]).toEqual([200, cancelled.body]);
    expect(await desk.calls('bookings.cancel')).toHaveLength(before);
    const moved = await desk.change(body.id, 'reschedule', { start: startAt(2, 11) });
    expect([moved.status, moved.body.error.code, moved.body.error.details]).toEqual([
      409,
      'CONFLICT',
      { reason: 'CANCELLED' },
    ]);
  });

  it('cancels by DELETE without a body, with the reason in the query', async () => {
    const { body } = await desk.book(desk.request(startAt(3, 9)));
    const answer = await desk.call('DELETE', `/api/bookings/${body.id}?reason=ill`);
    expect([answer.status, answer.body.status, answer.body.cancellationReason]).toEqual([200, 'cancelled', 'ill']);
  });

  it('lets one of two simultaneous moves of one booking through, so that it is never booked twice', async () => {
    const { body } = await desk.book(desk.request(startAt(4, 9)));
    const answers = await Promise.all(
      [11, 12, 13, 14].map((hour) => desk.change(body.id, 'reschedule', { start: startAt(4, hour) })),
    );
    for (const { status, body: answer } of answers) {
      if (status !== 200) expect([status, answer.error.details.reason]).toEqual([409, 'CHANGE_IN_PROGRESS']);
    }
    const now = await desk.call('GET', `/api/bookings/${body.id}`);
    const live = await desk.liveOn(startAt(4, 9));
    expect(live.map((booking) => Date.parse(booking.start))).toEqual([Date.parse(now.body.start)]);
  });

  it('says 409 for a taken time and keeps no record of what was not booked', async () => {
    const start = startAt(5, 9);
    expect((await desk.book(desk.request(start))).status).toBe(201);
    const taken = await desk.book(desk.request(start, { attendee: { name: 'Eva', email: 'eva@customer.example' } }));
    expect([taken.status, taken.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    const listed = await desk.call('GET', '/api/bookings?attendeeEmail=eva@customer.example');
    expect(listed.body).toEqual({ data: [] });
  });

  it('confirms and declines bookings that await confirmation, and marks absence', async () => {
    const asking = await Desk.open(service, { requiresConfirmation: true });
    const [first, second] = await Promise.all([
      asking.book(asking.request(startAt(0, 9))),
      asking.book(asking.request(startAt(0, 11), { attendee: { name: 'Eva', email: 'eva@customer.example' } })),
    ]);
    expect([first.body.status, second.body.status]).toEqual(['awaiting_confirmation', 'awaiting_confirmation']);
    const confirmed = await asking.change(first.body.id, 'confirm');
    expect([confirmed.status, confirmed.body.status]).toEqual([200, 'confirmed']);
    const declined = await asking.change(second.body.id, 'decline', { reason: 'full' });
    expect([declined.status, declined.body.status]).toEqual([200, 'rejected']);
    const absent = await asking.change(first.body.id, 'mark-absent', { host: true });
    expect([absent.status, absent.body.error.code, absent.body.error.details]).toEqual([
      422,
      'BOOKING_REFUSED',
      { reason: 'NOT_STARTED' },
    ]);
  });

  it('takes an attendee with a telephone number only, or says why the provider did not', async () => {
    const attendee = { name: 'Eva', phoneNumber: '+4915112345678' };
    const answer = await desk.book(desk.request(startAt(6, 9), { attendee }));
    const [call] = (await desk.calls('bookings.create')).slice(-1);
    expect(call.body.attendee).toEqual({ ...attendee, timeZone: 'Europe/Berlin' });
    // An ordinary type asks for an e-mail: the provider's refusal reaches the caller, and nothing stays behind.
    expect([answer.status, answer.body.error?.code, answer.body.error?.details]).toEqual([
      400,
      'VALIDATION_ERROR',
      { reason: 'FIELD_MISSING_OR_INVALID' },
    ]);
  });

  it('lists by start, page by page, with filters', async () => {
    const listing = await Desk.open(service);
    const starts = [9, 10, 11, 12].map((hour) => startAt(0, hour));
    for (const [index, start] of starts.entries()) {
      const attendee = { name: `N${index}`, email: index === 3 ? 'Last@customer.example' : 'first@customer.example' };
      const { body } = await listing.book(listing.request(start, { attendee }));
      if (index === 0) await listing.change(body.id, 'cancel');
    }
    const pick = (answer: any) => answer.body.data.map((booking: any) => booking.start);
    const first = await listing.call('GET', '/api/bookings?limit=3');
    expect(pick(first)).toEqual(starts.slice(0, 3));
    const rest = await listing.call('GET', `/api/bookings?limit=3&cursor=${first.body.nextCursor}`);
    expect([pick(rest), rest.body.nextCursor]).toEqual([starts.slice(3), undefined]);
    const filtered = async (query: string) => pick(await listing.call('GET', `/api/bookings?${query}`));
    expect(await filtered('status=cancelled')).toEqual(starts.slice(0, 1));
    expect(await filtered('status=confirmed,cancelled')).toEqual(starts);
    expect(await filtered('attendeeEmail=last@customer.example')).toEqual(starts.slice(3));
    expect(await filtered(`eventTypeId=${listing.eventType.id}&limit=1`)).toEqual(starts.slice(0, 1));
    expect(await filtered(`eventTypeId=${randomUUID()}`)).toEqual([]);
    const [from, to] = [encodeURIComponent(starts[1]!), encodeURIComponent(starts[3]!)];
    expect(await filtered(`from=${from}&to=${to}`)).toEqual(starts.slice(1, 3));
    expect(await filtered(`from=${starts[0]!.slice(0, 10)}&to=${starts[0]!.slice(0, 10)}`)).toEqual(starts);
    const wrong = await listing.call('GET', '/api/bookings?status=accepted');
    expect([wrong.status, wrong.body.error.details.fields[0].field]).toEqual([400, 'status']);
  });

  it('lets a publishable key book, and see that booking by its token', async () => {
    const options = { key: desk.company.publishableKey, headers: { origin: 'https://book.salon.example' } };
    const body = desk.request(startAt(7, 9));
    const headers = { ...options.headers, 'idempotency-key': randomUUID() };
    const booked = await service.call('POST', '/api/bookings', { ...options, headers, body });
    expect(booked.status).toBe(201);
    const { token, ...shown } = booked.body;
    const see = (id: string, with_: string) =>
      service.call('GET', `/api/bookings/${id}`, {
        ...options,
        headers: { ...options.headers, 'booking-token': with_ },
      });
    const seen = await see(shown.id, token);
    expect([seen.status, seen.body]).toEqual([200, shown]);
    const other = await desk.book(desk.request(startAt(7, 10)));
    expect(other.body.token).toBeUndefined();
    const hidden = await Promise.all([
      see(other.body.id, token),
      see(shown.id, ''),
      see(shown.id, 'x'),
      see(randomUUID(), token),
    ]);
    expect(hidden.map(({ status, body: { error } }) => [status, error.code])).toEqual(
      Array(4).fill([404, 'BOOKING_NOT_FOUND']),
    );
    for (const [method, path] of [
      ['GET', '/api/bookings'],
      ['POST', `/api/bookings/${booked.body.id}/cancel`],
    ] as const) {
      const answer = await service.call(method, path, { ...options, ...(method === 'POST' ? { body: {} } : {}) });
      expect([method, path, answer.status, answer.body.error.code]).toEqual([method, path, 403, 'FORBIDDEN']);
    }
  });

  it("answers another company's booking exactly as none, on every route", async () => {
    const other = await Desk.open(service);
    const { body } = await other.book(other.request(startAt(0, 9)));
    const ask = async (id: string) => {
      const answers = [
        await desk.call('GET', `/api/bookings/${id}`),
        await desk.change(id, 'cancel'),
        await desk.change(id, 'reschedule', { start: startAt(0, 15) }),
        await desk.change(id, 'confirm'),
        await desk.call('DELETE', `/api/bookings/${id}`),
      ];
      return answers.map(({ status, body: { error } }) => [status, error.code, error.message, error.details]);
    };
    const [theirs, none] = [await ask(body.id), await ask(randomUUID())];
    expect(theirs).toEqual(none);
    expect(new Set(theirs.map(([status]) => status))).toEqual(new Set([404]));
    const type = await desk.book(desk.request(startAt(0, 15), { eventTypeId: other.eventType.id }));
    expect([type.status, type.body.error.code]).toEqual([404, 'EVENT_TYPE_NOT_FOUND']);
  });
});
