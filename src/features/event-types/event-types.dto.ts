import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { invalidField } from '../../foundation/errors/api-error';
import { IsFilled, IsProviderNumber, MayBeAbsent } from '../../foundation/http/validation';
import { pageQuery } from '../../foundation/http/page-query.dto';

/** One word or several joined by single dashes: what a provider keeps as it is instead of rewriting it. */
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const SLUG_RULE = { message: '$property must be lowercase letters and digits, joined by single dashes' };
const DAY_MINUTES = 1_440;
const YEAR_MINUTES = 525_600;
/** As many members as Cal.com lists on one page. */
const HOSTS_MAX = 250;
const TEAM_SCHEDULING_TYPES = ['round-robin', 'collective', 'managed'] as const;

export class LocationDto {
  @ApiProperty({
    enum: ['address', 'link', 'phone', 'integration', 'attendeeAddress', 'attendeePhone', 'attendeeDefined'],
    description: 'The last three are asked of the attendee and take no value.',
  })
  @IsIn(['address', 'link', 'phone', 'integration', 'attendeeAddress', 'attendeePhone', 'attendeeDefined'])
  type: string;

  @ApiPropertyOptional({ description: 'Address, link, phone number or name of the integration.', maxLength: 500 })
  @MayBeAbsent()
  @IsFilled()
  @MaxLength(500)
  value?: string;
}

export class CreateEventTypeDto {
  @ApiProperty({ example: 'Haircut', maxLength: 200 })
  @MaxLength(200)
  @IsFilled()
  title: string;

  @ApiProperty({ example: 'haircut', maxLength: 100, pattern: SLUG.source })
  @MaxLength(100)
  @Matches(SLUG, SLUG_RULE)
  slug: string;

  @ApiPropertyOptional({ maxLength: 5_000 })
  @MayBeAbsent()
  @MaxLength(5_000)
  @IsString()
  description?: string;

  @ApiProperty({ example: 30, minimum: 1, maximum: DAY_MINUTES })
  @Max(DAY_MINUTES)
  @Min(1)
  @IsInt()
  lengthMinutes: number;

  @ApiPropertyOptional({ description: 'Distance between starts; the length by default.', minimum: 1 })
  @MayBeAbsent()
  @Max(DAY_MINUTES)
  @Min(1)
  @IsInt()
  slotIntervalMinutes?: number;

  @ApiPropertyOptional({ description: 'How long before its start a booking must be made.', maximum: YEAR_MINUTES })
  @MayBeAbsent()
  @Max(YEAR_MINUTES)
  @Min(0)
  @IsInt()
  minimumNoticeMinutes?: number;

  @ApiPropertyOptional({ description: "Minutes before a booking that stay free in the host's day." })
  @MayBeAbsent()
  @Max(DAY_MINUTES)
  @Min(0)
  @IsInt()
  beforeBufferMinutes?: number;

  @ApiPropertyOptional({ description: "Minutes after a booking that stay free in the host's day." })
  @MayBeAbsent()
  @Max(DAY_MINUTES)
  @Min(0)
  @IsInt()
  afterBufferMinutes?: number;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @IsBoolean()
  hidden?: boolean;

  @ApiPropertyOptional({ description: 'Bookings wait until the host confirms them.' })
  @MayBeAbsent()
  @IsBoolean()
  requiresConfirmation?: boolean;

  @ApiPropertyOptional({ description: 'Number of a schedule at the provider (`GET /api/schedules`).', example: '4182' })
  @MayBeAbsent()
  @IsProviderNumber()
  scheduleId?: string;

  @ApiPropertyOptional({ type: [LocationDto], maxItems: 20 })
  @MayBeAbsent()
  @ValidateNested({ each: true })
  @Type(() => LocationDto)
  @ArrayMaxSize(20)
  @IsArray()
  locations?: LocationDto[];

  @ApiPropertyOptional({
    description: 'Makes a type of this team (`GET /api/teams`) instead of one of the account itself.',
    example: '733',
  })
  @MayBeAbsent()
  @IsProviderNumber()
  teamId?: string;

  @ApiPropertyOptional({
    enum: TEAM_SCHEDULING_TYPES,
    description:
      'Required with `teamId`: one host of the team takes each booking, or all of them together, or each has a type of ' +
      'their own, made from this one.',
  })
  @MayBeAbsent()
  @IsIn(TEAM_SCHEDULING_TYPES)
  schedulingType?: (typeof TEAM_SCHEDULING_TYPES)[number];

  @ApiPropertyOptional({
    type: [String],
    minItems: 1,
    maxItems: HOSTS_MAX,
    description: 'With `teamId`: members of the team (`GET /api/teams/{id}`); every member when left out.',
  })
  @MayBeAbsent()
  @IsProviderNumber({ each: true })
  @ArrayUnique()
  @ArrayMaxSize(HOSTS_MAX)
  @ArrayMinSize(1)
  @IsArray()
  hostIds?: string[];
}

const TEAM_FIELDS = ['teamId', 'schedulingType', 'hostIds'] as const;

/** @throws ApiError `VALIDATION_ERROR` for a team's type that does not say who hosts how, and for an own one that does. */
export function checkTeamFields({ teamId, schedulingType, hostIds }: CreateEventTypeDto): void {
  if (teamId !== undefined && schedulingType === undefined)
    throw invalidField('schedulingType', 'is required with teamId');
  if (teamId === undefined && schedulingType !== undefined) throw invalidField('schedulingType', 'needs a teamId');
  if (teamId === undefined && hostIds !== undefined) throw invalidField('hostIds', 'needs a teamId');
}

export class ListEventTypesDto extends pageQuery(50) {
  @ApiPropertyOptional({ description: 'Only the type with exactly this slug.' })
  @MayBeAbsent()
  @MaxLength(100)
  @Matches(SLUG, SLUG_RULE)
  slug?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Only hidden types, or only those that are shown.' })
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  hidden?: string;

  @ApiPropertyOptional({ description: 'Only types of this team.', example: '733' })
  @MayBeAbsent()
  @IsProviderNumber()
  teamId?: string;
}

/** Fields that are left out stay as they are; one at least must be there. A type keeps its team and its hosts. */
export class ChangeEventTypeDto extends PartialType(OmitType(CreateEventTypeDto, TEAM_FIELDS), {
  skipNullProperties: false,
}) {}
