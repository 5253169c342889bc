import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsPageSize } from '../../foundation/http/validation';
import { TRIGGER_TABLE } from './trigger-table';
import { DELIVERY_STATUSES, type DeliveryStatus, type WebhookDelivery } from './webhook-delivery.entity';

export class DeliveryQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  status?: DeliveryStatus;

  @ApiPropertyOptional({ description: `For example ${TRIGGER_TABLE[0]!.trigger}; see docs/webhooks.md.` })
  @IsOptional()
  @Matches(/^[\x21-\x7e]+$/)
  @MaxLength(100)
  trigger?: string;

  @ApiPropertyOptional({ type: String, description: '1 to 100', default: '50' })
  @IsOptional()
  @IsPageSize()
  limit?: string;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @IsOptional()
  @IsString()
  cursor?: string;
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
