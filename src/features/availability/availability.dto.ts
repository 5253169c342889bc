import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID, ValidateIf } from 'class-validator';
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
}

export class SlotDto {
  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:00:00+01:00' })
  start: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:30:00+01:00' })
  end: string;
}

export class AvailabilityDto {
  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty({ format: 'date-time', description: 'When the provider was asked.' })
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
}
