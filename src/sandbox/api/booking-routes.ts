import { cancelBooking } from '../bookings/cancel-booking';
import { showBooking, showBookings } from '../bookings/booking-view';
import { createBooking } from '../bookings/create-booking';
import { confirmBooking, declineBooking, markAbsent } from '../bookings/decide-booking';
import { bookingOf } from '../bookings/find-booking';
import { listBookings } from '../bookings/list-bookings';
import { showOldBooking } from '../bookings/old-booking-view';
import { rescheduleBooking } from '../bookings/reschedule-booking';
import { Access, Call, caller, Handler, Reply, Route, success } from '../http/call';
import { notFound } from '../http/errors';
import { Booking } from '../store/records';
import { Sandbox } from '../sandbox';

async function getBooking({ sandbox, params }: Call): Promise<Reply> {
  const uid = params.uid ?? '';
  const booking = await sandbox.bookings.byUid(uid);
  if (booking) return success(await showBooking(sandbox, booking));
  const series = await sandbox.bookings.byRecurringUid(uid);
  if (series.length > 0) return success(await showBookings(sandbox, series));
  return success(await showBooking(sandbox, await bookingOf(sandbox, uid)));
}

async function getBySeat({ sandbox, params }: Call): Promise<Reply> {
  const booking = await sandbox.bookings.bySeatUid(params.seatUid ?? '');
  if (!booking) throw notFound(`Booking with seatUid=${params.seatUid} was not found in the database`);
  return success(await showBooking(sandbox, booking));
}

async function oldShape(sandbox: Sandbox, booking: Booking): Promise<ReturnType<typeof showOldBooking>> {
  const [host] = await sandbox.accounts.byIds(booking.hostIds.slice(0, 1));
  return showOldBooking(booking, await sandbox.eventTypes.byId(booking.eventTypeId), host);
}

async function getOldBooking({ sandbox, params }: Call): Promise<Reply> {
  return success(await oldShape(sandbox, await bookingOf(sandbox, params.uid ?? '')));
}

async function listOldBookings(call: Call): Promise<Reply> {
  const account = caller(call);
  const found = await call.sandbox.bookings.ofAccount(account.id, account.email);
  const bookings = await Promise.all(found.map((booking) => oldShape(call.sandbox, booking)));
  return success({ bookings, recurringInfo: [], totalCount: bookings.length });
}

/** Older versions changed bookings in shapes of their own, which nobody here sends. */
const route = (
  operation: string,
  method: Route['method'],
  path: string,
  access: Access,
  handler: Handler,
  older?: Handler,
): Route => ({ operation: `bookings.${operation}`, method, path, access, family: 'bookings', handler, older });

export const bookingRoutes: Route[] = [
  route('create', 'POST', '/v2/bookings', 'public', createBooking),
  route('list', 'GET', '/v2/bookings', 'permissions', listBookings, listOldBookings),
  route('get', 'GET', '/v2/bookings/by-seat/:seatUid', 'public', getBySeat),
  route('get', 'GET', '/v2/bookings/:uid', 'public', getBooking, getOldBooking),
  route('reschedule', 'POST', '/v2/bookings/:uid/reschedule', 'public', rescheduleBooking),
  route('cancel', 'POST', '/v2/bookings/:uid/cancel', 'public', cancelBooking),
  route('confirm', 'POST', '/v2/bookings/:uid/confirm', 'permissions', confirmBooking),
  route('decline', 'POST', '/v2/bookings/:uid/decline', 'permissions', declineBooking),
  route('markAbsent', 'POST', '/v2/bookings/:uid/mark-absent', 'permissions', markAbsent),
];
