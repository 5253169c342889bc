import { DateTime } from 'luxon';
import { Json } from '../http/errors';
import { seatsOf } from '../event-types/rules';
import { Account, Attendee, Booking, EventType, Team } from '../store/records';

export interface Subject {
  booking: Booking;
  eventType: EventType;
  host: Account;
  team?: Team;
  origin: string;
}

const plainTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const millisecondTime = (ms: number): string => new Date(ms).toISOString();
const offsetTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', '+00:00');

const utcOffset = (zone: string, ms: number): number => DateTime.fromMillis(ms, { zone }).offset;

/** BOOKING_CREATED of an accepted booking; `seat` limits the attendees to the one who just joined. */
export function createdPayload(subject: Subject, seat?: Attendee): Json {
  const { booking } = subject;
  const attendees = seat ? [seat] : booking.details.attendees;
  // Every seat is announced under the name of the one who took it.
  const title = seat ? { title: `${subject.eventType.input.title} between ${subject.host.name} and ${seat.name}` } : {};
  return {
    ...head(subject, plainTime),
    ...title,
    ...flags(subject),
    attendees: attendees.map((attendee) => ({ ...newcomer(attendee, booking.startMs) })),
    responses: newResponses(subject, attendees[0]),
    destinationCalendar: null,
    iCalUID: booking.details.icsUid,
    iCalSequence: booking.details.icsSequence,
    requiresConfirmation: false,
    oneTimePassword: null,
    metadata: seat?.metadata ?? booking.details.metadata,
    ...(seat?.seatUid && { attendeeSeatId: seat.seatUid }),
    status: 'ACCEPTED',
  };
}

/** BOOKING_RESCHEDULED: uid and times are the new ones; no `iCalUID`. */
export function rescheduledPayload(subject: Subject, old: Booking): Json {
  const { iCalUID: _unsent, ...created } = createdPayload(subject);
  const { rescheduledBy } = subject.booking.details;
  return {
    ...created,
    appsStatus: [],
    rescheduleId: old.id,
    rescheduleUid: old.uid,
    rescheduleStartTime: plainTime(old.startMs),
    rescheduleEndTime: plainTime(old.endMs),
    ...(rescheduledBy && { rescheduledBy }),
  };
}

/** BOOKING_REQUESTED. */
export function requestedPayload(subject: Subject, oneTimePassword: string): Json {
  const { booking } = subject;
  return {
    ...pendingPayload(subject),
    iCalUID: booking.details.icsUid,
    oneTimePassword,
    metadata: booking.details.metadata,
    requiresConfirmation: true,
    status: 'PENDING',
  };
}

/** BOOKING_CREATED after a confirmation: the caller's metadata is gone. */
export function confirmedPayload(subject: Subject): Json {
  return { ...pendingPayload(subject), metadata: {}, requiresConfirmation: true, status: 'ACCEPTED' };
}

/** BOOKING_REJECTED: no metadata. */
export function rejectedPayload(subject: Subject, reason: string): Json {
  return {
    ...storedPayload(subject, millisecondTime),
    rejectionReason: reason,
    requiresConfirmation: true,
    price: 0,
    status: 'REJECTED',
  };
}

/** BOOKING_CANCELLED: times with an offset, no metadata. `seat` names the one who left. */
export function cancelledPayload(subject: Subject, reason: string, seat?: Attendee): Json {
  const { details } = subject.booking;
  return {
    ...storedPayload(subject, offsetTime, seat && [seat]),
    cancellationReason: reason,
    iCalUID: details.icsUid,
    iCalSequence: details.icsSequence + 1,
    requestReschedule: false,
    requiresConfirmation: null,
    price: null,
    ...(seat?.seatUid && { attendeeSeatId: seat.seatUid }),
    status: 'CANCELLED',
  };
}

/** BOOKING_NO_SHOW_UPDATED: a shape of its own. */
export function noShowPayload(booking: Booking, attendees: { email: string; absent: boolean }[]): Json {
  const names = attendees.map(({ email }) => email).join(', ');
  return {
    message: `${names} marked as no-show`,
    attendees: attendees.map(({ email, absent }) => ({ email, noShow: absent })),
    bookingUid: booking.uid,
    bookingId: booking.id,
  };
}

function pendingPayload(subject: Subject): Json {
  const { booking } = subject;
  return {
    ...head(subject, millisecondTime),
    ...flags(subject),
    assignmentReason: [],
    attendees: booking.details.attendees.map((attendee) => {
      const [firstName = '', ...lastNames] = attendee.name.split(' ');
      const names = { firstName, lastName: lastNames.join(' '), phoneNumber: attendee.phoneNumber ?? null };
      return { ...newcomer(attendee, booking.startMs), ...names, bookingSeat: null };
    }),
    responses: storedResponses(subject),
    destinationCalendar: null,
    iCalSequence: booking.details.icsSequence,
    organizationId: null,
    platformBookingUrl: '',
    platformCancelUrl: '',
    platformClientId: '',
    platformRescheduleUrl: '',
  };
}

function storedPayload(subject: Subject, time: (ms: number) => string, only?: Attendee[]): Json {
  const { booking } = subject;
  return {
    ...head(subject, time),
    attendees: (only ?? booking.details.attendees).map((attendee, index) => ({
      ...person(attendee, booking.startMs),
      // The guests' rows have the column, but nothing in it.
      ...((attendee.phoneNumber || index > 0) && { phoneNumber: attendee.phoneNumber ?? null }),
    })),
    responses: storedResponses(subject),
    destinationCalendar: [],
    seatsShowAttendees: false,
  };
}

function head({ booking, eventType, host, team, origin }: Subject, time: (ms: number) => string): Json {
  const { details } = booking;
  return {
    bookerUrl: origin,
    title: details.title,
    type: eventType.slug,
    eventTypeId: eventType.id,
    eventTitle: eventType.input.title,
    eventDescription: eventType.input.description ?? null,
    startTime: time(booking.startMs),
    endTime: time(booking.endMs),
    length: (booking.endMs - booking.startMs) / 60_000,
    additionalNotes: details.description,
    description: details.description,
    customInputs: {},
    userFieldsResponses: {},
    hideBranding: false,
    hideOrganizerEmail: false,
    customReplyToEmail: null,
    schedulingType: schedulingType(eventType),
    seatsPerTimeSlot: seatsOf(eventType.input) ?? null,
    organizer: { ...organizer(host, booking.startMs) },
    uid: booking.uid,
    bookingId: booking.id,
    location: details.location,
    price: 0,
    currency: 'usd',
    ...(team && { team: { id: team.id, name: team.name, members: [] } }),
  };
}

function flags({ eventType }: Subject): Json {
  return {
    hideCalendarNotes: false,
    hideCalendarEventDetails: false,
    seatsShowAttendees: true,
    seatsShowAvailabilityCount: true,
    disableRescheduling: false,
    disableCancelling: eventType.input.disableCancelling?.disabled ?? false,
    hashedLink: null,
  };
}

function schedulingType(eventType: EventType): string | null {
  const names = { roundRobin: 'ROUND_ROBIN', collective: 'COLLECTIVE', managed: 'MANAGED' };
  return eventType.input.schedulingType ? names[eventType.input.schedulingType] : null;
}

function organizer(host: Account, startMs: number): Json {
  return {
    id: host.id,
    name: host.name,
    email: host.email,
    username: host.username,
    timeZone: host.timeZone,
    language: { locale: 'en' },
    timeFormat: host.timeFormat === 24 ? 'HH:mm' : 'h:mma',
    utcOffset: utcOffset(host.timeZone, startMs),
  };
}

function person(attendee: Attendee, startMs: number): Json {
  return {
    name: attendee.name,
    email: attendee.email,
    timeZone: attendee.timeZone,
    language: { locale: attendee.language },
    utcOffset: utcOffset(attendee.timeZone, startMs),
  };
}

function newcomer(attendee: Attendee, startMs: number): Json {
  const { phoneNumber } = attendee;
  return { ...person(attendee, startMs), firstName: '', lastName: '', ...(phoneNumber && { phoneNumber }) };
}

const answered = (label: string, isHidden: boolean, value?: unknown): Json => ({
  label,
  isHidden,
  ...(value !== undefined && { value }),
});

function commonResponses(subject: Subject, attendee: Attendee | undefined): Json {
  const { details } = subject.booking;
  return {
    name: answered('your_name', false, attendee?.name),
    email: answered('email_address', false, attendee?.email),
    title: answered('what_is_this_meeting_about', true),
    notes: answered('additional_notes', false, details.responses.notes),
    guests: answered('additional_guests', false, details.responses.guests),
    rescheduleReason: answered('reason_for_reschedule', false),
  };
}

function newResponses(subject: Subject, attendee: Attendee | undefined): Json {
  const { details } = subject.booking;
  const guests = seatsOf(subject.eventType.input) === undefined ? details.responses.guests : [];
  return {
    ...commonResponses(subject, attendee),
    guests: answered('additional_guests', false, guests),
    attendeePhoneNumber: answered('phone_number', true, attendee?.phoneNumber),
    location: answered('location', false, { optionValue: '', value: details.location }),
  };
}

function storedResponses(subject: Subject): Json {
  const { details } = subject.booking;
  const location = answered('location', false, details.responses.location);
  return { ...commonResponses(subject, details.attendees[0]), location };
}
