import type { AppointmentEntity } from './appointment.entity';

/** What front ends are told of a booking; the names are part of our API. */
export type BookingNews =
  | 'booking.created'
  | 'booking.rescheduled'
  | 'booking.cancelled'
  | 'booking.confirmed'
  | 'booking.rejected'
  | 'booking.updated'
  | 'booking.needs_attention';

const BY_STATUS: Partial<Record<AppointmentEntity['status'], BookingNews>> = {
  cancelled: 'booking.cancelled',
  rejected: 'booking.rejected',
  confirmed: 'booking.confirmed',
  needs_attention: 'booking.needs_attention',
};

/** What callers can see; the rest of a row is nobody's news. */
const SHOWN = [
  'endsAt',
  'eventTypeId',
  'location',
  'hosts',
  'hostAbsent',
  'attendeeAbsent',
  'cancellationReason',
] as const satisfies readonly (keyof AppointmentEntity)[];

/** The news between two states of one appointment; undefined when nothing has changed that callers can see. */
export function newsOf(before: AppointmentEntity, after: AppointmentEntity): BookingNews | undefined {
  if (before.status === 'outcome_pending' && after.status !== 'outcome_pending') return 'booking.created';
  if (before.status !== after.status) return BY_STATUS[after.status] ?? 'booking.updated';
  if (before.startsAt.getTime() !== after.startsAt.getTime()) return 'booking.rescheduled';
  const isChanged = SHOWN.some((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return isChanged ? 'booking.updated' : undefined;
}
