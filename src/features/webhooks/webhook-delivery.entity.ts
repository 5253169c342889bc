import { Column, Entity, PrimaryColumn } from 'typeorm';

export const DELIVERY_STATUSES = ['received', 'processed', 'ignored', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One webhook as it arrived, with what became of it. */
@Entity('webhook_deliveries')
export class WebhookDelivery {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'company_id', type: 'uuid' })
  companyId!: string;

  @Column({ name: 'connection_id', type: 'uuid' })
  connectionId!: string;

  @Column({ name: 'trigger', type: 'text' })
  trigger!: string;

  /** Hex sha256 of the body: senders give no delivery id, so the bytes are the identity. */
  @Column({ name: 'body_hash', type: 'text' })
  bodyHash!: string;

  /** Names, addresses and telephone numbers of attendees; read only by the job that applies it. */
  @Column({ name: 'sealed_body', type: 'text', select: false })
  sealedBody!: string;

  @Column({ name: 'status', type: 'text' })
  status!: DeliveryStatus;

  @Column({ name: 'effect', type: 'text', nullable: true })
  effect!: string | null;

  @Column({ name: 'appointment_id', type: 'uuid', nullable: true })
  appointmentId!: string | null;

  /** The provider's number of the event type, as far as the body tells. */
  @Column({ name: 'event_type_id', type: 'text', nullable: true })
  eventTypeId!: string | null;

  /** All that were made. */
  @Column({ name: 'attempts', type: 'integer' })
  attempts!: number;

  /** Those since the last replay. */
  @Column({ name: 'tries', type: 'integer' })
  tries!: number;

  /** A code, never a message: messages may quote the body. */
  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'received_at', type: 'timestamptz', precision: 3 })
  receivedAt!: Date;

  @Column({ name: 'processed_at', type: 'timestamptz', nullable: true })
  processedAt!: Date | null;
}
