import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsUUID, Max, Min } from 'class-validator';
import { IsInstant, MayBeAbsent } from '../../../foundation/http/validation';

/** Shorter than filling in a name takes. */
const SECONDS_MIN = 30;
/** Whoever needs longer has gone. */
const SECONDS_MAX = 900;
/** Cal.com's own booking pages reserve for as long. */
export const SECONDS_DEFAULT = 300;

export class CreateHoldDto {
  @ApiProperty({ format: 'uuid', description: 'Our id of the event type' })
  @IsUUID()
  eventTypeId: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:00:00+01:00', description: 'A start that is offered' })
  @IsInstant()
  start: string;

  @ApiPropertyOptional({ minimum: SECONDS_MIN, maximum: SECONDS_MAX, default: SECONDS_DEFAULT })
  @MayBeAbsent()
  @IsInt()
  @Min(SECONDS_MIN)
  @Max(SECONDS_MAX)
  seconds?: number;
}
