import { randomUUID } from 'node:crypto';
import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('the older slots routes', () => {
  let service: TestService;
  let desk: Desk;
  const attendee = { name: 'Jonas Weber', email: 'jonas@customer.example' };

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  const reserve = (start: string, more: object = {}, headers: Record<string, string> = {}) =>
    desk.call(
      'POST',
      '/api/slots/reserve',
      { eventTypeId: desk.eventType.providerId, start, attendee, ...more },
      headers,
    );

  it('book, in the older shape, with location and notes in the fields of the provider', async () => {
    const start = startAt(0, 9);
    const metadata = { location: 'Havelstrasse 12', notes: 'short, please', source: 'phone' };
    const answer = await reserve(start, { end: startAt(0, 9, 30), timezone: 'Europe/Berlin', metadata });
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        reservationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: 'confirmed',
        eventDetails: { start, end: startAt(0, 9, 30), eventTypeId: desk.eventType.providerId },
        attendee,
      },
    ]);
    const [call] = await desk.calls('bookings.create');
    expect(call.body).toMatchObject({
      location: { type: 'attendeeDefined', location: 'Havelstrasse 12' },
      bookingFieldsResponses: { notes: 'short, please' },
      metadata: { source: 'phone' },
    });
    expect(Object.keys(call.body.metadata)).not.toEqual(expect.arrayContaining(['location']));
    const booking = await desk.call('GET', `/api/bookings/${answer.body.reservationId}`);
    expect(booking.body).toMatchObject({ start, notes: 'short, please', metadata: { source: 'phone' } });
  });

  it('make one booking of a repeated request, and a new one after its cancellation', async () => {
    const start = startAt(1, 9);
    const [first, second] = [await reserve(start), await reserve(start)];
    expect([second.status, second.headers.get('idempotency-replayed'), second.body]).toEqual([201, 'true', first.body]);
    await desk.call('DELETE', `/api/bookings/${first.body.reservationId}`);
    const third = await reserve(start);
    expect([third.status, third.body.status]).toEqual([201, 'confirmed']);
    expect(third.body.reservationId).not.toBe(first.body.reservationId);
    expect(await desk.liveOn(start)).toHaveLength(1);
  });

  it('try a refused time again, because nobody chose a key for it', async () => {
    const start = startAt(2, 9);
    const holder = await desk.book(desk.request(start));
    const other = { attendee: { name: 'Eva', email: 'eva@customer.example' } };
    const taken = await reserve(start, other);
    expect([taken.status, taken.body.error.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
    await desk.change(holder.body.id, 'cancel');
    expect((await reserve(start, other)).status).toBe(201);
  });

  it("take a caller's own key, and hold it to its body", async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await reserve(startAt(3, 9), {}, headers);
    const second = await reserve(startAt(3, 9), {}, headers);
    const other = await reserve(startAt(3, 11), {}, headers);
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it.each([
    ['an end that does not fit', { end: startAt(4, 10) }, 'end'],
    ['a number as event type id', { eventTypeId: 1e3 }, 'eventTypeId'],
    ['an event type id in hexadecimal', { eventTypeId: '0x10' }, 'eventTypeId'],
    ['an event type id that is too large', { eventTypeId: '9007199254740993' }, 'eventTypeId'],
    ['nested metadata', { metadata: { a: { b: 'c' } } }, 'metadata'],
    ['our reserved key', { metadata: { slotbridgeRef: 'x' } }, 'metadata'],
    ['notes that are no text', { metadata: { notes: 1 } }, 'metadata.notes'],
    ['an unknown field', { noEmail: true }, 'noEmail'],
  ])('refuse %s without asking the provider', async (_, more, field) => {
    const before = (await desk.calls('bookings.create')).length;
    const { status, body } = await reserve(startAt(4, 9), more);
    expect([status, body.error?.code, body.error?.details.fields[0].field]).toEqual([400, 'VALIDATION_ERROR', field]);
    expect(await desk.calls('bookings.create')).toHaveLength(before);
  });

  it("answer another company's event type as none", async () => {
    const other = await Desk.open(service);
    const theirs = await reserve(startAt(4, 9), { eventTypeId: other.eventType.providerId });
    const none = await reserve(startAt(4, 9), { eventTypeId: '2147483647' });
    const told = ({ status, body: { error } }: typeof none) => [status, error.code, error.message, error.details];
    expect(told(theirs)).toEqual(told(none));
    expect(told(none).slice(0, 2)).toEqual([404, 'EVENT_TYPE_NOT_FOUND']);
  });

  it('list free times flat, by either name of each parameter', async () => {
    const day = startAt(5, 9).slice(0, 10);
    const list = (query: string) =>
      desk.call('GET', `/api/slots/available?eventTypeId=${desk.eventType.providerId}&${query}`);
    const newer = await list(`start=${day}&end=${day}&timeZone=Europe/Berlin`);
    const older = await list(`startTime=${day}&endTime=${day}&timezone=europe/berlin`);
    expect(newer.status).toBe(200);
    expect(newer.body.slots).toContainEqual({ start: startAt(5, 9), end: startAt(5, 9, 30) });
    expect(older.body).toEqual(newer.body);
    const ours = await desk.call('GET', `/api/availability?eventTypeId=${desk.eventType.id}&start=${day}&end=${day}`);
    expect(newer.body.slots).toEqual(Object.values(ours.body.days).flat());
    const wrong = await list(`start=${day}`);
    expect([wrong.status, wrong.body.error.details.fields[0].field]).toEqual([400, 'end']);
  });

  it('ask for a key as long as no default company is set', async () => {
    const answer = await service.call('POST', '/api/slots/reserve', { body: { start: startAt(5, 9), attendee } });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHORIZED']);
  });
});

describe('the older slots routes with a default company', () => {
  let first: TestService;
  let second: TestService;
  let desk: Desk;

  beforeAll(async () => {
    first = await startTestService();
    desk = await Desk.open(first);
    const { databaseUrl, sandbox } = first;
    second = await startTestService({
      databaseUrl,
      sandbox,
      config: {
        encryptionKeys: first.config.encryptionKeys,
        compatDefaultCompany: desk.company.companyId,
        compatDefaultEventTypeId: desk.eventType.providerId,
      },
    });
  });
  afterAll(async () => {
    await second?.stop();
    await first?.stop();
  });

  it('serve callers without a key and without an event type', async () => {
    const body = { start: startAt(0, 9), attendee: { name: 'Jonas', email: 'jonas@customer.example' } };
    const answer = await second.call('POST', '/api/slots/reserve', { body });
    expect([answer.status, answer.body.eventDetails]).toEqual([
      201,
      { start: startAt(0, 9), end: startAt(0, 9, 30), eventTypeId: desk.eventType.providerId },
    ]);
    expect(await desk.liveOn(startAt(0, 9))).toHaveLength(1);
  });
});
