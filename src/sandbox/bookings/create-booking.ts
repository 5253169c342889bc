import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { Call, Reply, success } from '../http/call';
import { ApiError, badRequest, flatError, nestError } from '../http/errors';
import { Sandbox } from '../sandbox';
import { SlotInterval } from '../slots/slot-grid';
import { recurrenceOf, requiresConfirmation, seatsOf } from '../event-types/rules';
import { isUniqueViolation } from '../store/database';
import { Account, Attendee, Booking, BookingDetails, EventType } from '../store/records';
import { createdPayload, requestedPayload } from '../webhooks/payloads';
import { hostsOf, limitReached } from './availability';
import { newDetails, newSeat, newUid } from './booking-details';
import { BookingInput, checkResponses, instantOf, lengthOf, readBookingInput } from './booking-input';
import { showBooking, showBookings } from './booking-view';
import { checkBounds, chooseHosts } from './choose-hosts';
import { checkCallerMayBook, findEventType } from './find-event-type';
import { announce } from './notifications';

/** What is asked for, once it is known which type it concerns. */
interface Order {
  sandbox: Sandbox;
  input: BookingInput;
  eventType: EventType;
  span: SlotInterval;
  pause: Call['pause'];
}

/** `POST /v2/bookings`. Throws every refusal as the answer it is. */
export async function createBooking(call: Call): Promise<Reply> {
  const { sandbox } = call;
  const input = readBookingInput(call.body);
  const eventType = await findEventType(sandbox, input);
  await checkCallerMayBook(sandbox, eventType, call.account);
  if (eventType.input.schedulingType === 'managed') throw flatError(500, 'Internal server error');
  const startMs = instantOf(input.start);
  const span = { startMs, endMs: startMs + lengthOf(input, eventType.input) * 60_000 };
  checkResponses(input, eventType.input);
  const order = { sandbox, input, eventType, span, pause: call.pause };
  if (recurrenceOf(eventType.input)) return bookSeries(order);
  if (seatsOf(eventType.input) !== undefined) return bookSeat(order);
  const booking = (await repeated(order)) ?? (await bookOne(order));
  return success(await showBooking(sandbox, booking, { fresh: true }), 201);
}

/** The silent repeat: same type, start and attendee answer the first booking when confirmation or a host is chosen. */
async function repeated({ sandbox, input, eventType, span }: Order): Promise<Booking | undefined> {
  const silent = requiresConfirmation(eventType.input) || eventType.input.schedulingType === 'roundRobin';
  if (!silent) return undefined;
  const sameStart = await sandbox.bookings.ofType(eventType.id, span.startMs, span.startMs + 1);
  return sameStart.find(({ details }) => details.attendees[0]?.email === input.attendee.email);
}

/** Everything that is checked before a host is looked for. */
async function checkOrder({ sandbox, input, eventType, span }: Order): Promise<void> {
  const [host] = await hostsOf(sandbox, eventType);
  if (!host) throw nestError(422, 'Event type has no hosts.');
  await checkBookerLimit(sandbox, eventType, input.attendee.email ?? '');
  checkBounds(eventType, host.timeZone, span.startMs, sandbox.now());
  if (await limitReached(sandbox, eventType, host.timeZone, span.startMs)) {
    throw flatError(401, 'booking_limit_reached');
  }
}

async function checkBookerLimit(sandbox: Sandbox, eventType: EventType, email: string): Promise<void> {
  const limit = eventType.input.bookerActiveBookingsLimit;
  if (!limit?.maximumActiveBookings || limit.disabled) return;
  const active = await sandbox.bookings.activeOfAttendee(eventType.id, email, sandbox.now());
  if (active < limit.maximumActiveBookings) return;
  throw badRequest(
    "Attendee with this email can't book because the maximum number of active bookings has been reached.",
  );
}

async function bookOne(order: Order): Promise<Booking> {
  await checkOrder(order);
  const hosts = await chooseHosts(order.sandbox, order.eventType, order.span);
  await order.pause();
  const booking = await write(order, hosts, (details) => details);
  await tell(order, booking);
  return booking;
}

async function tell({ sandbox, eventType }: Order, booking: Booking, seat?: Attendee): Promise<void> {
  if (booking.status === 'pending') {
    const password = randomUUID();
    await announce(sandbox, 'BOOKING_REQUESTED', booking, eventType, (subject) => requestedPayload(subject, password));
  } else {
    await announce(sandbox, 'BOOKING_CREATED', booking, eventType, (subject) => createdPayload(subject, seat));
  }
}

async function write(
  { sandbox, input, eventType, span }: Order,
  hosts: Account[],
  adjust: (details: BookingDetails) => BookingDetails,
): Promise<Booking> {
  const uid = newUid();
  const team = eventType.teamId === null ? undefined : await sandbox.teams.byId(eventType.teamId);
  return sandbox.bookings
    .insert({
      uid,
      eventTypeId: eventType.id,
      hostIds: hosts.map(({ id }) => id),
      status: requiresConfirmation(eventType.input) ? 'pending' : 'accepted',
      startMs: span.startMs,
      endMs: span.endMs,
      createdMs: sandbox.now(),
      details: adjust(newDetails(input, uid, eventType, hosts[0] as Account, team)),
    })
    .catch(rethrowRace);
}

/** The loser of a race for one start gets what production mode lets through of the database's refusal. */
export function rethrowRace(error: unknown): never {
  throw isUniqueViolation(error) ? flatError(400, 'An error occurred while querying the database.') : error;
}

async function bookSeries(order: Order): Promise<Reply> {
  const { sandbox, input, eventType, span } = order;
  const recurrence = recurrenceOf(eventType.input) ?? { occurrences: 1, interval: 1, unit: 'weeks' };
  const count = input.recurrenceCount ?? recurrence.occurrences;
  if (count > recurrence.occurrences) {
    throw badRequest("Provided recurrence count is higher than the event type's recurring event count.");
  }
  const lengthMs = span.endMs - span.startMs;
  const orders = Array.from({ length: count }, (_unused, index) => {
    const start = DateTime.fromMillis(span.startMs, { zone: 'utc' });
    const startMs = start.plus({ [recurrence.unit]: index * recurrence.interval }).toMillis();
    return { ...order, span: { startMs, endMs: startMs + lengthMs } };
  });
  const hosts: Account[][] = [];
  for (const one of orders) {
    await checkOrder(one);
    hosts.push(await chooseHosts(sandbox, eventType, one.span));
  }
  await order.pause();
  const recurringUid = newUid();
  const bookings: Booking[] = [];
  for (const [index, one] of orders.entries()) {
    bookings.push(await write(one, hosts[index] ?? [], (details) => ({ ...details, recurringUid })));
  }
  for (const booking of bookings) await tell(order, booking);
  return success(await showBookings(sandbox, bookings, { fresh: true }), 201);
}

async function bookSeat(order: Order): Promise<Reply> {
  const { sandbox, eventType, span } = order;
  const seat = newSeat(order.input);
  const sameStart = await sandbox.bookings.ofType(eventType.id, span.startMs, span.startMs + 1);
  const booking = sameStart[0] ? await takeSeat(order, sameStart[0], seat) : await firstSeat(order, seat);
  await tell(order, booking, seat);
  return success(await showBooking(sandbox, booking, { fresh: true, seatUid: seat.seatUid }), 201);
}

async function firstSeat(order: Order, seat: Attendee): Promise<Booking> {
  await checkOrder(order);
  const hosts = await chooseHosts(order.sandbox, order.eventType, order.span);
  await order.pause();
  return write(order, hosts, (details) => ({ ...details, attendees: [seat], guests: [] }));
}

function takeSeat({ sandbox, eventType }: Order, booking: Booking, seat: Attendee): Promise<Booking> {
  return sandbox.bookings.changeLocked(booking.id, sandbox.now(), ({ details }) => {
    if (details.attendees.some(({ email }) => email === seat.email)) throw signedUpAlready();
    if (details.attendees.length >= (seatsOf(eventType.input) ?? 0)) {
      throw nestError(409, 'No more seats left at this seated booking.');
    }
    return { details: { attendees: [...details.attendees, seat] } };
  });
}

const signedUpAlready = (): ApiError => flatError(409, 'already_signed_up_for_this_booking_error');
