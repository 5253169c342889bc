import { Call, caller, Reply, success } from '../http/call';
import { badRequest, codedError } from '../http/errors';
import { globalPipe, isArray, isBoolean, isString } from '../http/validation';
import { Booking, EventType } from '../store/records';
import { confirmedPayload, noShowPayload, rejectedPayload } from '../webhooks/payloads';
import { showBooking } from './booking-view';
import { bookingOf, typeOf } from './find-booking';
import { belongsTo } from './find-event-type';
import { announce } from './notifications';

/** The booking and its type, for its host. Throws 404, or 401 for somebody else's key. */
async function own(call: Call): Promise<{ booking: Booking; eventType: EventType }> {
  const booking = await bookingOf(call.sandbox, call.params.uid ?? '');
  const eventType = await typeOf(call.sandbox, booking);
  const account = caller(call);
  const mine = booking.hostIds.includes(account.id) || (await belongsTo(call.sandbox, eventType, account));
  if (!mine) throw codedError(401, 'TRPCError', 'UNAUTHORIZED');
  return { booking, eventType };
}

/** A declined booking can be confirmed, and so can two pending ones of the same slot: nothing is checked again. */
export async function confirmBooking(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const { booking, eventType } = await own(call);
  if (booking.status === 'accepted') throw codedError(400, 'TRPCError', 'Booking already confirmed');
  const confirmed = await sandbox.bookings.change(booking.id, sandbox.now(), { status: 'accepted' });
  await announce(sandbox, 'BOOKING_CREATED', confirmed, eventType, confirmedPayload);
  return success(await showBooking(sandbox, confirmed));
}

export async function declineBooking(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const { reason } = globalPipe([{ name: 'reason', rules: [isString], optional: true }], call.body);
  const { booking, eventType } = await own(call);
  if (booking.status === 'accepted') throw codedError(400, 'TRPCError', 'Booking already confirmed');
  const rejectionReason = typeof reason === 'string' ? reason : '';
  const rejected = await sandbox.bookings.change(booking.id, sandbox.now(), {
    status: 'rejected',
    details: { rejectionReason },
  });
  await announce(sandbox, 'BOOKING_REJECTED', rejected, eventType, (subject) =>
    rejectedPayload(subject, rejectionReason),
  );
  return success(await showBooking(sandbox, rejected));
}

interface AbsenceInput {
  host?: boolean;
  attendees?: { email: string; absent: boolean }[];
}

export async function markAbsent(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const fields = [
    { name: 'host', rules: [isBoolean], optional: true },
    { name: 'attendees', rules: [isArray], optional: true },
  ];
  const input = globalPipe(fields, call.body) as AbsenceInput;
  const { booking, eventType } = await own(call);
  const now = sandbox.now();
  if (now < booking.startMs) {
    throw badRequest(
      'Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0: ' +
        `${new Date(now).toISOString()}, Booking start time in UTC+0: ${new Date(booking.startMs).toISOString()}`,
    );
  }
  const named = input.attendees ?? [];
  const changed = await sandbox.bookings.changeLocked(booking.id, now, ({ details }) => ({
    details: {
      absentHost: input.host ?? details.absentHost,
      attendees: details.attendees.map((attendee) => ({
        ...attendee,
        absent: named.find(({ email }) => email === attendee.email)?.absent ?? attendee.absent,
      })),
    },
  }));
  await announce(sandbox, 'BOOKING_NO_SHOW_UPDATED', changed, eventType, () => noShowPayload(changed, named));
  return success(await showBooking(sandbox, changed));
}
