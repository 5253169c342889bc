import type { ProviderBooking } from '../../../scheduling/words';
import type { AppointmentEntity } from '../appointment.entity';

/** Stands where the name of an erased person was. */
export const ERASED_NAME = 'Erased';

/** All of an appointment that the attendee said or is known by; its times, hosts and status belong to the host's day. */
export const ERASED_WORDS = {
  attendeeName: ERASED_NAME,
  attendeeEmail: null,
  attendeePhone: null,
  attendeeLanguage: null,
  guests: [],
  location: null,
  notes: null,
  metadata: {},
  cancellationReason: null,
} satisfies Partial<AppointmentEntity>;

/** Of what a provider says about the booking of an erased person, what may be recorded. */
export function withoutWords(facts: Partial<AppointmentEntity>): Partial<AppointmentEntity> {
  return { ...facts, location: null, cancellationReason: null };
}

/** How old a booking that was made at the provider is, as far as it tells. */
export type Origin = Pick<ProviderBooking, 'createdAtMs' | 'rescheduledFromUid'>;

/** Whether the booking may be from before the erasure. A moved one has the age of its move, so it is taken for old. */
export function isFromBefore({ createdAtMs, rescheduledFromUid }: Origin, erasedAtMs: number): boolean {
  return createdAtMs === undefined || rescheduledFromUid !== undefined || createdAtMs <= erasedAtMs;
}
