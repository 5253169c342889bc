import type { AppointmentEntity } from './appointment.entity';
import type { BookingWork } from './booking-command';
import { attendeeColumns } from './booking-facts';

/** The record that exists before the provider is called: what was asked for, outcome unknown. */
export function plannedAppointment(work: BookingWork, id: string, ref: string): Partial<AppointmentEntity> {
  const { request, caller, command, eventType } = work;
  const { attendee, location } = command;
  return {
    id,
    ref,
    companyId: request.companyId,
    connectionId: eventType.connectionId,
    eventTypeId: eventType.id,
    status: 'outcome_pending',
    origin: caller.origin,
    startsAt: new Date(command.startMs),
    endsAt: new Date(command.startMs + eventType.lengthMinutes * 60_000),
    ...attendeeColumns(attendee),
    guests: command.guests ?? [],
    location: location?.value ?? location?.type ?? null,
    notes: command.notes ?? null,
    metadata: command.metadata ?? {},
  };
}
