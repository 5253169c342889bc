import { Call, caller, Reply, success } from '../http/call';
import { Json } from '../http/errors';
import { Field, globalPipe, isNumber, isObject, isPlainObject, isString } from '../http/validation';
import { Booking } from '../store/records';
import { cancelBooking } from './cancel-booking';
import { createBooking } from './create-booking';
import { bookingOf } from './find-booking';
import { showOldBooking } from './old-booking-view';

/** What 2024-04-15 asks for; today's body has neither `timeZone` nor `language` nor `responses`. */
const CREATE: Field[] = [
  { name: 'start', rules: [isString] },
  { name: 'end', rules: [isString], optional: true },
  { name: 'eventTypeId', rules: [isNumber] },
  { name: 'timeZone', rules: [isString] },
  { name: 'language', rules: [isString] },
  { name: 'metadata', rules: [isObject] },
  { name: 'responses', rules: [isObject] },
];

async function oldShape({ sandbox }: Call, booking: Booking): Promise<Json> {
  const [host] = await sandbox.accounts.byIds(booking.hostIds.slice(0, 1));
  return showOldBooking(booking, await sandbox.eventTypes.byId(booking.eventTypeId), host);
}

async function shownByUid(call: Call, uid: string): Promise<Json> {
  return oldShape(call, await bookingOf(call.sandbox, uid));
}

export async function getOldBooking(call: Call): Promise<Reply> {
  return success(await shownByUid(call, call.params.uid ?? ''));
}

export async function listOldBookings(call: Call): Promise<Reply> {
  const account = caller(call);
  const found = await call.sandbox.bookings.concerning([account]);
  const bookings = await Promise.all(found.map((booking) => oldShape(call, booking)));
  return success({ bookings, recurringInfo: [], totalCount: bookings.length });
}

const uidIn = ({ body }: Reply): string => (isPlainObject(body.data) ? String(body.data.uid) : '');

/** The old words, the same rules. */
export async function createOldBooking(call: Call): Promise<Reply> {
  const { start, eventTypeId, timeZone, language, metadata, responses } = globalPipe(CREATE, call.body);
  const { name, email } = responses as Json;
  const body = { start, eventTypeId, metadata, attendee: { name, email, timeZone, language } };
  return success(await shownByUid(call, uidIn(await createBooking({ ...call, body }))), 201);
}

export async function cancelOldBooking(call: Call): Promise<Reply> {
  const { cancellationReason } = isPlainObject(call.body) ? call.body : {};
  const reply = await cancelBooking({ ...call, body: { cancellationReason } });
  return success(await shownByUid(call, uidIn(reply)), 201);
}
