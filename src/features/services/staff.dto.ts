import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsEmail, MaxLength, ValidateIf } from 'class-validator';
import { IsFilled, MayBeAbsent } from '../../foundation/http/validation';
import type { HostChosenBy, StaffMember } from './staff.repository';

/** May be left out, and null takes away what is there. */
const MayBeTakenAway = () => ValidateIf((_: object, value: unknown) => value !== undefined && value !== null);

export class CreateStaffDto {
  @ApiProperty({ example: 'Maria Lindner', maxLength: 200 })
  @MaxLength(200)
  @IsFilled()
  name: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 254,
    description: 'Their address at the provider, only to find them among the hosts; null takes it away.',
  })
  @MayBeTakenAway()
  @MaxLength(254)
  @IsEmail({}, { message: '$property must be an e-mail address' })
  email?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 100,
    example: '4182',
    description:
      "The provider's id of the person (`hosts` of an event type). Given here it stays whatever is matched; null takes " +
      'it away, so that `POST /api/staff/match` proposes one again.',
  })
  @MayBeTakenAway()
  @MaxLength(100)
  @IsFilled()
  hostId?: string | null;

  @ApiPropertyOptional({ default: true, description: 'Whether the person can be booked.' })
  @MayBeAbsent()
  @IsBoolean()
  active?: boolean;
}

/** Fields that are left out stay as they are; one at least must be there. */
export class ChangeStaffDto extends PartialType(CreateStaffDto, { skipNullProperties: false }) {}

export class StaffDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiPropertyOptional()
  email?: string;

  @ApiProperty()
  active: boolean;

  @ApiPropertyOptional({ description: "The provider's id of the person; absent = not found among the hosts yet." })
  hostId?: string;

  @ApiPropertyOptional({ enum: ['hand', 'match'], description: 'Who said so; there exactly when there is a host.' })
  hostChosenBy?: HostChosenBy;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;
}

export class StaffPageDto {
  @ApiProperty({ type: [StaffDto] })
  data: StaffDto[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last one.' })
  nextCursor?: string;
}

export function toStaffDto({ id, name, email, active, hostId, hostChosenBy, createdAt }: StaffMember): StaffDto {
  return {
    id,
    name,
    ...(email === null ? {} : { email }),
    active,
    ...(hostId === null || hostChosenBy === null ? {} : { hostId, hostChosenBy }),
    createdAt: createdAt.toISOString(),
  };
}
