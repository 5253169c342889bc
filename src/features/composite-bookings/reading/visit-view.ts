import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { formatInstant } from '../../../foundation/time/instants';
import { AttendeeView } from '../../bookings/bookings.service';
import type { GroupedAppointment } from '../../bookings/grouped-appointments.service';
import type { Visit } from '../visit';
import { VISIT_STATUSES, type VisitStatus } from '../visit-state';

const MINUTE_MS = 60_000;

export class VisitStaffView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;
}

export class VisitSegmentView {
  @ApiProperty({ format: 'uuid' })
  segmentId: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ format: 'uuid', description: 'Of its booking; stays the same when the visit is moved' })
  bookingId: string;

  @ApiProperty({ description: "The booking's status; `not_booked` where there is none", example: 'confirmed' })
  status: string;

  @ApiProperty({ format: 'date-time' })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;

  @ApiProperty({ type: VisitStaffView })
  staff: VisitStaffView;

  @ApiProperty({ format: 'uuid' })
  eventTypeId: string;

  @ApiPropertyOptional({ description: 'Until the next segment begins; absent after the last one' })
  gapAfterMinutes?: number;

  @ApiPropertyOptional({
    description: 'Changed at the provider: what was agreed on',
    type: 'object',
    properties: { start: { type: 'string', format: 'date-time' }, end: { type: 'string', format: 'date-time' } },
  })
  agreed?: { start: string; end: string };
}

/** A visit as callers see it. No uid of the provider is in it. */
export class CompositeBookingView {
  @ApiProperty({ format: 'uuid', description: 'Stays the same over all reschedules' })
  id: string;

  @ApiProperty({ enum: VISIT_STATUSES })
  status: VisitStatus;

  @ApiProperty({ format: 'uuid' })
  serviceId: string;

  @ApiProperty()
  serviceName: string;

  @ApiProperty({ format: 'date-time' })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty({ type: [VisitSegmentView] })
  segments: VisitSegmentView[];

  @ApiPropertyOptional({ type: AttendeeView, description: 'absent where nothing of the visit is recorded any more' })
  customer?: AttendeeView;

  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true })
  customerId?: string | null;

  @ApiPropertyOptional()
  notes?: string;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  metadata: Record<string, string>;

  @ApiPropertyOptional({
    type: 'object',
    description: 'Why it did not come about, or could not be moved',
    properties: {
      code: { type: 'string' },
      reason: { type: 'string' },
      segment: { type: 'object', additionalProperties: true },
    },
  })
  failure?: { code: string; reason?: string; segment?: { index: number; segmentId: string; name: string } };
}

/** Row and appointments -> answer. Times are those of the appointments, where they are known. */
export function visitView(visit: Visit, appointments: GroupedAppointment[]): CompositeBookingView {
  const own = new Map(appointments.map((appointment) => [appointment.id, appointment]));
  const { timeZone, segments } = visit;
  const shown = segments.map((_, index) => segmentView(visit, index, own));
  const known = segments.flatMap(({ bookingId }) => own.get(bookingId) ?? [])[0];
  return {
    id: visit.id,
    status: visit.status,
    serviceId: visit.serviceId,
    serviceName: visit.serviceName,
    start: shown[0]?.start ?? formatInstant(visit.startsAt.getTime(), timeZone),
    end: shown.at(-1)?.end ?? formatInstant(visit.endsAt.getTime(), timeZone),
    timeZone,
    segments: shown,
    ...(known ? { customer: known.attendee, customerId: known.customerId } : {}),
    ...(known?.notes ? { notes: known.notes } : {}),
    metadata: known?.metadata ?? {},
    ...failureView(visit),
  };
}

function segmentView(
  { segments, timeZone }: Visit,
  index: number,
  own: Map<string, GroupedAppointment>,
): VisitSegmentView {
  const agreed = segments[index]!;
  const next = segments[index + 1];
  const { segmentId, name, bookingId, staffId, staffName, eventTypeId, startMs, endMs } = agreed;
  const booking = own.get(bookingId) ?? { status: 'not_booked', startMs, endMs };
  const times = (fromMs: number, toMs: number) => ({
    start: formatInstant(fromMs, timeZone),
    end: formatInstant(toMs, timeZone),
  });
  const isMoved = booking.startMs !== startMs;
  return {
    ...{ segmentId, name, bookingId, eventTypeId },
    status: booking.status,
    ...times(booking.startMs, booking.endMs),
    staff: { id: staffId, name: staffName },
    ...(next ? { gapAfterMinutes: (next.startMs - endMs) / MINUTE_MS } : {}),
    ...(isMoved ? { agreed: times(startMs, endMs) } : {}),
  };
}

function failureView({ failure }: Visit): Pick<CompositeBookingView, 'failure'> {
  if (!failure) return {};
  const { code, details } = failure.failure;
  const reason = typeof details.reason === 'string' ? { reason: details.reason } : {};
  return { failure: { code, ...reason, ...(failure.segment ? { segment: failure.segment } : {}) } };
}
