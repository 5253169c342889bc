import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID, Matches } from 'class-validator';
import { IsDateOrInstant, IsTimeZoneName, MayBeAbsent } from '../../../foundation/http/validation';
import type { CompositeAnswer, VisitOption } from './composite-availability.service';
import { LocalTimes } from '../local-times';

const MINUTE_MS = 60_000;

export class CompositeQueryDto {
  @ApiProperty({
    description: 'When the visit may begin, from: a date (of `timeZone`) or a date-time with an offset.',
    example: '2026-12-01',
  })
  @IsDateOrInstant()
  start: string;

  @ApiProperty({
    description: 'Until: a date (included) or a date-time with an offset (excluded), at most 62 days later.',
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

  @ApiPropertyOptional({ format: 'uuid', description: 'Who shall do every segment that this person can do.' })
  @MayBeAbsent()
  @IsUUID('all')
  staffId?: string;

  @ApiPropertyOptional({
    description: 'At most so many options, the best ones: 1 to 200, 50 by default.',
    example: '20',
  })
  @MayBeAbsent()
  @Matches(/^(?:[1-9]\d?|1\d\d|200)$/, { message: '$property must be a whole number from 1 to 200' })
  limit?: string;
}

export class VisitPartDto {
  @ApiProperty({ format: 'uuid' })
  segmentId: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ format: 'uuid' })
  staffId: string;

  @ApiProperty()
  staffName: string;

  @ApiProperty({ format: 'uuid' })
  eventTypeId: string;

  @ApiProperty({ format: 'date-time' })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;
}

export class VisitOptionDto {
  @ApiProperty({
    description: 'Stands for exactly this visit; a booking takes it.',
    example: 'opt_hp5q8_mZ3v0x4Yt1bQk2La',
  })
  optionId: string;

  @ApiProperty({ format: 'date-time' })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;

  @ApiProperty({ description: 'From the first start to the last end.' })
  totalMinutes: number;

  @ApiProperty({ description: 'How often the customer is handed over to somebody else.' })
  personChanges: number;

  @ApiProperty({ type: [VisitPartDto] })
  segments: VisitPartDto[];
}

export class CompositeAvailabilityDto {
  @ApiProperty({ format: 'uuid' })
  serviceId: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty({ format: 'date-time', description: 'When the provider was asked for the oldest part of this.' })
  fetchedAt: string;

  @ApiProperty({ description: 'Whether this may be older than it should be.' })
  stale: boolean;

  @ApiProperty({
    description: 'At how many starts the visit is possible; more than there are options when they are cut.',
  })
  found: number;

  @ApiProperty({
    type: [VisitOptionDto],
    description: 'One for each start: fewest changes of person first, then the shortest, then the earliest.',
  })
  options: VisitOptionDto[];
}

export function toCompositeDto({
  plan,
  timeZone,
  fetchedAt,
  stale,
  found,
  options,
}: CompositeAnswer): CompositeAvailabilityDto {
  const times = new LocalTimes(timeZone);
  const shown = options.map((option) => toOptionDto(option, times));
  return { serviceId: plan.id, timeZone, fetchedAt, stale, found, options: shown };
}

function toOptionDto({ optionId, startMs, endMs, changes, parts }: VisitOption, times: LocalTimes): VisitOptionDto {
  return {
    optionId,
    start: times.format(startMs),
    end: times.format(endMs),
    totalMinutes: (endMs - startMs) / MINUTE_MS,
    personChanges: changes,
    segments: parts.map(({ eventType, startMs: from, endMs: to, ...part }) => ({
      ...part,
      eventTypeId: eventType.id,
      start: times.format(from),
      end: times.format(to),
    })),
  };
}
