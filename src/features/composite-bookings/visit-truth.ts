import type { GroupedAppointment } from '../bookings/grouped-appointments.service';
import type { AgreedSegment } from './visit';

const OVER = ['cancelled', 'rejected'];

export function isOver({ status }: Pick<GroupedAppointment, 'status'>): boolean {
  return OVER.includes(status);
}

/** What a visit that nobody is working on is, by its segments at the provider. */
export function statusBySegments(
  segments: readonly AgreedSegment[],
  appointments: readonly GroupedAppointment[],
): 'confirmed' | 'disrupted' | 'cancelled' {
  const own = new Map(appointments.map((appointment) => [appointment.id, appointment]));
  const found = segments.map(({ bookingId }) => own.get(bookingId));
  if (found.every((appointment) => !appointment || isOver(appointment))) return 'cancelled';
  const isAsAgreed = segments.every(({ startMs, endMs }, index) => {
    const appointment = found[index];
    return appointment?.status === 'confirmed' && appointment.startMs === startMs && appointment.endMs === endMs;
  });
  return isAsAgreed ? 'confirmed' : 'disrupted';
}
