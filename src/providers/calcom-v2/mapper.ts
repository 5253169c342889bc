import { SchedulingError } from '../../scheduling/scheduling-error';
import {
  Account,
  Attendee,
  BookingLocation,
  BookingRequest,
  EpochMs,
  Host,
  Person,
  ProviderBooking,
  ProviderBookingStatus,
  Reservation,
  ReservationRequest,
  Schedule,
  Slot,
  SlotQuery,
  Team,
  WebhookSubscription,
  WebhookWish,
} from '../../scheduling/words';
import {
  WireAccount,
  WireAttendee,
  WireBooking,
  WireMembership,
  WirePerson,
  WireReservation,
  WireSchedule,
  WireSlots,
  WireTeam,
  WireWebhook,
} from './wire';

/** Our keys beside the caller's in a booking's metadata. */
export const REF_KEY = 'slotbridgeRef';
export const DEPLOYMENT_KEY = 'slotbridgeDeployment';

const DAY_MS = 86_400_000;

export function toInstant(ms: EpochMs): string {
  return new Date(ms).toISOString();
}

export function toAccount(wire: WireAccount): Account {
  const username = wire.username ?? '';
  return {
    id: String(wire.id),
    username,
    name: wire.name ?? username,
    email: wire.email,
    timeZone: wire.timeZone,
    ...(wire.defaultScheduleId ? { defaultScheduleId: String(wire.defaultScheduleId) } : {}),
  };
}

export function toTeam({ id, name, slug }: WireTeam): Team {
  return { id: String(id), name, ...(slug ? { slug } : {}) };
}

export function toMember({ userId, user }: WireMembership): Person {
  const username = user?.username ?? '';
  return { id: String(userId), name: user?.name ?? username, ...(username ? { username } : {}) };
}

export function toSchedule(wire: WireSchedule): Schedule {
  return {
    providerId: String(wire.id),
    name: wire.name,
    timeZone: wire.timeZone,
    isDefault: wire.isDefault,
    availability: (wire.availability ?? []).map(({ days, startTime, endTime }) => ({ days, startTime, endTime })),
    overrides: (wire.overrides ?? []).map(({ date, startTime, endTime }) => ({ date, startTime, endTime })),
  };
}

export function toHost(person: WirePerson & { userId?: number }): Host {
  return {
    id: String(person.id ?? person.userId ?? ''),
    name: person.name ?? '',
    ...(person.email ? { email: person.email } : {}),
    ...(person.timeZone ? { timeZone: person.timeZone } : {}),
  };
}

/**
 * The query for a slot range. One day wider on both sides, because servers drop the last day of a range that crosses the
 * autumn change; in the host's zone, because the grid follows the zone that is asked in.
 */
export function slotsQuery(query: SlotQuery): Record<string, string> {
  return {
    eventTypeId: query.eventTypeId,
    start: toInstant(query.fromMs - DAY_MS),
    end: toInstant(query.toMs + DAY_MS),
    timeZone: query.gridTimeZone,
    format: 'range',
    ...(query.movingBookingUid ? { bookingUidToReschedule: query.movingBookingUid } : {}),
  };
}

/** Starts inside the asked range, ascending, each once; compared as instants, for the texts carry changing offsets. */
export function toSlots(wire: WireSlots, query: SlotQuery): Slot[] {
  const byStart = new Map<EpochMs, Slot>();
  for (const { start, end } of Object.values(wire).flat()) {
    const startMs = Date.parse(start);
    if (startMs < query.fromMs || startMs >= query.toMs) continue;
    byStart.set(startMs, { startMs, endMs: end ? Date.parse(end) : startMs + query.lengthMinutes * 60_000 });
  }
  return [...byStart.values()].sort((a, b) => a.startMs - b.startMs);
}

export function bookingBody(request: BookingRequest): Record<string, unknown> {
  const { attendee, location, notes, responses, guests } = request;
  const fields = { ...responses, ...(notes ? { notes } : {}) };
  return {
    eventTypeId: Number(request.eventTypeId),
    start: toInstant(request.startMs),
    attendee: {
      name: attendee.name,
      timeZone: attendee.timeZone,
      ...(attendee.email ? { email: attendee.email } : {}),
      ...(attendee.phoneNumber ? { phoneNumber: attendee.phoneNumber } : {}),
      ...(attendee.language ? { language: attendee.language } : {}),
    },
    ...(guests?.length ? { guests } : {}),
    ...(location ? { location: bookingLocation(location) } : {}),
    ...(Object.keys(fields).length ? { bookingFieldsResponses: fields } : {}),
    metadata: { ...request.metadata, [REF_KEY]: request.ref, [DEPLOYMENT_KEY]: request.deploymentId },
  };
}

export function reservationBody(request: ReservationRequest): Record<string, unknown> {
  return {
    eventTypeId: Number(request.eventTypeId),
    slotStart: toInstant(request.startMs),
    ...(request.lengthMinutes ? { slotDuration: request.lengthMinutes } : {}),
    ...(request.keptMinutes ? { reservationDuration: request.keptMinutes } : {}),
  };
}

export function toReservation(wire: WireReservation): Reservation {
  return {
    uid: wire.reservationUid,
    eventTypeId: String(wire.eventTypeId),
    startMs: Date.parse(wire.slotStart),
    endMs: Date.parse(wire.slotEnd),
    untilMs: Date.parse(wire.reservationUntil),
  };
}

const LOCATION_VALUE_KEYS: Partial<Record<BookingLocation['type'], string>> = {
  attendeeAddress: 'address',
  attendeeDefined: 'location',
  attendeePhone: 'phone',
  integration: 'integration',
};

function bookingLocation({ type, value }: BookingLocation): Record<string, string> {
  const key = LOCATION_VALUE_KEYS[type];
  return key && value !== undefined ? { type, [key]: value } : { type };
}

/**
 * A booking in our words. `ref` names the attempt it is read for: on seated types every attendee carries metadata of
 * their own, and the attempt's is the one that counts.
 *
 * @throws SchedulingError `UNAVAILABLE` for a status that we do not know.
 */
export function toBooking(wire: WireBooking, ref?: string): ProviderBooking {
  const metadata = metadataFor(wire, ref);
  return {
    id: String(wire.id),
    uid: wire.uid,
    status: toStatus(wire.status),
    startMs: Date.parse(wire.start),
    endMs: Date.parse(wire.end),
    title: wire.title ?? '',
    hosts: (wire.hosts ?? []).map(toHost),
    attendees: bookerFirst(wire).map(toAttendee),
    guests: wire.guests ?? [],
    hostAbsent: wire.absentHost ?? false,
    ...splitMetadata(metadata),
    ...optionalFields(wire),
  };
}

function optionalFields(wire: WireBooking): Partial<ProviderBooking> {
  const eventTypeId = wire.eventType?.id ?? wire.eventTypeId;
  return present({
    eventTypeId: eventTypeId ? String(eventTypeId) : undefined,
    location: wire.location || undefined,
    cancellationReason: wire.cancellationReason || undefined,
    rescheduledFromUid: wire.rescheduledFromUid || undefined,
    rescheduledToUid: wire.rescheduledToUid || undefined,
    createdAtMs: wire.createdAt ? Date.parse(wire.createdAt) : undefined,
    updatedAtMs: wire.updatedAt ? Date.parse(wire.updatedAt) : undefined,
  });
}

/**
 * Whoever booked comes first, guests come last: they are listed among the attendees, and so are the further hosts of a
 * collective type, in any order.
 */
function bookerFirst({ attendees, guests, bookingFieldsResponses }: WireBooking): WireAttendee[] {
  const booker = bookingFieldsResponses?.email;
  const rank = ({ email = '' }: WireAttendee): number => (email === booker ? 0 : guests?.includes(email) ? 2 : 1);
  return [...(attendees ?? [])].sort((a, b) => rank(a) - rank(b));
}

function toAttendee(wire: WireAttendee): Attendee {
  const { name, timeZone, email, phoneNumber, language, absent } = wire;
  return { name, timeZone, ...present({ email, phoneNumber, language, absent }) };
}

function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as T;
}

function metadataFor(wire: WireBooking, ref: string | undefined): Record<string, unknown> {
  const all = [wire.metadata, ...(wire.attendees ?? []).map((attendee) => attendee.metadata)];
  const ours = ref === undefined ? undefined : all.find((metadata) => metadata?.[REF_KEY] === ref);
  return ours ?? wire.metadata ?? {};
}

/** Whether this booking, or one of its seats, was made by the attempt `ref`. */
export function carriesRef(wire: WireBooking, ref: string): boolean {
  return metadataFor(wire, ref)[REF_KEY] === ref;
}

/** Our own keys apart from the caller's; values that are not text are not ours to pass on. */
export function splitMetadata(
  metadata: Record<string, unknown>,
): Pick<ProviderBooking, 'metadata' | 'ref' | 'deploymentId'> {
  const texts = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { [REF_KEY]: ref, [DEPLOYMENT_KEY]: deploymentId, ...others } = Object.fromEntries(texts);
  return { metadata: others, ...(ref ? { ref } : {}), ...(deploymentId ? { deploymentId } : {}) };
}

const STATUSES: Record<string, ProviderBookingStatus> = {
  accepted: 'accepted',
  pending: 'pending',
  // Hosted only: a round-robin host has still to be found.
  awaiting_host: 'pending',
  cancelled: 'cancelled',
  rejected: 'rejected',
};

/** Lower case in the API, upper case in webhooks; undefined for a word we do not know. */
export function statusOf(text: unknown): ProviderBookingStatus | undefined {
  return typeof text === 'string' ? STATUSES[text.toLowerCase()] : undefined;
}

function toStatus(text: string): ProviderBookingStatus {
  const status = statusOf(text);
  if (!status) throw new SchedulingError('UNAVAILABLE', `unknown booking status ${text.slice(0, 40)}`);
  return status;
}

export function toSubscription(wire: WireWebhook): WebhookSubscription {
  return { providerId: String(wire.id), url: wire.subscriberUrl, triggers: wire.triggers, active: wire.active };
}

export function webhookBody({ url, secret, triggers }: WebhookWish): Record<string, unknown> {
  return { active: true, subscriberUrl: url, secret, triggers };
}
