import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID, Matches, MaxLength } from 'class-validator';
import { IsInstant } from '../../foundation/http/validation';
import { TRIGGER_TABLE } from './trigger-table';
import type { AttemptRow } from './webhook-attempts.repository';
import { DELIVERY_STATUSES, type DeliveryStatus, type WebhookDelivery } from './webhook-delivery.entity';
import { pageQuery } from '../../foundation/http/page-query.dto';

export class DeliveryQuery extends pageQuery(50) {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  status?: DeliveryStatus;

  @ApiPropertyOptional({ description: `For example ${TRIGGER_TABLE[0]!.trigger}; see docs/webhooks.md.` })
  @IsOptional()
  @Matches(/^[\x21-\x7e]+$/)
  @MaxLength(100)
  trigger?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'deliveries that were about this booking' })
  @IsOptional()
  @IsUUID()
  bookingId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'received from this moment on' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'received before this moment' })
  @IsOptional()
  @IsInstant()
  to?: string;
}

/** A delivery without its body: that holds other people's names and addresses. */
export class DeliveryView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  trigger!: string;

  @ApiProperty({
    enum: DELIVERY_STATUSES,
    description: '`received` waits for its turn or the next attempt; `failed` was given up',
  })
  status!: DeliveryStatus;

  @ApiProperty({ type: String, nullable: true, description: 'what it did' })
  effect!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  bookingId!: string | null;

  @ApiProperty()
  attempts!: number;

  @ApiProperty({ type: String, nullable: true, description: 'code of the last failed attempt' })
  lastError!: string | null;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  processedAt!: string | null;
}

/** One try to apply a delivery. */
export class DeliveryAttemptView {
  @ApiProperty()
  number!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: Number, nullable: true, description: 'null: under way, or cut off with its process' })
  durationMs!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'what it did; null when it failed' })
  effect!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'a code, for example `UNAVAILABLE`' })
  error!: string | null;
}

export class DeliveryDetail extends DeliveryView {
  @ApiProperty({ type: [DeliveryAttemptView], description: 'oldest first' })
  history!: DeliveryAttemptView[];
}

export class DeliveryPage {
  @ApiProperty({ type: [DeliveryView] })
  data!: DeliveryView[];

  @ApiPropertyOptional()
  nextCursor?: string;
}

export class Received {
  @ApiProperty({ enum: [true] })
  received!: true;
}

export function deliveryView(delivery: WebhookDelivery): DeliveryView {
  const { id, trigger, status, effect, appointmentId, attempts, lastError, receivedAt, processedAt } = delivery;
  return {
    id,
    trigger,
    status,
    effect,
    bookingId: appointmentId,
    attempts,
    lastError,
    receivedAt: receivedAt.toISOString(),
    processedAt: processedAt?.toISOString() ?? null,
  };
}

export function attemptView({ number, beganAt, endedAt, effect, error }: AttemptRow): DeliveryAttemptView {
  const durationMs = endedAt ? endedAt.getTime() - beganAt.getTime() : null;
  return { number, at: beganAt.toISOString(), durationMs, effect, error };
}
