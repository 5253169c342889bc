import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches, ValidateIf } from 'class-validator';
import { invalidField } from '../../foundation/errors/api-error';
import { IsDateOrInstant, IsTimeZoneName, MayBeAbsent } from '../../foundation/http/validation';
import type { AvailabilityQuestion } from './store/slot-reads.service';

/**
 * A local time inside a daylight-saving gap, or in the doubled hour, cannot be said here: times carry an offset, and
 * dates are whole local days of 23, 24 or 25 hours.
 */
export class AvailabilityQueryDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'An event type; or else a service.' })
  @ValidateIf(
    ({ eventTypeId, serviceId }: AvailabilityQueryDto) => eventTypeId !== undefined || serviceId === undefined,
  )
  @IsUUID('all', { message: '$property must be a UUID, unless a serviceId is given' })
  eventTypeId?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'A service of one segment; of several, ask `/api/services/{id}/composite-availability`.',
  })
  @MayBeAbsent()
  @IsUUID('all')
  serviceId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'With a service: only this person; else all who can do it.' })
  @MayBeAbsent()
  @IsUUID('all')
  staffId?: string;

  @ApiProperty({
    description:
      'A date (from the first instant of that day in `timeZone`) or a date-time with an offset. There is no local ' +
      'time without offset, so no time can fall into a daylight-saving gap or be meant twice.',
    example: '2026-12-01',
  })
  @IsDateOrInstant()
  start: string;

  @ApiProperty({
    description:
      'A date (the whole of that local day is included, with its 23, 24 or 25 hours) or a date-time with an offset ' +
      '(excluded). After `start`, at most 62 days later.',
    example: '2026-12-07',
  })
  @IsDateOrInstant()
  end: string;

  @ApiPropertyOptional({
    description: "IANA zone in which days are cut and times are written; the company's by default.",
    example: 'Europe/Berlin',
  })
  @MayBeAbsent()
  @IsTimeZoneName()
  timeZone?: string;

  @ApiPropertyOptional({ description: 'At most so many free times, the earliest ones: 1 to 500.', example: '20' })
  @MayBeAbsent()
  @Matches(/^(?:[1-9]\d?|[1-4]\d\d|500)$/, { message: '$property must be a whole number from 1 to 500' })
  limit?: string;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: "For voice agents: `options` has at most three times, with a label in the company's language.",
  })
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  spoken?: string;
}

/** @throws ApiError `VALIDATION_ERROR` for parameters that do not go together. */
export function toQuestion({ limit, spoken, ...asked }: AvailabilityQueryDto): AvailabilityQuestion {
  const { eventTypeId, serviceId, staffId } = asked;
  if (eventTypeId !== undefined && serviceId !== undefined) {
    throw invalidField('serviceId', 'cannot be given with an eventTypeId');
  }
  if (staffId !== undefined && serviceId === undefined) throw invalidField('staffId', 'needs a serviceId');
  return { ...asked, ...(limit === undefined ? {} : { limit: Number(limit) }), spoken: spoken === 'true' };
}

export class SlotDto {
  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:00:00+01:00' })
  start: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:30:00+01:00' })
  end: string;

  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description: 'Of a service: who is free then, in the order in which the service names them.',
  })
  staffIds?: string[];
}

export class SpokenOptionDto extends SlotDto {
  @ApiProperty({ description: "To be read out, in the company's language", example: 'Dienstag, 1. Dezember um 09:00' })
  label: string;
}

export class AvailabilityDto {
  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty({ format: 'date-time', description: 'When the provider was asked for the oldest part of this.' })
  fetchedAt: string;

  @ApiProperty({ description: 'Whether this may be older than it should be.' })
  stale: boolean;

  @ApiProperty({
    description: 'Free times by local date of their start, ascending; days without any are absent.',
    type: 'object',
    additionalProperties: { type: 'array', items: { $ref: '#/components/schemas/SlotDto' } },
    example: { '2026-12-01': [{ start: '2026-12-01T09:00:00+01:00', end: '2026-12-01T09:30:00+01:00' }] },
  })
  days: Record<string, SlotDto[]>;

  @ApiPropertyOptional({ format: 'date-time', description: 'With `spoken`: the time of this answer, in `timeZone`.' })
  now?: string;

  @ApiPropertyOptional({
    type: [SpokenOptionDto],
    description: 'With `spoken`: at most three times, spread over the first day that has any.',
  })
  options?: SpokenOptionDto[];
}
