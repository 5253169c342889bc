import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsFilled, MayBeAbsent } from '../../foundation/http/validation';
import { DURATION, ONE_PERSON, type OnePerson, SEGMENTS_MAX, VISIT_MINUTES_MAX } from './segments';

/** More people than one place of work has for one thing. */
const STAFF_MAX = 50;
const NAME_LENGTH_MAX = 200;

export class GapDto {
  @ApiProperty({ minimum: 0, maximum: VISIT_MINUTES_MAX, example: 30, description: 'At most `maxMinutes`.' })
  @Max(VISIT_MINUTES_MAX)
  @Min(0)
  @IsInt()
  minMinutes: number;

  @ApiProperty({ minimum: 1, maximum: VISIT_MINUTES_MAX, example: 45 })
  @Max(VISIT_MINUTES_MAX)
  @Min(1)
  @IsInt()
  maxMinutes: number;
}

export class SegmentDto {
  @ApiProperty({
    example: 'Colour',
    maxLength: NAME_LENGTH_MAX,
    description: 'Once in a service, in whatever letter case. A segment that is named again in a change keeps its id.',
  })
  @MaxLength(NAME_LENGTH_MAX)
  @IsFilled()
  name: string;

  @ApiProperty({ minimum: DURATION.min, maximum: DURATION.max, example: 30 })
  @Max(DURATION.max)
  @Min(DURATION.min)
  @IsInt()
  durationMinutes: number;

  @ApiPropertyOptional({
    type: GapDto,
    description: 'The customer waits so long until the next segment. Left out: it follows at once, or there is none.',
  })
  @MayBeAbsent()
  @ValidateNested()
  @Type(() => GapDto)
  @IsObject()
  gapAfter?: GapDto;

  @ApiPropertyOptional({
    default: true,
    description: 'With `gapAfter`: whether whoever did this segment may see other customers in the gap.',
  })
  @MayBeAbsent()
  @IsBoolean()
  gapFreesStaff?: boolean;

  @ApiProperty({
    type: [String],
    format: 'uuid',
    maxItems: STAFF_MAX,
    description: 'Who can do it (`GET /api/staff`), whom to ask first; empty = nobody yet.',
  })
  @IsUUID('all', { each: true })
  @ArrayMaxSize(STAFF_MAX)
  @IsArray()
  staffIds: string[];
}

export class CreateServiceDto {
  @ApiProperty({ example: 'Root colour', maxLength: NAME_LENGTH_MAX })
  @MaxLength(NAME_LENGTH_MAX)
  @IsFilled()
  name: string;

  @ApiPropertyOptional({
    enum: ONE_PERSON,
    default: 'preferred',
    description:
      'Whether one person should do the whole visit: `required` = nothing else is offered, `preferred` = visits with ' +
      'fewer changes come first, `indifferent` = no matter who does what.',
  })
  @MayBeAbsent()
  @IsIn(ONE_PERSON)
  onePerson?: OnePerson;

  @ApiPropertyOptional({
    default: false,
    description: 'Whether event types may be used whose bookings wait until a host confirms them.',
  })
  @MayBeAbsent()
  @IsBoolean()
  allowConfirmation?: boolean;

  @ApiProperty({
    type: [SegmentDto],
    minItems: 1,
    maxItems: SEGMENTS_MAX,
    description:
      'In the order of the visit: one makes a simple service, several a composite one. Durations and longest gaps ' +
      `together are at most ${VISIT_MINUTES_MAX} minutes. A change replaces them as a whole.`,
  })
  @ValidateNested({ each: true })
  @Type(() => SegmentDto)
  @IsObject({ each: true })
  @ArrayMaxSize(SEGMENTS_MAX)
  @ArrayMinSize(1)
  @IsArray()
  segments: SegmentDto[];
}

/** Fields that are left out stay as they are; one at least must be there. */
export class ChangeServiceDto extends PartialType(CreateServiceDto, { skipNullProperties: false }) {}
