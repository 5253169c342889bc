import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsInstant } from '../../foundation/http/validation';
import { EVENT_DELIVERY_STATUSES, type EventDelivery, type EventDeliveryStatus } from './event-deliveries.entity';
import { OUTGOING_EVENT_TYPES, TEST_EVENT_TYPE } from './outgoing-event-types';
import { pageQuery } from '../../foundation/http/page-query.dto';

const TYPES = [...OUTGOING_EVENT_TYPES, TEST_EVENT_TYPE];

export class EventDeliveryQuery extends pageQuery(50) {
  @ApiPropertyOptional({ enum: EVENT_DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(EVENT_DELIVERY_STATUSES)
  status?: EventDeliveryStatus;

  @ApiPropertyOptional({ enum: TYPES })
  @IsOptional()
  @IsIn(TYPES)
  type?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'events from this moment on' })
  @IsOptional()
  @IsInstant()
  from?: string;
}

/** One event on its way to one endpoint. */
export class EventDeliveryView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ format: 'uuid', description: 'sent as `webhook-id`; the same for every endpoint and attempt' })
  eventId: string;

  @ApiProperty({ enum: TYPES })
  type: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null for a test' })
  bookingId: string | null;

  @ApiProperty({ description: 'number of the event among those of its booking, from 1' })
  sequence: number;

  @ApiProperty({
    enum: EVENT_DELIVERY_STATUSES,
    description: '`failed` was given up after a day; `skipped` was not sent, because the endpoint was disabled',
  })
  status: EventDeliveryStatus;

  @ApiProperty({ description: 'made so far' })
  attempts: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'of a pending delivery' })
  nextAttemptAt: string | null;

  @ApiProperty({ type: Number, nullable: true })
  lastResponseStatus: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'code of the last failed attempt, such as `TIMEOUT`' })
  lastError: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt: string | null;
}

export class EventDeliveryPage {
  @ApiProperty({ type: [EventDeliveryView] })
  data: EventDeliveryView[];

  @ApiPropertyOptional()
  nextCursor?: string;
}

export class EventAttemptView {
  @ApiProperty({ description: 'from 1, also over replays' })
  number: number;

  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty()
  durationMs: number;

  @ApiProperty({ type: Number, nullable: true, description: 'null when there was no answer' })
  responseStatus: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'for example `HTTP_500`, `TIMEOUT`, `ECONNREFUSED`' })
  error: string | null;

  @ApiProperty({ type: String, nullable: true, description: "the first kilobyte of the receiver's answer" })
  responseBody: string | null;
}

export class EventDeliveryDetail extends EventDeliveryView {
  @ApiProperty({ type: [EventAttemptView], description: 'oldest first' })
  history: EventAttemptView[];
}

export function eventDeliveryView(row: EventDelivery): EventDeliveryView {
  const { id, eventId, type, subject, sequence, status, attempts, lastResponseStatus, lastError } = row;
  return {
    id,
    eventId,
    type,
    bookingId: type === TEST_EVENT_TYPE ? null : subject,
    sequence,
    status,
    attempts,
    nextAttemptAt: status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    lastResponseStatus,
    lastError,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
