import { Json } from '../http/errors';
import { Sandbox } from '../sandbox';
import { seatsOf } from '../event-types/rules';
import { Account, Attendee, Booking, EventType } from '../store/records';

const iso = (ms: number): string => new Date(ms).toISOString();

/** What a booking is shown with. `fresh`: in the answer that made it, which carries one key more. */
export interface Showing {
  fresh?: boolean;
  /** The seat that the caller just took. */
  seatUid?: string;
}

/** A booking in the shape of 2024-08-13. */
export async function showBooking(sandbox: Sandbox, booking: Booking, showing: Showing = {}): Promise<Json> {
  const [shown] = await showBookings(sandbox, [booking], showing);
  return shown as Json;
}

export async function showBookings(sandbox: Sandbox, bookings: Booking[], showing: Showing = {}): Promise<Json[]> {
  const types = await sandbox.eventTypes.byIds([...new Set(bookings.map(({ eventTypeId }) => eventTypeId))]);
  const accounts = await sandbox.accounts.byIds([...new Set(bookings.flatMap(({ hostIds }) => hostIds))]);
  return bookings.map((booking) => {
    const eventType = types.find(({ id }) => id === booking.eventTypeId);
    const hosts = booking.hostIds.flatMap((hostId) => accounts.filter(({ id }) => id === hostId));
    const seated = eventType !== undefined && seatsOf(eventType.input) !== undefined;
    const body = seated ? seatedPart(booking, showing) : plainPart(booking, hosts.slice(1));
    const shown = { ...commonPart(booking, eventType, hosts.slice(0, 1)), ...body, ...history(booking) };
    if (eventType && eventType.teamId !== null) return withoutNewerKeys(shown);
    return { ...shown, ...(showing.fresh && { isPlatformManagedUserBooking: false }) };
  });
}

function commonPart(booking: Booking, eventType: EventType | undefined, hosts: Account[]): Json {
  const { details } = booking;
  return {
    id: booking.id,
    uid: booking.uid,
    title: details.title,
    hosts: hosts.map((host) => ({
      id: host.id,
      name: host.name,
      email: host.email,
      displayEmail: host.email,
      username: host.username,
      timeZone: host.timeZone,
    })),
    status: booking.status,
    start: iso(booking.startMs),
    end: iso(booking.endMs),
    duration: (booking.endMs - booking.startMs) / 60_000,
    eventTypeId: booking.eventTypeId,
    eventType: { id: booking.eventTypeId, slug: eventType?.slug ?? '' },
    location: details.location,
    meetingUrl: details.location,
    absentHost: details.absentHost,
    createdAt: iso(booking.createdMs),
    updatedAt: iso(booking.updatedMs),
    rating: null,
    icsUid: details.icsUid,
    cancellationReason: details.cancellationReason ?? '',
  };
}

function plainPart(booking: Booking, otherHosts: Account[]): Json {
  const { details } = booking;
  const colleagues = otherHosts.map(({ name, email, timeZone }) =>
    showAttendee({ name, email, timeZone, language: 'en', absent: false }),
  );
  return {
    description: details.description,
    metadata: details.metadata,
    attendees: [...colleagues, ...details.attendees.map(showAttendee)],
    bookingFieldsResponses: responses(booking),
    cancelledByEmail: '',
    ...(details.guests.length > 0 && { guests: details.guests }),
    // A recurring booking is shown by another mapper, which has no such key.
    ...(details.recurringUid === undefined && { rescheduledByEmail: details.rescheduledBy ?? null }),
  };
}

function seatedPart(booking: Booking, { seatUid }: Showing): Json {
  return {
    description: null,
    rescheduledByEmail: booking.details.rescheduledBy ?? null,
    attendees: booking.details.attendees.map((attendee) => ({
      ...showAttendee(attendee),
      bookingFieldsResponses: { name: attendee.name, guests: [] },
      metadata: attendee.metadata ?? {},
      seatUid: attendee.seatUid,
    })),
    ...(seatUid && { seatUid }),
  };
}

function showAttendee(attendee: Attendee): Json {
  return {
    name: attendee.name,
    email: attendee.email,
    displayEmail: attendee.email,
    timeZone: attendee.timeZone,
    language: attendee.language,
    absent: attendee.absent,
    ...(attendee.phoneNumber && { phoneNumber: attendee.phoneNumber }),
  };
}

function responses({ details }: Booking): Json {
  const { guests } = details.responses;
  return {
    ...details.responses,
    displayEmail: details.responses.email,
    ...(Array.isArray(guests) && guests.length > 0 && { displayGuests: guests as string[] }),
    ...(details.reschedulingReason && { rescheduledReason: details.reschedulingReason }),
  };
}

function history({ details }: Booking): Json {
  return {
    ...(details.reschedulingReason && { reschedulingReason: details.reschedulingReason }),
    ...(details.fromUid && { rescheduledFromUid: details.fromUid }),
    ...(details.toUid && { rescheduledToUid: details.toUid }),
    ...(details.recurringUid && { recurringBookingUid: details.recurringUid }),
  };
}

/** The measured servers with teams are older, and show less. */
function withoutNewerKeys(shown: Json): Json {
  const { cancelledByEmail: _by, rescheduledByEmail: _who, cancellationReason, ...rest } = shown;
  const people = (list: unknown): Json[] => (list as Json[]).map(withoutDisplay);
  return {
    ...rest,
    ...(cancellationReason !== '' && { cancellationReason }),
    hosts: people(rest.hosts),
    attendees: people(rest.attendees),
    ...(rest.bookingFieldsResponses !== undefined && {
      bookingFieldsResponses: withoutDisplay(rest.bookingFieldsResponses as Json),
    }),
  };
}

const withoutDisplay = ({ displayEmail: _email, displayGuests: _guests, ...person }: Json): Json => person;
