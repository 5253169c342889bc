import { randomUUID } from 'node:crypto';
import { belongsTo } from '../bookings/find-event-type';
import { hostsOf } from '../bookings/availability';
import { instantOf } from '../bookings/booking-input';
import { seatsOf } from '../event-types/rules';
import { Call, Handler, Reply, Route, success } from '../http/call';
import { badRequest, forbidden, Json, nestError, notFound } from '../http/errors';
import { Field, globalPipe, isDateString, isInt } from '../http/validation';
import { EventType } from '../store/records';
import { Reservation } from '../store/reservations';

/** Minutes, when the caller does not say; saying needs a key. */
const DEFAULT_MINUTES = 5;

const FIELDS: Field[] = [
  { name: 'eventTypeId', rules: [isInt] },
  { name: 'slotStart', rules: [isDateString] },
  { name: 'slotDuration', rules: [isInt], optional: true },
  { name: 'reservationDuration', rules: [isInt], optional: true },
];

interface HoldInput {
  eventTypeId: number;
  slotStart: string;
  slotDuration?: number;
  reservationDuration?: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function show(hold: Reservation): Json {
  return {
    eventTypeId: hold.eventTypeId,
    slotStart: iso(hold.startMs),
    slotEnd: iso(hold.endMs),
    slotDuration: (hold.endMs - hold.startMs) / 60_000,
    reservationUid: hold.uid,
    reservationDuration: hold.minutes,
    reservationUntil: iso(hold.untilMs),
  };
}

async function checkDuration(call: Call, eventType: EventType, input: HoldInput): Promise<void> {
  if (input.slotDuration !== undefined && !eventType.input.lengthInMinutesOptions?.length) {
    throw badRequest("You passed 'slotDuration' but this event type is not a variable length event type.");
  }
  if (input.reservationDuration === undefined) return;
  if (!call.account) {
    throw nestError(
      401,
      'reservationDuration can only be used for authenticated requests by either event type owner or admin or ' +
        "owner of the event type's organization.",
    );
  }
  if (await belongsTo(call.sandbox, eventType, call.account)) return;
  throw forbidden(
    'authenticated user is not owner of event type, does not have memberships in common with owner of the event ' +
      "type, nor does belong to event type's team or org.",
  );
}

async function checkFree(call: Call, eventType: EventType, hold: Reservation): Promise<void> {
  const { sandbox } = call;
  const seats = seatsOf(eventType.input);
  const booked = await sandbox.bookings.ofType(eventType.id, hold.startMs, hold.startMs + 1);
  const accepted = booked.filter(({ status }) => status === 'accepted');
  if (accepted.some(({ details }) => details.attendees.length >= (seats ?? 0))) {
    throw nestError(422, "Can't reserve a slot if the event is already booked.");
  }
  if (seats !== undefined) return;
  const held = await sandbox.reservations.ofType(eventType.id, hold.startMs, hold.endMs, sandbox.now());
  if (held.every(({ uid }) => uid === hold.uid)) return;
  throw nestError(422, 'This time slot is already reserved by another user. Please choose a different time.');
}

/** Check and insert are two steps on purpose: of several at once more than one may win, as measured. */
async function save(call: Call, uid: string): Promise<Reservation> {
  const input = globalPipe(FIELDS, call.body) as unknown as HoldInput;
  const eventType = await call.sandbox.eventTypes.byId(input.eventTypeId);
  if (!eventType) throw notFound(`Event Type with ID=${input.eventTypeId} not found`);
  await checkDuration(call, eventType, input);
  const [host] = await hostsOf(call.sandbox, eventType);
  const startMs = instantOf(input.slotStart);
  const minutes = input.reservationDuration ?? DEFAULT_MINUTES;
  const hold = {
    uid,
    eventTypeId: eventType.id,
    hostId: host?.id ?? 0,
    startMs,
    endMs: startMs + (input.slotDuration ?? eventType.input.lengthInMinutes) * 60_000,
    untilMs: call.sandbox.now() + minutes * 60_000,
    minutes,
  };
  await checkFree(call, eventType, hold);
  await call.sandbox.reservations.save(hold);
  return hold;
}

const create: Handler = async (call) => success(show(await save(call, randomUUID())), 201);

async function update(call: Call): Promise<Reply> {
  const uid = call.params.uid ?? '';
  if (!(await call.sandbox.reservations.byUid(uid))) throw notFound(`Slot with uid=${uid} not found`);
  return success(show(await save(call, uid)));
}

const get: Handler = async ({ sandbox, params }) => {
  const hold = await sandbox.reservations.byUid(params.uid ?? '');
  return success(hold ? show(hold) : null);
};

const remove: Handler = async ({ sandbox, params }) => {
  await sandbox.reservations.remove(params.uid ?? '');
  return { status: 200, body: { status: 'success' } };
};

/** The older way to hold a slot: the answer is nothing but the uid. */
async function reserveOld(call: Call): Promise<Reply> {
  const { slotUtcStartDate, eventTypeId } = (call.body ?? {}) as { slotUtcStartDate?: string; eventTypeId?: number };
  const hold = await save({ ...call, body: { eventTypeId, slotStart: slotUtcStartDate } }, randomUUID());
  return success(hold.uid, 201);
}

const removeOld: Handler = async ({ sandbox, query }) => {
  await sandbox.reservations.remove(String(query.uid));
  return { status: 200, body: { status: 'success' } };
};

const route = (
  operation: string,
  method: Route['method'],
  path: string,
  handler: Handler,
  family: Route['family'] = 'slots',
): Route => ({ operation: `reservations.${operation}`, method, path, access: 'public', family, handler });

export const reservationRoutes: Route[] = [
  route('create', 'POST', '/v2/slots/reservations', create),
  route('get', 'GET', '/v2/slots/reservations/:uid', get),
  route('update', 'PATCH', '/v2/slots/reservations/:uid', update),
  route('delete', 'DELETE', '/v2/slots/reservations/:uid', remove),
  route('create', 'POST', '/v2/slots/reserve', reserveOld, 'slots-old'),
  route('delete', 'DELETE', '/v2/slots/selected-slot', removeOld, 'slots-old'),
];
