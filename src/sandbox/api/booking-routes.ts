import { cancelBooking } from '../bookings/cancel-booking';
import { showBooking, showBookings } from '../bookings/booking-view';
import { createBooking } from '../bookings/create-booking';
import { confirmBooking, declineBooking, markAbsent } from '../bookings/decide-booking';
import { bookingOf } from '../bookings/find-booking';
import { listBookings } from '../bookings/list-bookings';
import { listBookingsByCursor } from '../bookings/list-bookings-by-cursor';
import { cancelOldBooking, createOldBooking, getOldBooking, listOldBookings } from '../bookings/old-bookings';
import { rescheduleBooking } from '../bookings/reschedule-booking';
import { Access, Call, Handler, Reply, Route, success } from '../http/call';
import { notFound } from '../http/errors';

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

const route = (
  operation: string,
  method: Route['method'],
  path: string,
  access: Access,
  handler: Handler,
  older?: Handler,
): Route => ({ operation: `bookings.${operation}`, method, path, access, family: 'bookings', handler, older });

export const bookingRoutes: Route[] = [
  route('create', 'POST', '/v2/bookings', 'public', createBooking, createOldBooking),
  {
    ...route('list', 'GET', '/v2/bookings', 'permissions', listBookings, listOldBookings),
    byCursor: listBookingsByCursor,
  },
  route('get', 'GET', '/v2/bookings/by-seat/:seatUid', 'public', getBySeat),
  route('get', 'GET', '/v2/bookings/:uid', 'public', getBooking, getOldBooking),
  route('reschedule', 'POST', '/v2/bookings/:uid/reschedule', 'public', rescheduleBooking),
  route('cancel', 'POST', '/v2/bookings/:uid/cancel', 'public', cancelBooking, cancelOldBooking),
  route('confirm', 'POST', '/v2/bookings/:uid/confirm', 'permissions', confirmBooking),
  route('decline', 'POST', '/v2/bookings/:uid/decline', 'permissions', declineBooking),
  route('markAbsent', 'POST', '/v2/bookings/:uid/mark-absent', 'permissions', markAbsent),
];
