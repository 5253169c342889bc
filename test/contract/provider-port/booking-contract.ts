import { BookingRequest, ProviderBooking } from '../../../src/scheduling/words';
import { DAY, Fault, MINUTE, PortWorld, searchFor } from './port-world';
import { atOnce } from './at-once';

/** What every adapter promises about making, finding and changing bookings. */
export function describeBooking(world: PortWorld): void {
  describe(`${world.name}: booking`, () => {
    it('gives back what was asked for, with our reference apart from the metadata', async () => {
      const asked = world.request({
        metadata: { note: 'window seat' },
        notes: 'ring twice',
        guests: ['friend@mail.example'],
      });
      const booking = await atOnce(world.provider).book(asked);
      expect(booking).toMatchObject({
        uid: expect.any(String),
        status: 'accepted',
        startMs: asked.startMs,
        endMs: asked.startMs + 30 * MINUTE,
        eventTypeId: world.type.providerId,
        location: 'Havelstrasse 12, Berlin',
        ref: asked.ref,
        deploymentId: 'contract-test',
        metadata: { note: 'window seat' },
        guests: ['friend@mail.example'],
      });
      const { name, email } = asked.attendee;
      expect(booking.attendees[0]).toMatchObject({ name, email, timeZone: 'Europe/Lisbon', language: 'de' });
      expect(await world.provider.getBooking(booking.uid)).toMatchObject({
        uid: booking.uid,
        ref: asked.ref,
        startMs: asked.startMs,
      });
    });

    it('takes the slot out of what is offered', async () => {
      const asked = world.request();
      const around = {
        eventTypeId: world.type.providerId,
        fromMs: asked.startMs,
        toMs: asked.startMs + MINUTE,
        lengthMinutes: 30,
        gridTimeZone: 'Europe/Berlin',
      };
      expect(await world.provider.slots(around)).toHaveLength(1);
      await atOnce(world.provider).book(asked);
      expect(await world.provider.slots(around)).toEqual([]);
    });

    it('of a taken time is refused as unavailable', async () => {
      const first = world.request();
      await atOnce(world.provider).book(first);
      const second = atOnce(world.provider).book(world.request({ startMs: first.startMs }));
      await expect(second).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE', details: { reason: 'HOST_BUSY' } });
    });

    it('at one start by eight callers at once succeeds once, and the others learn that it is taken', async () => {
      const startMs = world.nextStart();
      const tries = Array.from({ length: 8 }, () => atOnce(world.provider).book(world.request({ startMs })));
      const results = await Promise.allSettled(tries);
      const codes = results.map((result) => (result.status === 'fulfilled' ? 'booked' : result.reason.code)).sort();
      expect(codes).toEqual([...Array(7).fill('SLOT_UNAVAILABLE'), 'booked']);
    });

    it('of a past time, of an unknown type and of a bad e-mail is refused with the reason', async () => {
      const past = atOnce(world.provider).book(world.request({ startMs: Date.UTC(2027, 1, 1, 9) }));
      await expect(past).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'IN_THE_PAST' } });
      const unknown = atOnce(world.provider).book(world.request({ eventTypeId: '2000000000' }));
      await expect(unknown).rejects.toMatchObject({ code: 'EVENT_TYPE_NOT_FOUND' });
      const nameless = atOnce(world.provider).book(
        world.request({ attendee: { name: 'X', email: 'no-address', timeZone: 'UTC' } }),
      );
      await expect(nameless).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    });

    it("that is answered with another attempt's booking is a duplicate, not a success", async () => {
      const first = world.request({ eventTypeId: world.onRequest.providerId });
      await atOnce(world.provider).book(first);
      const again = atOnce(world.provider).book({ ...first, ref: 'another-attempt' });
      await expect(again).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'DUPLICATE' } });
    });
  });

  describe(`${world.name}: a booking whose answer is lost`, () => {
    async function bookWith(fault: Fault, delayMs?: number): Promise<BookingRequest> {
      const asked = world.request();
      await world.harness.inject(fault, 'book', delayMs);
      const before = await world.harness.callsReceived('book');
      await expect(atOnce(world.provider).book(asked)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(await world.harness.callsReceived('book')).toBe(before + 1);
      return asked;
    }

    it.each(['answer-lost', 'error-after', 'garbage'] as const)('after %s is found by its reference', async (fault) => {
      const asked = await bookWith(fault);
      const found = await world.provider.findByRef(asked.ref, searchFor(asked));
      expect(found).toMatchObject({ ref: asked.ref, startMs: asked.startMs, status: 'accepted' });
    });

    it('after an error before the effect is not found', async () => {
      const asked = await bookWith('error-before');
      expect(await world.provider.findByRef(asked.ref, searchFor(asked))).toBeUndefined();
    });

    it('and whose effect comes late is found as soon as it is there', async () => {
      const asked = await bookWith('effect-late', 300);
      const found = await until(() => world.provider.findByRef(asked.ref, searchFor(asked)));
      expect(found.ref).toBe(asked.ref);
    });

    it('is not confused with bookings of the same person, nor with its own successor', async () => {
      const asked = world.request();
      const first = await atOnce(world.provider).book(asked);
      await atOnce(world.provider).book(world.request({ attendee: asked.attendee }));
      const moved = await atOnce(world.provider).reschedule({ uid: first.uid, startMs: world.nextStart() });
      const found = await world.provider.findByRef(asked.ref, { attendeeEmail: asked.attendee.email });
      expect(found).toMatchObject({ uid: first.uid, rescheduledToUid: moved.uid, status: 'cancelled' });
      expect(await world.provider.findByRef('never-sent', { attendeeEmail: asked.attendee.email })).toBeUndefined();
    });
  });

  describe(`${world.name}: refusals before anything happens`, () => {
    it('say the slot is unavailable on a conflict', async () => {
      await world.harness.inject('conflict', 'book');
      await expect(atOnce(world.provider).book(world.request())).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    });

    it('say when a rate limit is over, are not repeated, and silence the account for the whole block', async () => {
      for (const method of ['book', 'getBooking'] as const) {
        const provider = await world.harness.account('Europe/Berlin');
        await world.harness.inject('rate-limited', method, 42_000);
        const before = await world.harness.callsReceived(method);
        const call = () => (method === 'book' ? atOnce(provider).book(world.request()) : provider.getBooking('any'));
        await expect(call()).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 42 } });
        // Never sent: the provider would count it, and told no status.
        const again = await call().catch((error) => error);
        expect(again).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: expect.any(Number) } });
        expect(again.details.retryAfterSeconds).toBeGreaterThan(30);
        expect(await world.harness.callsReceived(method)).toBe(before + 1);
      }
    });
  });

  describe(`${world.name}: changing a booking`, () => {
    it('moves it to a new uid and cancels the old one, keeping the reference', async () => {
      const asked = world.request();
      const first = await atOnce(world.provider).book(asked);
      const startMs = world.nextStart();
      const moved = await atOnce(world.provider).reschedule({ uid: first.uid, startMs, reason: 'later' });
      expect(moved).toMatchObject({ startMs, status: 'accepted', rescheduledFromUid: first.uid, ref: asked.ref });
      expect(moved.uid).not.toBe(first.uid);
      expect(await world.provider.getBooking(first.uid)).toMatchObject({
        status: 'cancelled',
        rescheduledToUid: moved.uid,
      });
    });

    it('names the successor when it was moved before', async () => {
      const first = await atOnce(world.provider).book(world.request());
      const moved = await atOnce(world.provider).reschedule({ uid: first.uid, startMs: world.nextStart() });
      const again = atOnce(world.provider).reschedule({ uid: first.uid, startMs: world.nextStart() });
      await expect(again).rejects.toMatchObject({
        code: 'REFUSED',
        details: { reason: 'ALREADY_RESCHEDULED', successorUid: moved.uid },
      });
    });

    it('does not move it to a taken time, nor when it is cancelled', async () => {
      const taken = await atOnce(world.provider).book(world.request());
      const other = await atOnce(world.provider).book(world.request());
      const onto = atOnce(world.provider).reschedule({ uid: other.uid, startMs: taken.startMs });
      await expect(onto).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
      await atOnce(world.provider).cancel(other.uid, 'changed my mind');
      const late = atOnce(world.provider).reschedule({ uid: other.uid, startMs: world.nextStart() });
      await expect(late).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'ALREADY_CANCELLED' } });
    });

    it('leaves the outcome of a move unknown when its answer is lost, and shows the successor at the old uid', async () => {
      const first = await atOnce(world.provider).book(world.request());
      await world.harness.inject('answer-lost', 'reschedule');
      const startMs = world.nextStart();
      await expect(atOnce(world.provider).reschedule({ uid: first.uid, startMs })).rejects.toMatchObject({
        code: 'OUTCOME_UNKNOWN',
      });
      const { rescheduledToUid } = await world.provider.getBooking(first.uid);
      expect(await world.provider.getBooking(rescheduledToUid ?? '')).toMatchObject({ startMs, status: 'accepted' });
    });

    it('cancels with the reason; a second time is success and changes nothing', async () => {
      const { uid } = await atOnce(world.provider).book(world.request());
      await atOnce(world.provider).cancel(uid, 'ill');
      await atOnce(world.provider).cancel(uid, 'once more');
      expect(await world.provider.getBooking(uid)).toMatchObject({ status: 'cancelled', cancellationReason: 'ill' });
    });

    it('cancels the old uid of a moved booking as one that is cancelled already, and leaves the new one alone', async () => {
      const first = await atOnce(world.provider).book(world.request());
      const moved = await atOnce(world.provider).reschedule({ uid: first.uid, startMs: world.nextStart() });
      await expect(atOnce(world.provider).cancel(first.uid, 'ill')).resolves.toBeUndefined();
      expect(await world.provider.getBooking(moved.uid)).toMatchObject({ status: 'accepted' });
    });

    it('cancels without a reason too, because a provider may insist on one', async () => {
      const { uid } = await atOnce(world.provider).book(world.request());
      await atOnce(world.provider).cancel(uid, '  ');
      expect(await world.provider.getBooking(uid)).toMatchObject({ status: 'cancelled' });
    });

    it('tells an unknown booking from a failure', async () => {
      const unknown = { code: 'BOOKING_NOT_FOUND' };
      await expect(world.provider.getBooking('unknown')).rejects.toMatchObject(unknown);
      await expect(atOnce(world.provider).cancel('unknown', 'x')).rejects.toMatchObject(unknown);
      await expect(
        atOnce(world.provider).reschedule({ uid: 'unknown', startMs: world.nextStart() }),
      ).rejects.toMatchObject(unknown);
      await expect(atOnce(world.provider).confirm('unknown')).rejects.toMatchObject(unknown);
    });
  });

  describe(`${world.name}: bookings that a host decides on`, () => {
    const pending = (): Promise<ProviderBooking> =>
      atOnce(world.provider).book(world.request({ eventTypeId: world.onRequest.providerId }));

    it('are pending, then accepted; a second confirmation is refused by name', async () => {
      const booking = await pending();
      expect(booking.status).toBe('pending');
      expect(await atOnce(world.provider).confirm(booking.uid)).toMatchObject({
        uid: booking.uid,
        status: 'accepted',
        ref: booking.ref,
      });
      await expect(atOnce(world.provider).confirm(booking.uid)).rejects.toMatchObject({
        code: 'REFUSED',
        details: { reason: 'ALREADY_CONFIRMED' },
      });
    });

    it('are rejected when declined', async () => {
      const { uid } = await pending();
      expect(await atOnce(world.provider).decline(uid, 'no time')).toMatchObject({ uid, status: 'rejected' });
    });
  });

  describe(`${world.name}: after the start`, () => {
    it('marks host and attendee absent, but not before', async () => {
      const asked = world.request();
      const { uid } = await atOnce(world.provider).book(asked);
      const report = { uid, hostAbsent: true, attendees: [{ email: asked.attendee.email ?? '', absent: true }] };
      await expect(atOnce(world.provider).markAbsent(report)).rejects.toMatchObject({
        code: 'REFUSED',
        details: { reason: 'NOT_STARTED' },
      });
      world.harness.advanceTo(asked.startMs + 10 * MINUTE);
      expect(await atOnce(world.provider).markAbsent(report)).toMatchObject({
        hostAbsent: true,
        attendees: [{ absent: true }],
      });
    });

    it('does not cancel a meeting that is over', async () => {
      const asked = world.request();
      const { uid } = await atOnce(world.provider).book(asked);
      world.harness.advanceTo(asked.startMs + DAY);
      await expect(atOnce(world.provider).cancel(uid, 'too late')).rejects.toMatchObject({
        code: 'REFUSED',
        details: { reason: 'ALREADY_ENDED' },
      });
    });
  });
}

/** Asks until there is an answer; a test that waits for ever fails by its own limit. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
  }
}
