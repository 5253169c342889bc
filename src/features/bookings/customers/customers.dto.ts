import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { IsFilled, IsTimeZoneName, MayBeAbsent } from '../../../foundation/http/validation';
import { pageQuery } from '../../../foundation/http/page-query.dto';

const NAME_MAX = 200;
/** Longer than any number with its separators. */
const PHONE_MAX = 40;
const MayBeNull = () => ValidateIf((_: object, value: unknown) => value !== undefined && value !== null);

export class ListCustomersDto extends pageQuery(20) {
  @ApiPropertyOptional({ format: 'email' })
  @MayBeAbsent()
  @IsEmail()
  email?: string;

  @ApiPropertyOptional({
    example: '0151 1234567',
    description: "E.164 (`+` as `%2B`), or as written in the company's country",
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(PHONE_MAX)
  phoneNumber?: string;

  @ApiPropertyOptional({ description: 'What the name begins with; letter case does not matter' })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(NAME_MAX)
  name?: string;
}

/** Fields that are left out stay. One of `email` and `phoneNumber` must remain. */
export class ChangeCustomerDto {
  @ApiPropertyOptional({ maxLength: NAME_MAX })
  @MayBeAbsent()
  @IsString()
  @IsFilled()
  @MaxLength(NAME_MAX)
  name?: string;

  @ApiPropertyOptional({ type: String, format: 'email', nullable: true })
  @MayBeNull()
  @IsEmail()
  email?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '0151 1234567',
    description: "E.164, or as written in the company's country",
  })
  @MayBeNull()
  @IsString()
  @MaxLength(PHONE_MAX)
  phoneNumber?: string | null;

  @ApiPropertyOptional({ example: 'Europe/Berlin' })
  @MayBeAbsent()
  @IsTimeZoneName()
  timeZone?: string;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'de' })
  @MayBeNull()
  @Matches(/^[a-z]{2}(-[A-Z]{2})?$/, { message: '$property must be a language such as de' })
  language?: string | null;
}

export class CustomerView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiPropertyOptional({ format: 'email' })
  email?: string;

  @ApiPropertyOptional({ example: '+491511234567' })
  phoneNumber?: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiPropertyOptional({ example: 'de' })
  language?: string;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}

export class CustomerPageDto {
  @ApiProperty({ type: [CustomerView] })
  data: CustomerView[];

  @ApiPropertyOptional()
  nextCursor?: string;
}
