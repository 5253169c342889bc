import { Call, Reply, success } from '../http/call';
import { ApiError, badRequest, flatError, notFound } from '../http/errors';
import { Sandbox } from '../sandbox';
import { Booking, EventType } from '../store/records';
import { cancelledPayload } from '../webhooks/payloads';
import { CancelInput, readCancelInput } from './booking-input';
import { showBooking, showBookings } from './booking-view';
import { typeOf } from './find-booking';
import { announce } from './notifications';

/** `POST /v2/bookings/{uid}/cancel`, without a key too: the uid is all it takes. Throws every refusal. */
export async function cancelBooking(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const input = readCancelInput(call.body);
  const uid = call.params.uid ?? '';
  const booking = await sandbox.bookings.byUid(uid);
  if (!booking) return cancelSeries(call, uid, input);
  const eventType = await typeOf(sandbox, booking);
  checkCancel(call, booking, eventType, input);
  await call.pause();
  if (input.seatUid !== undefined) return leaveSeat(sandbox, booking, eventType, input);
  const later = input.cancelSubsequentBookings ? await laterOnes(sandbox, booking) : [];
  const cancelled: Booking[] = [];
  for (const one of [booking, ...later]) cancelled.push(await cancelOne(sandbox, one, eventType, input));
  if (later.length > 0) return success(await showBookings(sandbox, cancelled));
  return success(await showBooking(sandbox, cancelled[0] as Booking));
}

function cancelledAlready(uid: string): ApiError {
  return badRequest(
    `Can't cancel booking with uid=${uid} because it has been cancelled already. ` +
      'Please provide uid of a booking that is not cancelled.',
  );
}

function checkCancel(call: Call, booking: Booking, eventType: EventType, input: CancelInput): void {
  if (booking.status === 'cancelled') throw cancelledAlready(booking.uid);
  if (eventType.input.disableCancelling?.disabled) {
    throw flatError(400, 'This event type does not allow cancellations');
  }
  const isHost = call.account !== undefined && booking.hostIds.includes(call.account.id);
  if (isHost && !input.cancellationReason?.trim()) throw flatError(400, 'Cancellation reason is required');
  if (booking.endMs < call.sandbox.now()) throw flatError(400, 'Cannot cancel a booking that has already ended');
}

async function cancelOne(
  sandbox: Sandbox,
  booking: Booking,
  eventType: EventType,
  input: CancelInput,
): Promise<Booking> {
  const reason = input.cancellationReason ?? '';
  const cancelled = await sandbox.bookings.change(booking.id, sandbox.now(), {
    status: 'cancelled',
    details: { cancellationReason: reason },
  });
  await announce(sandbox, 'BOOKING_CANCELLED', cancelled, eventType, (subject) => cancelledPayload(subject, reason));
  return cancelled;
}

async function laterOnes(sandbox: Sandbox, booking: Booking): Promise<Booking[]> {
  const { recurringUid } = booking.details;
  const series = recurringUid ? await sandbox.bookings.byRecurringUid(recurringUid) : [];
  return series.filter(({ startMs, status }) => startMs > booking.startMs && status !== 'cancelled');
}

async function cancelSeries(call: Call, uid: string, input: CancelInput): Promise<Reply> {
  const { sandbox } = call;
  const series = await sandbox.bookings.byRecurringUid(uid);
  const living = series.filter(({ status }) => status !== 'cancelled');
  if (series.length === 0) throw notFound(`Booking with uid=${uid} not found`);
  const [first] = living;
  if (!first) throw cancelledAlready(uid);
  const eventType = await typeOf(sandbox, first);
  checkCancel(call, first, eventType, input);
  for (const booking of living) await cancelOne(sandbox, booking, eventType, input);
  return success(await showBookings(sandbox, await sandbox.bookings.byRecurringUid(uid)));
}

/** The last one to leave cancels the booking. */
async function leaveSeat(sandbox: Sandbox, booking: Booking, eventType: EventType, input: CancelInput): Promise<Reply> {
  const seat = booking.details.attendees.find(({ seatUid }) => seatUid === input.seatUid);
  if (!seat) throw notFound(`Seat with uid=${input.seatUid} not found`);
  const changed = await sandbox.bookings.changeLocked(booking.id, sandbox.now(), ({ details }) => {
    const attendees = details.attendees.filter(({ seatUid }) => seatUid !== input.seatUid);
    return { details: { attendees }, ...(attendees.length === 0 && { status: 'cancelled' }) };
  });
  const reason = input.cancellationReason ?? '';
  await announce(sandbox, 'BOOKING_CANCELLED', changed, eventType, (subject) =>
    cancelledPayload(subject, reason, seat),
  );
  return success(await showBooking(sandbox, changed));
}
