import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { formatInstant } from '../../foundation/time/instants';
import { APPOINTMENT_STATUSES, type AppointmentEntity, type AppointmentStatus } from './appointment.entity';

export class EventTypeReference {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  title: string;

  @ApiProperty({ description: "The provider's number of the event type" })
  providerId: string;
}

export class StaffView {
  @ApiProperty({ description: "The provider's id of the person" })
  id: string;

  @ApiProperty()
  name: string;
}

export class AttendeeView {
  @ApiProperty()
  name: string;

  @ApiPropertyOptional({ format: 'email' })
  email?: string;

  @ApiPropertyOptional({ example: '+4915112345678' })
  phoneNumber?: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiPropertyOptional({ example: 'de' })
  language?: string;
}

/** A booking as callers see it. It has no uid: whoever has one can cancel at the provider without a key. */
export class BookingView {
  @ApiProperty({ format: 'uuid', description: 'Stays the same over all reschedules' })
  id: string;

  @ApiProperty({ enum: APPOINTMENT_STATUSES })
  status: AppointmentStatus;

  @ApiProperty({ format: 'date-time', description: "With the offset of the attendee's zone" })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;

  @ApiProperty({ type: EventTypeReference, nullable: true, description: 'null for a type that is not mirrored here' })
  eventType: EventTypeReference | null;

  @ApiProperty({ type: [StaffView] })
  staff: StaffView[];

  @ApiProperty({ type: AttendeeView })
  attendee: AttendeeView;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'null where the attendee has neither e-mail nor number, or was erased',
  })
  customerId: string | null;

  @ApiPropertyOptional({ format: 'uuid', description: 'The composite booking that this is a segment of' })
  compositeBookingId?: string;

  @ApiProperty({ type: [String] })
  guests: string[];

  @ApiProperty({ type: String, nullable: true })
  location: string | null;

  @ApiPropertyOptional()
  notes?: string;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  metadata: Record<string, string>;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "The provider's number; null until the booking is known there",
  })
  providerId: string | null;

  @ApiPropertyOptional()
  cancellationReason?: string;

  @ApiPropertyOptional({ type: 'object', properties: { host: { type: 'boolean' }, attendee: { type: 'boolean' } } })
  absent?: { host: boolean; attendee: boolean };
}

/** Row -> answer. */
export function bookingView(row: AppointmentEntity, eventType: EventTypeReference | null): BookingView {
  const zone = row.attendeeTimeZone;
  return {
    id: row.id,
    status: row.status,
    start: formatInstant(row.startsAt.getTime(), zone),
    end: formatInstant(row.endsAt.getTime(), zone),
    eventType,
    staff: row.hosts.map(({ id, name }) => ({ id, name })),
    attendee: attendeeView(row),
    customerId: row.erasedAt === null ? row.customerId : null,
    ...(row.groupId ? { compositeBookingId: row.groupId } : {}),
    guests: row.guests,
    location: row.location,
    ...(row.notes === null ? {} : { notes: row.notes }),
    metadata: row.metadata,
    providerId: row.providerId,
    ...(row.cancellationReason === null ? {} : { cancellationReason: row.cancellationReason }),
    ...(row.hostAbsent || row.attendeeAbsent ? { absent: { host: row.hostAbsent, attendee: row.attendeeAbsent } } : {}),
  };
}

export function attendeeView(row: AppointmentEntity): AttendeeView {
  return {
    name: row.attendeeName,
    ...(row.attendeeEmail === null ? {} : { email: row.attendeeEmail }),
    ...(row.attendeePhone === null ? {} : { phoneNumber: row.attendeePhone }),
    timeZone: row.attendeeTimeZone,
    ...(row.attendeeLanguage === null ? {} : { language: row.attendeeLanguage }),
  };
}
