import { Json } from '../http/errors';
import { Account, Booking, EventType } from '../store/records';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A booking in the shape of 2024-04-15, which older and unknown version headers get. */
export function showOldBooking(booking: Booking, eventType: EventType | undefined, host: Account | undefined): Json {
  const { details } = booking;
  return {
    ...core(booking),
    ...history(booking),
    customInputs: {},
    responses: details.responses,
    smsReminderNumber: null,
    assignmentReason: [],
    seatsReferences: [],
    tracking: null,
    userPrimaryEmail: host?.email ?? null,
    attendees: details.attendees.map(({ name, email, timeZone, phoneNumber = null }) => ({
      name,
      email,
      timeZone,
      phoneNumber,
    })),
    user: host && showHost(host),
    eventType: {
      eventName: null,
      slug: eventType?.slug,
      schedulingType: null,
      timeZone: null,
      hideOrganizerEmail: false,
    },
  };
}

function core(booking: Booking): Json {
  return {
    id: booking.id,
    uid: booking.uid,
    title: booking.details.title,
    description: booking.details.description,
    location: booking.details.location,
    eventTypeId: booking.eventTypeId,
    startTime: iso(booking.startMs),
    endTime: iso(booking.endMs),
    metadata: booking.details.metadata,
    status: booking.status.toUpperCase(),
  };
}

function history({ details }: Booking): Json {
  return {
    recurringEventId: details.recurringUid ?? null,
    fromReschedule: details.fromUid ?? null,
    rescheduled: details.toUid ? true : null,
    rescheduledBy: details.rescheduledBy ?? null,
    cancellationReason: details.cancellationReason ?? null,
    cancelledBy: null,
    rejectionReason: details.rejectionReason ?? null,
  };
}

function showHost({ id, name, email, username, timeZone, avatarUrl }: Account): Json {
  return { id, name, email, username, timeZone, avatarUrl };
}
