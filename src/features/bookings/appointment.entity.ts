import { Column, Entity, PrimaryColumn } from 'typeorm';

export const APPOINTMENT_STATUSES = [
  'pending',
  'confirmed',
  'awaiting_confirmation',
  'cancelled',
  'rejected',
  'outcome_pending',
  'needs_attention',
] as const;
export type AppointmentStatus = (typeof APPOINTMENT_STATUSES)[number];
/** Who made the booking: our API, an older route of it, or somebody at the provider. */
export type AppointmentOrigin = 'api' | 'compatibility' | 'provider';

/** Our lasting record of a booking. `id` stays the same over all reschedules; the provider's uid does not. */
@Entity({ name: 'appointments' })
export class AppointmentEntity {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'company_id', type: 'uuid' })
  companyId: string;

  @Column({ name: 'connection_id', type: 'uuid' })
  connectionId: string;

  @Column({ name: 'event_type_id', type: 'uuid', nullable: true })
  eventTypeId: string | null;

  @Column({ name: 'status', type: 'text' })
  status: AppointmentStatus;

  @Column({ name: 'starts_at', type: 'timestamptz' })
  startsAt: Date;

  @Column({ name: 'ends_at', type: 'timestamptz' })
  endsAt: Date;

  @Column({ name: 'calcom_v2_booking_id', type: 'text', nullable: true })
  providerId: string | null;

  /** A bearer secret: whoever has it can cancel. Never part of an answer. */
  @Column({ name: 'calcom_v2_booking_uid', type: 'text', nullable: true })
  uid: string | null;

  /** Of a segment: the visit that it belongs to. */
  @Column({ name: 'composite_group_uid', type: 'uuid', nullable: true })
  groupId: string | null;

  /** Our reference in the booking's metadata, one for each attempt to book. */
  @Column({ name: 'ref', type: 'text' })
  ref: string;

  @Column({ name: 'origin', type: 'text' })
  origin: AppointmentOrigin;

  /** Null where nothing is known that the attendee could be found again by. */
  @Column({ name: 'customer_id', type: 'uuid', nullable: true })
  customerId: string | null;

  /** Since then nothing that the attendee said is kept here, and nothing of it is written again. */
  @Column({ name: 'erased_at', type: 'timestamptz', nullable: true })
  erasedAt: Date | null;

  @Column({ name: 'attendee_name', type: 'text' })
  attendeeName: string;

  @Column({ name: 'attendee_email', type: 'text', nullable: true })
  attendeeEmail: string | null;

  @Column({ name: 'attendee_phone', type: 'text', nullable: true })
  attendeePhone: string | null;

  @Column({ name: 'attendee_time_zone', type: 'text' })
  attendeeTimeZone: string;

  @Column({ name: 'attendee_language', type: 'text', nullable: true })
  attendeeLanguage: string | null;

  @Column({ name: 'guests', type: 'text', array: true })
  guests: string[];

  @Column({ name: 'location', type: 'text', nullable: true })
  location: string | null;

  @Column({ name: 'notes', type: 'text', nullable: true })
  notes: string | null;

  @Column({ name: 'metadata', type: 'jsonb' })
  metadata: Record<string, string>;

  @Column({ name: 'hosts', type: 'jsonb' })
  hosts: { id: string; name: string }[];

  @Column({ name: 'host_absent', type: 'boolean' })
  hostAbsent: boolean;

  @Column({ name: 'attendee_absent', type: 'boolean' })
  attendeeAbsent: boolean;

  @Column({ name: 'cancellation_reason', type: 'text', nullable: true })
  cancellationReason: string | null;

  @Column({ name: 'provider_updated_at', type: 'timestamptz', nullable: true })
  providerUpdatedAt: Date | null;

  @Column({ name: 'change_owner', type: 'uuid', nullable: true })
  changeOwner: string | null;

  @Column({ name: 'change_until', type: 'timestamptz', nullable: true })
  changeUntil: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

/** Every uid a booking ever had, so that a late webhook about an old one finds its appointment. */
@Entity({ name: 'appointment_uids' })
export class AppointmentUidEntity {
  @PrimaryColumn({ name: 'connection_id', type: 'uuid' })
  connectionId: string;

  @PrimaryColumn({ name: 'uid', type: 'text' })
  uid: string;

  @Column({ name: 'company_id', type: 'uuid' })
  companyId: string;

  @Column({ name: 'appointment_id', type: 'uuid' })
  appointmentId: string;
}
