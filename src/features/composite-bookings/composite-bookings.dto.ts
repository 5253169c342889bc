import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsDefined,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { pageQuery } from '../../foundation/http/page-query.dto';
import { IsDateOrInstant, IsFilled, IsInstant, IsTimeZoneName, MayBeAbsent } from '../../foundation/http/validation';
import { AttendeeDto, IsCallerMetadata } from '../bookings/bookings.service';
import { VISIT_STATUSES } from './visit-state';
import { CompositeBookingView } from './reading/visit-view';

const TEXT_MAX = 2_000;
const SEGMENTS_MAX = 6;
const STATUS_LIST = new RegExp(`^(?:${VISIT_STATUSES.join('|')})(?:,(?:${VISIT_STATUSES.join('|')}))*$`);

export class SegmentStaffDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  segmentId: string;

  @ApiProperty({ format: 'uuid', description: 'Who shall do it' })
  @IsUUID('all')
  staffId: string;
}

class VisitChoiceDto {
  @ApiPropertyOptional({ description: 'As composite availability offered it; instead of `start`' })
  @MayBeAbsent()
  @IsString()
  @Matches(/^opt_[0-9a-z]{1,8}_[A-Za-z0-9_-]{16}$/, {
    message: '$property must be an option of composite availability',
  })
  optionId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the first segment begins; instead of `optionId`' })
  @MayBeAbsent()
  @IsInstant()
  start?: string;

  @ApiPropertyOptional({ type: [SegmentStaffDto], description: 'With `start`: who shall do which segment' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(SEGMENTS_MAX)
  @ArrayUnique(({ segmentId }: SegmentStaffDto) => segmentId?.toLowerCase?.(), {
    message: '$property must name each segment once',
  })
  @ValidateNested({ each: true })
  @Type(() => SegmentStaffDto)
  staff?: SegmentStaffDto[];
}

export class CreateCompositeBookingDto extends VisitChoiceDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  serviceId: string;

  @ApiProperty({ type: AttendeeDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => AttendeeDto)
  customer: AttendeeDto;

  @ApiPropertyOptional({
    example: 'Europe/Berlin',
    description: "In which times are written; the customer's by default",
  })
  @MayBeAbsent()
  @IsTimeZoneName()
  timeZone?: string;

  @ApiPropertyOptional({ maxLength: TEXT_MAX })
  @MayBeAbsent()
  @IsString()
  @MaxLength(TEXT_MAX)
  notes?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @MayBeAbsent()
  @IsCallerMetadata()
  metadata?: Record<string, string>;
}

export class RescheduleCompositeBookingDto extends VisitChoiceDto {
  @ApiPropertyOptional({ maxLength: 500 })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(500)
  reason?: string;
}

export class CancelCompositeBookingDto {
  @ApiPropertyOptional({ maxLength: 500 })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(500)
  reason?: string;
}

export class ListCompositeBookingsDto extends pageQuery(20) {
  @ApiPropertyOptional({
    description: 'One status, or several with commas between',
    example: 'disrupted,needs_attention',
  })
  @MayBeAbsent()
  @Matches(STATUS_LIST, { message: `$property must be some of ${VISIT_STATUSES.join(', ')}` })
  status?: string;

  @ApiPropertyOptional({ description: "Earliest start: an instant, or a day in the company's zone" })
  @MayBeAbsent()
  @IsDateOrInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'Starts before this instant, or until the end of this day' })
  @MayBeAbsent()
  @IsDateOrInstant()
  to?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUUID('all')
  serviceId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUUID('all')
  customerId?: string;
}

export class CompositeBookingPageDto {
  @ApiProperty({ type: [CompositeBookingView] })
  data: CompositeBookingView[];

  @ApiPropertyOptional()
  nextCursor?: string;
}
