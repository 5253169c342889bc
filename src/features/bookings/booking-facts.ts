import type { Attendee, ProviderBooking, ProviderBookingStatus } from '../../scheduling/words';
import type { AppointmentEntity, AppointmentStatus } from './appointment.entity';

const STATUS: Record<ProviderBookingStatus, AppointmentStatus> = {
  accepted: 'confirmed',
  pending: 'awaiting_confirmation',
  cancelled: 'cancelled',
  rejected: 'rejected',
};

/** The provider's status in our words. */
export function appointmentStatus(status: ProviderBookingStatus): AppointmentStatus {
  return STATUS[status];
}

/**
 * What the provider owns of an appointment. The attendee, notes and metadata stay as the caller gave them.
 *
 * @param uids every uid the booking is known to have had. Cal.com's own video links end with the first of them, which
 *   lets anybody read the booking, and cancel it at older servers: such a link is not kept.
 */
export function providerFacts(booking: ProviderBooking, uids: string[]): Partial<AppointmentEntity> {
  return {
    status: appointmentStatus(booking.status),
    startsAt: new Date(booking.startMs),
    endsAt: new Date(booking.endMs),
    providerId: booking.id,
    uid: booking.uid,
    location: booking.location && !names(booking.location, uids) ? booking.location : null,
    hosts: booking.hosts.map(({ id, name }) => ({ id, name })),
    hostAbsent: booking.hostAbsent,
    attendeeAbsent: booking.attendees.some((attendee) => attendee.absent === true),
    cancellationReason: booking.cancellationReason ?? null,
    ...(booking.updatedAtMs === undefined ? {} : { providerUpdatedAt: new Date(booking.updatedAtMs) }),
  };
}

/** Metadata of a booking that was made elsewhere, without what the provider added to it about its uid. */
export function foreignMetadata(booking: ProviderBooking, uids: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(booking.metadata).filter(([, value]) => !names(value, uids)));
}

function names(text: string, uids: string[]): boolean {
  return uids.some((uid) => text.includes(uid));
}

export function attendeeColumns(attendee: Attendee): Partial<AppointmentEntity> {
  return {
    attendeeName: attendee.name,
    attendeeEmail: attendee.email ?? null,
    attendeePhone: attendee.phoneNumber ?? null,
    attendeeTimeZone: attendee.timeZone,
    attendeeLanguage: attendee.language ?? null,
  };
}
