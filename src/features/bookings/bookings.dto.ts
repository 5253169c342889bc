import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsEmail,
  IsIn,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsDateOrInstant, IsFilled, IsInstant, IsTimeZoneName, MayBeAbsent } from '../../foundation/http/validation';
import { BookingView } from './booking-view';
import { IsCallerMetadata, IsResponses, IsStatusList } from './booking-rules';
import { pageQuery } from '../../foundation/http/page-query.dto';

/** Longer than any name that people have. */
const NAME_MAX = 200;
const TEXT_MAX = 2_000;
const GUESTS_MAX = 30;
/** Longer than any number with its separators. */
const PHONE_MAX = 40;

export const LOCATION_TYPES = [
  'address',
  'attendeeAddress',
  'attendeeDefined',
  'attendeePhone',
  'integration',
  'link',
  'phone',
  'organizersDefaultApp',
] as const;

export class AttendeeDto {
  @ApiProperty({ maxLength: NAME_MAX })
  @IsString()
  @IsFilled()
  @MaxLength(NAME_MAX)
  name: string;

  @ApiPropertyOptional({ format: 'email', description: 'E-mail or phone number is needed' })
  @ValidateIf((attendee: AttendeeDto) => attendee.email !== undefined || attendee.phoneNumber === undefined)
  @IsEmail({}, { message: '$property must be an e-mail address, unless a phoneNumber is given' })
  email?: string;

  @ApiPropertyOptional({ example: '+4915112345678', description: "E.164, or as written in the company's country" })
  @MayBeAbsent()
  @IsString()
  @MaxLength(PHONE_MAX)
  phoneNumber?: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', description: "IANA; default: the company's" })
  @MayBeAbsent()
  @IsTimeZoneName()
  timeZone?: string;

  @ApiPropertyOptional({ example: 'de', description: 'ISO 639-1' })
  @MayBeAbsent()
  @Matches(/^[a-z]{2}(-[A-Z]{2})?$/, { message: '$property must be a language such as de' })
  language?: string;
}

export class BookingLocationDto {
  @ApiProperty({ enum: LOCATION_TYPES })
  @IsIn(LOCATION_TYPES)
  type: (typeof LOCATION_TYPES)[number];

  @ApiPropertyOptional({ description: 'Address, text, phone or integration name, where the type needs one' })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(500)
  value?: string;
}

export class CreateBookingDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Our id of the event type; or else a service' })
  @ValidateIf(({ eventTypeId, serviceId }: CreateBookingDto) => eventTypeId !== undefined || serviceId === undefined)
  @IsUUID('all', { message: '$property must be a UUID, unless a serviceId is given' })
  eventTypeId?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'A service of one segment; of several, book at `/api/composite-bookings`',
  })
  @MayBeAbsent()
  @IsUUID('all')
  serviceId?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Who of the staff shall do the service; the first who is free when absent',
  })
  @MayBeAbsent()
  @IsUUID('all')
  staffId?: string;

  @ApiProperty({ format: 'date-time', example: '2026-12-01T09:00:00+01:00' })
  @IsInstant()
  start: string;

  @ApiProperty({ type: AttendeeDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => AttendeeDto)
  attendee: AttendeeDto;

  @ApiPropertyOptional({ type: [String], maxItems: GUESTS_MAX, description: 'E-mail addresses' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(GUESTS_MAX)
  @IsEmail({}, { each: true, message: 'each of $property must be an e-mail address' })
  guests?: string[];

  @ApiPropertyOptional({ type: BookingLocationDto })
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => BookingLocationDto)
  location?: BookingLocationDto;

  @ApiPropertyOptional({ maxLength: TEXT_MAX })
  @MayBeAbsent()
  @IsString()
  @MaxLength(TEXT_MAX)
  notes?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Custom booking fields by slug' })
  @MayBeAbsent()
  @IsResponses()
  responses?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'At most 40 keys of at most 40 characters, values of at most 500; no key begins with `slotbridge`',
  })
  @MayBeAbsent()
  @IsCallerMetadata()
  metadata?: Record<string, string>;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'A hold of this event type and start, which the booking uses up',
  })
  @MayBeAbsent()
  @IsUUID()
  holdId?: string;

  @ApiPropertyOptional({ description: 'As the hold was answered with; needed with a publishable key' })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(100)
  holdToken?: string;
}

export class RescheduleDto {
  @ApiProperty({ format: 'date-time' })
  @IsInstant()
  start: string;

  @ApiPropertyOptional({ maxLength: 500 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  reason?: string;
}

export class ReasonDto {
  @ApiPropertyOptional({ maxLength: 500 })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(500)
  reason?: string;
}

export class CancelDto extends ReasonDto {
  @ApiPropertyOptional({ maxLength: 500, description: 'The older name of `reason`' })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(500)
  cancellationReason?: string;
}

export class AbsentAttendeeDto {
  @ApiProperty({ format: 'email' })
  @IsEmail()
  email: string;

  @ApiProperty()
  @IsBoolean()
  absent: boolean;
}

export class MarkAbsentDto {
  @ApiPropertyOptional()
  @ValidateIf((body: MarkAbsentDto) => body.host !== undefined || body.attendees === undefined)
  @IsBoolean({ message: '$property must be true or false, unless attendees are given' })
  host?: boolean;

  @ApiPropertyOptional({ type: [AbsentAttendeeDto] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(GUESTS_MAX)
  @ValidateNested({ each: true })
  @Type(() => AbsentAttendeeDto)
  attendees?: AbsentAttendeeDto[];
}

export class ListBookingsDto extends pageQuery(20) {
  @ApiPropertyOptional({ description: 'One status, or several with commas between' })
  @MayBeAbsent()
  @IsStatusList()
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
  @IsUUID()
  eventTypeId?: string;

  @ApiPropertyOptional({ format: 'email' })
  @MayBeAbsent()
  @IsEmail()
  attendeeEmail?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUUID()
  customerId?: string;
}

export class BookingPageDto {
  @ApiProperty({ type: [BookingView] })
  data: BookingView[];

  @ApiPropertyOptional()
  nextCursor?: string;
}
