import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsDefined,
  IsEmail,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import {
  IsDateOrInstant,
  IsFilled,
  IsInstant,
  IsProviderNumber,
  IsTimeZoneName,
  MayBeAbsent,
} from '../../foundation/http/validation';

export class OlderAttendeeDto {
  @ApiProperty()
  @IsString()
  @IsFilled()
  @MaxLength(200)
  name: string;

  @ApiPropertyOptional({ format: 'email', description: 'E-mail or phone number is needed' })
  @ValidateIf((attendee: OlderAttendeeDto) => attendee.email !== undefined || attendee.phoneNumber === undefined)
  @IsEmail({}, { message: '$property must be an e-mail address, unless a phoneNumber is given' })
  email?: string;

  @ApiPropertyOptional({ example: '+4915112345678', description: 'E.164' })
  @MayBeAbsent()
  @Matches(/^\+[1-9]\d{6,14}$/, { message: '$property must be an E.164 number such as +4915112345678' })
  phoneNumber?: string;
}

export class ReserveDto {
  @ApiPropertyOptional({ example: '123', description: "The provider's number; a default can be configured" })
  @MayBeAbsent()
  @IsProviderNumber()
  eventTypeId?: string;

  @ApiProperty({ format: 'date-time' })
  @IsInstant()
  start: string;

  @ApiPropertyOptional({ format: 'date-time', description: "Must fit the event type's length" })
  @MayBeAbsent()
  @IsInstant()
  end?: string;

  @ApiProperty({ type: OlderAttendeeDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => OlderAttendeeDto)
  attendee: OlderAttendeeDto;

  @ApiPropertyOptional({ example: 'Europe/Berlin' })
  @MayBeAbsent()
  @IsTimeZoneName()
  timezone?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: "`location` and `notes` go to the provider's own fields, the rest to the booking's metadata",
  })
  @MayBeAbsent()
  @IsObject()
  metadata?: Record<string, unknown>;
}

export class OlderSlotsQueryDto {
  @ApiPropertyOptional({ example: '123' })
  @MayBeAbsent()
  @IsProviderNumber()
  eventTypeId?: string;

  @ApiPropertyOptional({ description: 'A date or an instant; `startTime` is its older name' })
  @ValidateIf((query: OlderSlotsQueryDto) => query.start !== undefined || query.startTime === undefined)
  @IsDateOrInstant()
  start?: string;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @IsDateOrInstant()
  startTime?: string;

  @ApiPropertyOptional({ description: 'A date (its whole day) or an instant; `endTime` is its older name' })
  @ValidateIf((query: OlderSlotsQueryDto) => query.end !== undefined || query.endTime === undefined)
  @IsDateOrInstant()
  end?: string;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @IsDateOrInstant()
  endTime?: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', description: "Default: the company's zone" })
  @MayBeAbsent()
  @IsTimeZoneName()
  timeZone?: string;

  @ApiPropertyOptional({ description: 'The older name of `timeZone`' })
  @MayBeAbsent()
  @IsTimeZoneName()
  timezone?: string;
}

export class EventDetailsView {
  @ApiProperty({ format: 'date-time' })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;

  @ApiProperty({ example: '123' })
  eventTypeId: string;
}

export class ReservationAttendeeView {
  @ApiProperty()
  name: string;

  @ApiPropertyOptional()
  email?: string;

  @ApiPropertyOptional()
  phoneNumber?: string;
}

export class ReservationView {
  @ApiProperty({ format: 'uuid', description: 'The id of the booking: `/api/bookings/{reservationId}`' })
  reservationId: string;

  @ApiProperty({ example: 'confirmed' })
  status: string;

  @ApiProperty({ type: EventDetailsView })
  eventDetails: EventDetailsView;

  @ApiProperty({ type: ReservationAttendeeView })
  attendee: ReservationAttendeeView;
}

export class OlderSlotView {
  @ApiProperty({ format: 'date-time' })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;
}

export class OlderSlotsView {
  @ApiProperty({ type: [OlderSlotView] })
  slots: OlderSlotView[];
}
