import { notFound } from '../http/errors';
import { Sandbox } from '../sandbox';
import { Booking, EventType } from '../store/records';

/** Throws 404 in the words of get, reschedule, confirm, decline and mark-absent. */
export async function bookingOf(sandbox: Sandbox, uid: string): Promise<Booking> {
  const booking = await sandbox.bookings.byUid(uid);
  if (!booking) throw notFound(`Booking with uid=${uid} was not found in the database`);
  return booking;
}

/** The type may have been deleted since; then there is nothing left to change. Throws 404. */
export async function typeOf(sandbox: Sandbox, booking: Booking): Promise<EventType> {
  const eventType = await sandbox.eventTypes.byId(booking.eventTypeId);
  if (!eventType) throw notFound(`Event type with id ${booking.eventTypeId} not found.`);
  return eventType;
}
