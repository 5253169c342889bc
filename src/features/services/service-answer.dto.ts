import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { GapDto } from './services.dto';
import { ONE_PERSON, type OnePerson, visitMinutes } from './segments';
import type { Service } from './services.repository';
import type { StaffMember } from './staff.repository';

const KINDS = ['simple', 'composite'] as const;

export class VisitLengthDto {
  @ApiProperty({ description: 'With the shortest gaps.' })
  minMinutes: number;

  @ApiProperty({ description: 'With the longest gaps.' })
  maxMinutes: number;
}

export class PublicStaffDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;
}

/** What a booking page may show of a service: nothing of how it is made. */
export class PublicServiceDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ enum: KINDS, description: 'Simple = one booking, composite = several, one after the other.' })
  kind: (typeof KINDS)[number];

  @ApiProperty({ type: VisitLengthDto, description: 'From the first minute of a visit to the last.' })
  length: VisitLengthDto;

  @ApiProperty({ type: [PublicStaffDto], description: 'Those at work who can do one of its segments or more.' })
  staff: PublicStaffDto[];
}

export class SegmentAnswerDto {
  @ApiProperty({ format: 'uuid', description: 'Lasts as long as the service has a segment of this name.' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiProperty()
  durationMinutes: number;

  @ApiPropertyOptional({ type: GapDto })
  gapAfter?: GapDto;

  @ApiPropertyOptional({ description: 'There exactly when there is a gap.' })
  gapFreesStaff?: boolean;

  @ApiProperty({ type: [String], format: 'uuid' })
  staffIds: string[];
}

export class ServiceDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ enum: KINDS, description: 'Simple = one booking, composite = several, one after the other.' })
  kind: (typeof KINDS)[number];

  @ApiProperty({ type: VisitLengthDto, description: 'From the first minute of a visit to the last.' })
  length: VisitLengthDto;

  @ApiProperty({ enum: ONE_PERSON })
  onePerson: OnePerson;

  @ApiProperty()
  allowConfirmation: boolean;

  @ApiProperty({ type: [SegmentAnswerDto] })
  segments: SegmentAnswerDto[];

  @ApiProperty({ format: 'date-time' })
  createdAt: string;
}

export function toServiceDto(service: Service): ServiceDto {
  const { id, name, onePerson, allowConfirmation, segments, createdAt } = service;
  const summary = { id, name, kind: kindOf(service), length: visitMinutes(segments) };
  return { ...summary, onePerson, allowConfirmation, segments, createdAt: createdAt.toISOString() };
}

/** @param staff everybody of the company */
export function toPublicServiceDto(service: Service, staff: StaffMember[]): PublicServiceDto {
  const { id, name, segments } = service;
  const named = new Set(segments.flatMap(({ staffIds }) => staffIds));
  const atWork = staff.filter((member) => member.active && named.has(member.id));
  const shown = atWork.map((member) => ({ id: member.id, name: member.name }));
  return { id, name, kind: kindOf(service), length: visitMinutes(segments), staff: shown };
}

function kindOf({ segments }: Service): (typeof KINDS)[number] {
  return segments.length === 1 ? 'simple' : 'composite';
}
