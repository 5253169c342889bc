import type { OperationName } from '../../src/providers/calcom-v2/operations';
import { type Desk, HOUR_MS, MONDAY_MS, PAST_MONDAY_MS } from './desk';
import type { Subject, Write } from './subject';

const REF = 'ref-of-the-run';
const ATTENDEE = { name: 'Jonas', email: 'jonas@mail.example', timeZone: 'UTC' };
const PENDING = { confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: true } };
const LATER_MS = MONDAY_MS + 2 * HOUR_MS;

const once = (happened: boolean): number => (happened ? 1 : 0);

async function book(desk: Desk): Promise<Write> {
  const eventTypeId = await desk.eventType();
  const asked = { eventTypeId, startMs: MONDAY_MS, attendee: ATTENDEE, ref: REF, deploymentId: 'the-run' };
  return {
    prepare: (writes) => writes.book(asked),
    effects: async () => (await desk.bookings()).filter(({ status }) => status === 'accepted').length,
    found: async (port) => (await port.findByRef(REF, { eventTypeId, attendeeEmail: ATTENDEE.email })) !== undefined,
  };
}

async function reschedule(desk: Desk): Promise<Write> {
  const uid = await desk.booking(await desk.eventType());
  return {
    prepare: (writes) => writes.reschedule({ uid, startMs: LATER_MS, reason: 'later' }),
    effects: async () => (await desk.bookings()).filter((other) => other.uid !== uid).length,
    found: async (port) => (await port.getBooking(uid)).rescheduledToUid !== undefined,
  };
}

/** A change that shows in the booking itself. */
function change(
  typeSettings: Record<string, unknown>,
  prepare: (uid: string) => Write['prepare'],
  isDone: (booking: { status: string; absentHost?: boolean; hostAbsent?: boolean }) => boolean,
  startMs?: number,
): Subject['arrange'] {
  return async (desk) => {
    const uid = await desk.booking(await desk.eventType(typeSettings), startMs);
    return {
      prepare: prepare(uid),
      effects: async () => once(isDone(await desk.bookingOf(uid))),
      found: async (port) => isDone(await port.getBooking(uid)),
    };
  };
}

async function reserve(desk: Desk): Promise<Write> {
  const eventTypeId = await desk.eventType();
  return {
    prepare: (writes) => writes.reserve({ eventTypeId, startMs: MONDAY_MS }),
    effects: async () => once(!(await desk.isOffered(eventTypeId, MONDAY_MS))),
  };
}

async function endReservation(desk: Desk): Promise<Write> {
  const uid = await desk.reservation(await desk.eventType());
  return {
    prepare: (writes) => writes.endReservation(uid),
    effects: async () => once((await desk.reservationOf(uid)) === null),
  };
}

const subject = (name: string, operation: OperationName, arrange: Subject['arrange']): Subject => ({
  name,
  operation,
  arrange,
});

const cancel = change(
  {},
  (uid) => (writes) => writes.cancel(uid, 'ill'),
  ({ status }) => status === 'cancelled',
);
const confirm = change(
  PENDING,
  (uid) => (writes) => writes.confirm(uid),
  ({ status }) => status === 'accepted',
);
const decline = change(
  PENDING,
  (uid) => (writes) => writes.decline(uid, 'full'),
  ({ status }) => status === 'rejected',
);
const markAbsent = change(
  {},
  (uid) => (writes) => writes.markAbsent({ uid, hostAbsent: true }),
  ({ absentHost, hostAbsent }) => absentHost === true || hostAbsent === true,
  PAST_MONDAY_MS,
);

/** Every write of the port to bookings and reservations. */
export const BOOKING_WRITES: readonly Subject[] = [
  subject('book', 'bookings.create', book),
  subject('reschedule', 'bookings.reschedule', reschedule),
  subject('cancel', 'bookings.cancel', cancel),
  subject('confirm', 'bookings.confirm', confirm),
  subject('decline', 'bookings.decline', decline),
  { ...subject('markAbsent', 'bookings.markAbsent', markAbsent), isEarlier: true },
  subject('reserve', 'reservations.create', reserve),
  subject('endReservation', 'reservations.delete', endReservation),
];
