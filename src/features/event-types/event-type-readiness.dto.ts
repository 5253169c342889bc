import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches, MaxLength } from 'class-validator';
import { IsFilled, MayBeAbsent } from '../../foundation/http/validation';
import { type BookingNeed, READINESS_CODES, type ReadinessCode } from './readiness-reasons';

/** 1 to 1440: no event type is longer than a day. */
const MINUTES_OF_A_DAY = /^([1-9]\d{0,2}|1[0-3]\d{2}|14[0-3]\d|1440)$/;
/** Room for fifty slugs, which is what a booking may answer. */
const RESPONSES_LENGTH_MAX = 2_000;

export class ReadinessQueryDto {
  @ApiPropertyOptional({ example: '30', description: 'The length that the booking must have, 1 to 1440.' })
  @MayBeAbsent()
  @Matches(MINUTES_OF_A_DAY, { message: '$property must be a whole number from 1 to 1440' })
  lengthMinutes?: string;

  @ApiPropertyOptional({
    example: 'hair-length,allergies',
    description: 'Slugs of the fields that the booking will answer in its `responses`, with commas between.',
  })
  @MayBeAbsent()
  @MaxLength(RESPONSES_LENGTH_MAX)
  @IsFilled()
  responses?: string;
}

export class ReadinessReasonDto {
  @ApiProperty({ enum: READINESS_CODES })
  code: ReadinessCode;

  @ApiProperty({ description: 'False: a booking works, with what the message says.' })
  blocking: boolean;

  @ApiProperty()
  message: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What of the type speaks for this reason.' })
  evidence: Record<string, unknown>;
}

export class ReadinessDto {
  @ApiProperty({ description: 'Whether no reason blocks.' })
  ready: boolean;

  @ApiProperty({ format: 'date-time', description: 'When the type was read at the provider.' })
  checkedAt: string;

  @ApiProperty({ type: [ReadinessReasonDto], description: 'What blocks comes first.' })
  reasons: ReadinessReasonDto[];
}

export function toNeed({ lengthMinutes, responses }: ReadinessQueryDto): BookingNeed {
  return {
    ...(lengthMinutes === undefined ? {} : { lengthMinutes: Number(lengthMinutes) }),
    responses: responses?.split(',').map((slug) => slug.trim()) ?? [],
  };
}
