import { randomUUID } from 'node:crypto';
import { Call, Reply, success } from '../http/call';
import { ApiError, badRequest, flatError, notFound } from '../http/errors';
import { requiresConfirmation, seatsOf } from '../event-types/rules';
import { Attendee, Booking, BookingDetails, EventType } from '../store/records';
import { requestedPayload, rescheduledPayload } from '../webhooks/payloads';
import { hostsOf, limitReached } from './availability';
import { newUid } from './booking-details';
import { instantOf, readRescheduleInput, RescheduleInput } from './booking-input';
import { showBooking } from './booking-view';
import { checkBounds, chooseHosts } from './choose-hosts';
import { rethrowRace } from './create-booking';
import { bookingOf, typeOf } from './find-booking';
import { announce } from './notifications';

/**
 * `POST /v2/bookings/{uid}/reschedule`, without a key too. A new booking takes the place of the old one. Two at once
 * for different starts both succeed, as measured: nothing but the caller serialises them.
 */
export async function rescheduleBooking(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const input = readRescheduleInput(call.body);
  const old = await bookingOf(sandbox, call.params.uid ?? '');
  checkReschedulable(old);
  const eventType = await typeOf(sandbox, old);
  const startMs = instantOf(input.start);
  // A variable length is lost: the new booking has the type's own.
  const span = { startMs, endMs: startMs + eventType.input.lengthInMinutes * 60_000 };
  const zone = (await hostsOf(sandbox, eventType))[0]?.timeZone ?? 'utc';
  checkBounds(eventType, zone, startMs, sandbox.now());
  if (await limitReached(sandbox, eventType, zone, startMs, old)) throw flatError(401, 'booking_limit_reached');
  const seat = seatOf(old, eventType, input);
  const hosts = await chooseHosts(sandbox, eventType, span, old);
  await call.pause();
  const byHost = call.account !== undefined && old.hostIds.includes(call.account.id);
  const booking = await sandbox.bookings
    .insertInPlaceOf(old.id, {
      uid: newUid(),
      eventTypeId: eventType.id,
      hostIds: hosts.map(({ id }) => id),
      status: requiresConfirmation(eventType.input) && !byHost ? 'pending' : 'accepted',
      ...span,
      createdMs: sandbox.now(),
      details: movedDetails(old, input, seat),
    })
    .catch(rethrowRace);
  await leaveOld(call, old, booking, input, seat);
  await tell(call, booking, old, eventType);
  return success(await showBooking(sandbox, booking, { fresh: true, seatUid: seat?.seatUid }), 201);
}

function checkReschedulable({ uid, status, details }: Booking): void {
  if (status === 'cancelled' && details.toUid) {
    throw badRequest(
      `Can't reschedule booking with uid=${uid} because it has been cancelled and rescheduled already to booking ` +
        `with uid=${details.toUid}. You probably want to reschedule ${details.toUid} instead by passing it within ` +
        'the request URL.',
    );
  }
  if (status === 'cancelled' || status === 'rejected') throw notReschedulable(uid, status);
}

function notReschedulable(uid: string, status: string): ApiError {
  return badRequest(
    `Can't reschedule booking with uid=${uid} because it has been ${status}. ` +
      `Please provide uid of a booking that is not ${status}.`,
  );
}

/** The seat that moves; undefined when the whole booking does. Throws 404 for a seat that is not there. */
function seatOf(old: Booking, eventType: EventType, input: RescheduleInput): Attendee | undefined {
  if (seatsOf(eventType.input) === undefined || input.seatUid === undefined) return undefined;
  const seat = old.details.attendees.find(({ seatUid }) => seatUid === input.seatUid);
  if (!seat) throw notFound(`Seat with uid=${input.seatUid} not found`);
  return seat;
}

function movedDetails(old: Booking, input: RescheduleInput, seat: Attendee | undefined): BookingDetails {
  const { toUid: _to, rescheduledBy: _by, reschedulingReason: _reason, ...kept } = old.details;
  return {
    ...kept,
    attendees: seat ? [seat] : kept.attendees,
    icsSequence: kept.icsSequence + 1,
    fromUid: old.uid,
    ...(input.rescheduledBy && { rescheduledBy: input.rescheduledBy }),
    ...(input.reschedulingReason && { reschedulingReason: input.reschedulingReason }),
  };
}

async function leaveOld(
  { sandbox }: Call,
  old: Booking,
  booking: Booking,
  input: RescheduleInput,
  seat: Attendee | undefined,
): Promise<void> {
  const now = sandbox.now();
  if (seat && old.details.attendees.length > 1) {
    await sandbox.bookings.changeLocked(old.id, now, ({ details }) => ({
      details: { attendees: details.attendees.filter(({ seatUid }) => seatUid !== seat.seatUid) },
    }));
    return;
  }
  const { rescheduledBy } = input;
  await sandbox.bookings.change(old.id, now, {
    status: 'cancelled',
    details: { toUid: booking.uid, ...(rescheduledBy && { rescheduledBy }) },
  });
}

async function tell({ sandbox }: Call, booking: Booking, old: Booking, eventType: EventType): Promise<void> {
  if (booking.status === 'pending') {
    const password = randomUUID();
    await announce(sandbox, 'BOOKING_REQUESTED', booking, eventType, (subject) => requestedPayload(subject, password));
    return;
  }
  await announce(sandbox, 'BOOKING_RESCHEDULED', booking, eventType, (subject) => rescheduledPayload(subject, old));
}
