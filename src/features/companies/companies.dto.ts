import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, MaxLength } from 'class-validator';
import { IsFilled, IsTimeZoneName, MayBeAbsent } from '../../foundation/http/validation';
import { IsCountryCode, IsLocale } from './company-rules';
import { pageQuery } from '../../foundation/http/page-query.dto';

export class CreateCompanyDto {
  @ApiProperty({ example: 'Salon Lindner', maxLength: 200 })
  @MaxLength(200)
  @IsFilled()
  name: string;

  @ApiProperty({ example: 'Europe/Berlin', description: 'IANA name in any letter case; kept in its canonical one.' })
  @IsTimeZoneName()
  timeZone: string;

  @ApiProperty({ example: 'de-DE', description: 'BCP 47 tag; kept in its canonical form.' })
  @IsLocale()
  locale: string;

  @ApiProperty({ example: 'DE', description: 'ISO 3166 code: where phone numbers without a country belong.' })
  @IsCountryCode()
  defaultPhoneCountry: string;

  @ApiPropertyOptional({
    description:
      'Whether all starts of a visit are reserved at the provider while it is being booked, where the provider can; false when absent. It hides them from others, costs a call for each, and guards nothing.',
  })
  @MayBeAbsent()
  @IsBoolean()
  reserveVisits?: boolean;
}

/** Fields that are left out stay as they are; one at least must be there. */
export class ChangeCompanyDto extends PartialType(CreateCompanyDto, { skipNullProperties: false }) {}

export class ListCompaniesDto extends pageQuery(50) {}

export class CompanyDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty({ example: 'de-DE' })
  locale: string;

  @ApiProperty({ example: 'DE' })
  defaultPhoneCountry: string;

  @ApiProperty({ description: 'Whether all starts of a visit are reserved at the provider while it is being booked' })
  reserveVisits: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;
}

export class CompanyPageDto {
  @ApiProperty({ type: [CompanyDto] })
  data: CompanyDto[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last one.' })
  nextCursor?: string;
}
