import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches, ValidateIf } from 'class-validator';
import { IsDateOrInstant, IsTimeZoneName } from '../../foundation/http/validation';

/**
 * A local time inside a daylight-saving gap, or in the doubled hour, cannot be said here: times carry an offset, and
 * dates are whole local days of 23, 24 or 25 hours.
 */
export class AvailabilityQueryDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  eventTypeId: string;

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
  @ValidateIf((_: object, value: unknown) => value !== undefined)
  @IsTimeZoneName()
  timeZone?: string;

  @ApiPropertyOptional({ description: 'At most so many free times, the earliest ones: 1 to 500.', example: '20' })
  @ValidateIf((_: object, value: unknown) => value !== undefined)
  @Matches(/^(?:[1-9]\d?|[1-4]\d\d|500)$/, { message: '$property must be a whole number from 1 to 500' })
  limit?: string;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: "For voice agents: `options` has at most three times, with a label in the company's language.",
  })
  @ValidateIf((_: object, value: unknown) => value !== undefined)
  @IsIn(['true', 'false'])
  spoken?: string;
}

export class SlotDto {
  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:00:00+01:00' })
  start: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:30:00+01:00' })
  end: string;
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
