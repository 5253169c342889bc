import { RunningSandbox, startSandbox } from '../../../src/sandbox/sandbox-server';
import { createTestDatabase, TestDatabase } from '../../support/test-database';
import { at, monday, plusDays } from './days';
import { Answer, SandboxClient } from './sandbox-client';
import { UNKNOWN_ID, UNKNOWN_UID, UNKNOWN_UUID } from './scenarios-reading';

/** What was measured on real servers beyond the recorded answers; written as expectations of our own. */
describe('what was measured on real Cal.com servers, told of the sandbox', () => {
  let database: TestDatabase;
  let sandbox: RunningSandbox;
  let client: SandboxClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    sandbox = await startSandbox({ databaseUrl: database.url, port: 0 });
    client = new SandboxClient(sandbox.url);
  });

  afterAll(async () => {
    await sandbox.stop();
    await database.drop();
  });

  beforeEach(() => client.fresh());

  const day = monday();
  const ask = (method: string, path: string, version?: string, account = client.owner.key): Promise<Answer> =>
    client.send({ method, path, version, account: account || undefined });
  const post = (path: string, body: unknown, account = client.owner.key, version = '2024-08-13'): Promise<Answer> =>
    client.send({ method: 'POST', path, version, account: account || undefined, body });
  const attempt = (eventTypeId: number, start: string, name: string, more = {}): Promise<Answer> => {
    const attendee = { name: `Gold ${name}`, email: `${name}@gold.example`, timeZone: 'Europe/Berlin' };
    return post('/v2/bookings', { eventTypeId, start, attendee, ...more });
  };
  const messageOf = ({ body }: Answer): string => body.error?.message ?? body.message;
  const pendingType = (slug: string): Promise<number> =>
    client.eventType(slug, { confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: false } });
  const slots = (query: string): Promise<Answer> => ask('GET', `/v2/slots?${query}`, '2024-09-04');

  describe('slots', () => {
    it('offers lengths that a booking would refuse: duration is not checked', async () => {
      const type = await client.eventType('fixed');
      const { body } = await slots(`eventTypeId=${type}&start=${day}&end=${day}&duration=60&format=range`);
      const [first] = body.data[day];
      expect(Date.parse(first.end as string) - Date.parse(first.start as string)).toBe(60 * 60_000);
    });

    it('answers 200 and nothing for a range of the past', async () => {
      const type = await client.eventType('past');
      const answer = await slots(`eventTypeId=${type}&start=2020-01-06&end=2020-01-07`);
      expect([answer.status, answer.body.data]).toEqual([200, {}]);
    });

    it('counts the grid in the zone asked for: fifteen starts for Kathmandu where UTC has sixteen', async () => {
      const type = await client.eventType('grid');
      const query = `eventTypeId=${type}&start=${day}&end=${day}`;
      const kathmandu = await slots(`${query}&timeZone=Asia/Kathmandu`);
      expect([kathmandu.body.data[day].length, (await slots(query)).body.data[day].length]).toEqual([15, 16]);
    });

    it('keeps a slot hidden from everybody, its holder too, while it is reserved', async () => {
      const type = await client.eventType('held');
      await post('/v2/slots/reservations', { eventTypeId: type, slotStart: at(day, '08:00') }, undefined, '2024-09-04');
      const { body } = await slots(`eventTypeId=${type}&start=${day}&end=${day}`);
      expect(body.data[day][0].start).toBe(`${day}T08:30:00.000Z`);
    });

    it('may show for two seconds what is booked already, when the cache is on', async () => {
      await client.fresh({ slotsCacheMs: 2_000 });
      const type = await client.eventType('cached');
      const query = `eventTypeId=${type}&start=${day}&end=${day}`;
      await slots(query);
      await client.book(type, at(day, '08:00'), 'cached');
      const stale = await slots(query);
      const other = await slots(`${query}&timeZone=UTC`);
      expect([stale.body.data[day].length, other.body.data[day].length]).toEqual([16, 15]);
    });
  });

  describe('bookings', () => {
    it('refuses a limit of the type with a flat 401, which is no bad key', async () => {
      const type = await client.eventType('limited', { bookingLimitsCount: { day: 1 } });
      await client.book(type, at(day, '08:00'), 'one');
      const second = await attempt(type, at(day, '10:00'), 'two');
      expect([second.status, second.body]).toEqual([401, { statusCode: 401, message: 'booking_limit_reached' }]);
    });

    it('refuses what is past, too soon or too far with 400', async () => {
      const soon = await client.eventType('soon', { minimumBookingNotice: 600_000 });
      const bookingWindow = { type: 'calendarDays', value: 1, rolling: false };
      const far = await client.eventType('far', { bookingWindow });
      const past = await attempt(soon, '2020-01-06T09:00:00Z', 'p');
      expect([past.status, messageOf(past)]).toEqual([400, 'Attempting to book a meeting in the past.']);
      for (const type of [soon, far]) {
        const refused = await attempt(type, at(day, '08:00'), 'x');
        expect(refused.status).toBe(400);
        expect(messageOf(refused)).toContain(`can't be booked at the "start" time provided`);
      }
    });

    it('reads a start without zone as UTC and converts an offset', async () => {
      const type = await client.eventType('zones');
      const plain = await attempt(type, `${day}T08:00:00`, 'z1');
      const shifted = await attempt(type, `${day}T10:00:00+01:00`, 'z2');
      expect([plain.body.data.start, shifted.body.data.start]).toEqual([
        `${day}T08:00:00.000Z`,
        `${day}T09:00:00.000Z`,
      ]);
    });

    it('accepts a wrong phone number and guests where they are disabled', async () => {
      const type = await client.eventType('lenient', { disableGuests: true });
      const attendee = { name: 'L', email: 'l@gold.example', timeZone: 'Europe/Berlin', phoneNumber: '12345' };
      const body = { eventTypeId: type, start: at(day, '08:00'), attendee, guests: ['g@gold.example'] };
      expect((await post('/v2/bookings', body)).status).toBe(201);
    });

    it('refuses a bad e-mail address with the code BAD_REQUEST', async () => {
      const type = await client.eventType('mail');
      const attendee = { name: 'M', email: 'no-address', timeZone: 'Europe/Berlin' };
      const { status, body } = await post('/v2/bookings', { eventTypeId: type, start: at(day, '08:00'), attendee });
      expect([status, body.error.code]).toEqual([400, 'BAD_REQUEST']);
      expect(body.error.message).toContain('email_validation_error');
    });

    it('breaks with 500 over a NUL in the name and over an id beyond 32 bits', async () => {
      const type = await client.eventType('broken');
      expect((await attempt(type, at(day, '08:00'), 'nul\u0000')).status).toBe(500);
      expect((await attempt(3_000_000_000, at(day, '08:00'), 'big')).status).toBe(500);
    });
  });

  describe('changes', () => {
    it('lets two parallel reschedules to different starts both succeed: two live bookings', async () => {
      const type = await client.eventType('twice');
      const { uid } = await client.book(type, at(day, '08:00'), 'twice');
      const move = (time: string): Promise<Answer> => post(`/v2/bookings/${uid}/reschedule`, { start: at(day, time) });
      const answers = await Promise.all([move('10:00'), move('12:00')]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    });

    it('asks the host for a reason to cancel, but nobody without a key', async () => {
      const type = await client.eventType('reason');
      const { uid } = await client.book(type, at(day, '08:00'), 'reason');
      const path = `/v2/bookings/${uid}/cancel`;
      expect((await post(path, {})).body).toEqual({ statusCode: 400, message: 'Cancellation reason is required' });
      const anonymous = await post(path, {}, '');
      expect([anonymous.status, anonymous.body.data.status]).toEqual([200, 'cancelled']);
    });

    it('refuses to cancel where the type forbids it, the host too', async () => {
      const type = await client.eventType('locked', { disableCancelling: { disabled: true } });
      const { uid } = await client.book(type, at(day, '08:00'), 'locked');
      const refused = await post(`/v2/bookings/${uid}/cancel`, { cancellationReason: 'x' });
      expect([refused.status, Object.keys(refused.body as object)]).toEqual([400, ['statusCode', 'message']]);
    });

    it('lets a declined booking be declined again, confirmed and cancelled', async () => {
      const { uid } = await client.book(await pendingType('declined'), at(day, '08:00'), 'declined');
      await client.change(uid as string, 'decline');
      expect((await post(`/v2/bookings/${uid}/decline`, {})).status).toBe(200);
      expect((await client.change(uid as string, 'confirm')).status).toBe('accepted');
      expect((await client.change(uid as string, 'cancel', { cancellationReason: 'x' })).status).toBe('cancelled');
    });

    it('lets two people wait for one slot and both be confirmed', async () => {
      const type = await pendingType('both');
      const first = await client.book(type, at(day, '08:00'), 'first');
      const second = await client.book(type, at(day, '08:00'), 'second');
      expect((await client.change(first.uid as string, 'confirm')).status).toBe('accepted');
      expect((await client.change(second.uid as string, 'confirm')).status).toBe('accepted');
    });

    it('accepts a pending booking at once when the host moves it', async () => {
      const { uid } = await client.book(await pendingType('moved'), at(day, '08:00'), 'moved');
      expect((await client.change(uid as string, 'reschedule', { start: at(day, '10:00') })).status).toBe('accepted');
    });

    it('refuses the same person a second seat with a flat 409', async () => {
      const seats = { seatsPerTimeSlot: 3, showAttendeeInfo: true, showAvailabilityCount: true };
      const type = await client.eventType('seats', { seats });
      await client.book(type, at(day, '08:00'), 'same');
      const again = await attempt(type, at(day, '08:00'), 'same');
      expect(again.body).toEqual({ statusCode: 409, message: 'already_signed_up_for_this_booking_error' });
    });
  });

  describe('keys and owners', () => {
    it('accepts a key without the word Bearer, but no other scheme', async () => {
      const me = (authorization: string): Promise<Answer> =>
        client.send({ method: 'GET', path: '/v2/me', headers: { authorization } });
      const { key } = client.owner;
      const answers = await Promise.all([me(key), me(`bearer ${key}`), me(`Basic ${key}`)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 401, 401]);
      expect(messageOf(answers[1])).toContain('Invalid Access Token.');
    });

    it('says 403 for foreign objects, 404 for event types, and hands bookings to whoever knows the uid', async () => {
      const type = await client.eventType('foreign');
      const { uid } = await client.book(type, at(day, '08:00'), 'foreign');
      const hours = await client.ok({ method: 'GET', path: '/v2/schedules/default', version: '2024-06-11' });
      const { key } = client.other;
      const statuses = [
        await ask('GET', `/v2/event-types/${type}`, '2024-06-14', key),
        await ask('GET', `/v2/schedules/${hours.id}`, '2024-06-11', key),
        await ask('GET', `/v2/webhooks/${UNKNOWN_UUID}`, undefined, key),
        await post(`/v2/bookings/${uid}/confirm`, {}, key),
        await ask('GET', `/v2/bookings/${uid}`, '2024-08-13', key),
        await post(`/v2/bookings/${uid}/cancel`, { cancellationReason: 'x' }, key),
      ].map(({ status }) => status);
      expect(statuses).toEqual([404, 403, 404, 401, 200, 200]);
    });

    it('says 401 without a key for me and webhooks, 403 for the lists of bookings and for confirming', async () => {
      const statuses = [
        await ask('GET', '/v2/webhooks', undefined, ''),
        await ask('GET', '/v2/bookings', '2024-08-13', ''),
        await post(`/v2/bookings/${UNKNOWN_UID}/confirm`, {}, ''),
      ].map(({ status }) => status);
      expect(statuses).toEqual([401, 403, 403]);
    });
  });

  describe('lists and the rest', () => {
    it('gives an empty list for a foreign event type and 400 for an unknown one', async () => {
      const type = await client.eventType('listed');
      const list = (id: number): Promise<Answer> =>
        ask('GET', `/v2/bookings?eventTypeId=${id}`, '2024-08-13', client.other.key);
      const [foreign, unknown] = [await list(type), await list(UNKNOWN_ID)];
      expect([foreign.status, foreign.body.data]).toEqual([200, []]);
      expect([unknown.status, unknown.body.error.code]).toEqual([400, 'TRPCError']);
    });

    it('drops unknown properties of an event type without a word', async () => {
      const type = await client.eventType('dropped', { requiresConfirmation: true });
      const { body } = await ask('GET', `/v2/event-types/${type}`, '2024-06-14');
      expect(body.data.confirmationPolicy).toEqual({ disabled: true });
    });

    it('cares neither for the letter case of a path nor for a slash at its end, but for a double one', async () => {
      const statuses = [await ask('GET', '/V2/Me'), await ask('GET', '/v2/me/'), await ask('GET', '//v2/me')];
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 404]);
    });

    it('cuts off a body above 100 kB with a flat 413 that carries no rate limit', async () => {
      const answer = await post('/v2/bookings', { pad: 'x'.repeat(110_000) });
      expect([answer.status, answer.body.statusCode]).toEqual([413, 413]);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    });

    it('takes reservations of past, closed and neighbouring times, but none that overlaps on the same type', async () => {
      const [type, other] = [await client.eventType('res'), await client.eventType('res-2')];
      const reserve = async (eventTypeId: number, slotStart: string): Promise<number> =>
        (await post('/v2/slots/reservations', { eventTypeId, slotStart }, undefined, '2024-09-04')).status;
      expect(await reserve(type, at(plusDays(day, 5), '03:00'))).toBe(201);
      expect(await reserve(type, at(day, '08:00'))).toBe(201);
      expect(await reserve(type, at(day, '08:10'))).toBe(422);
      expect(await reserve(other, at(day, '08:00'))).toBe(201);
    });
  });
});
