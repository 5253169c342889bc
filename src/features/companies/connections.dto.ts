import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsProviderNumber, MayBeAbsent } from '../../foundation/http/validation';
import { PROVIDER_NAMES, type ProviderName } from '../../scheduling/connection-store';
import type { ProviderCapabilities } from '../../scheduling/provider-port';
import { ApiVersionsDto, PaceDto } from './connection-settings.dto';
import type { Connection } from './connections.service';

export class PutConnectionDto {
  @ApiProperty({ enum: PROVIDER_NAMES })
  @IsIn(PROVIDER_NAMES)
  provider: ProviderName;

  @ApiPropertyOptional({
    description: "The company's key at the provider; absent = the service's own key.",
    writeOnly: true,
  })
  @MayBeAbsent()
  @MaxLength(500)
  @Matches(/^[\x21-\x7e]+$/, { message: '$property must be a key without white space' })
  apiKey?: string;

  @ApiPropertyOptional({ example: 'https://api.cal.com', description: 'Scheme, host and port; with an apiKey only.' })
  @MayBeAbsent()
  @MaxLength(300)
  @IsString()
  baseUrl?: string;

  @ApiPropertyOptional({ type: [String], example: ['907311'], description: 'Without an apiKey: all that is seen.' })
  @MayBeAbsent()
  @IsProviderNumber({ each: true })
  @ArrayUnique()
  @ArrayMaxSize(500)
  @IsArray()
  sharedEventTypeIds?: string[];

  @ApiPropertyOptional({
    type: ApiVersionsDto,
    description: 'Versions that the provider is asked in, by family. Refused unless the provider speaks them.',
  })
  @MayBeAbsent()
  @Type(() => ApiVersionsDto)
  @ValidateNested()
  @IsObject()
  apiVersions?: ApiVersionsDto;

  @ApiPropertyOptional({
    type: PaceDto,
    description:
      "The provider's limit for this key, where it is not the usual one. With an apiKey only: the service's own key is " +
      'shared, and one company cannot set the pace of others.',
  })
  @MayBeAbsent()
  @Type(() => PaceDto)
  @ValidateNested()
  @IsObject()
  pace?: PaceDto;
}

export class WebhookStateDto {
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null: not registered.' })
  registeredAt: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why the last registration failed.' })
  error: string | null;
}

/** A connection without its secrets. */
export class ConnectionDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ enum: PROVIDER_NAMES })
  provider: ProviderName;

  @ApiProperty({ type: String, nullable: true, description: "Null: the service's default address." })
  baseUrl: string | null;

  @ApiProperty({ enum: ['unverified', 'verified', 'credential_refused'] })
  status: string;

  @ApiProperty()
  usesEnvironmentKey: boolean;

  @ApiProperty({ type: [String] })
  sharedEventTypeIds: string[];

  @ApiProperty({ type: String, nullable: true, description: "The provider's number of the account." })
  accountId: string | null;

  @ApiProperty({ type: String, nullable: true })
  accountTimeZone: string | null;

  @ApiProperty({ type: Object, nullable: true, description: 'As the last verification found them.' })
  capabilities: ProviderCapabilities | null;

  @ApiProperty({ type: ApiVersionsDto, description: 'As set; of families left out the usual version is asked for.' })
  apiVersions: ApiVersionsDto;

  @ApiProperty({ type: PaceDto, nullable: true, description: 'Null: the usual pace.' })
  pace: PaceDto | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  verifiedAt: string | null;

  @ApiProperty({ type: WebhookStateDto })
  webhook: WebhookStateDto;
}

export function toConnectionDto(connection: Connection): ConnectionDto {
  const { id, provider, status, usesEnvironmentKey, sharedEventTypeIds, settings } = connection;
  return {
    id,
    provider,
    baseUrl: connection.baseUrl ?? null,
    status,
    usesEnvironmentKey,
    sharedEventTypeIds,
    ...findings(connection),
    apiVersions: settings.apiVersions ?? {},
    pace: settings.pace ?? null,
    webhook: {
      registeredAt: connection.webhookRegisteredAt?.toISOString() ?? null,
      error: connection.webhookError ?? null,
    },
  };
}

function findings(
  connection: Connection,
): Pick<ConnectionDto, 'accountId' | 'accountTimeZone' | 'capabilities' | 'verifiedAt'> {
  return {
    accountId: connection.accountId ?? null,
    accountTimeZone: connection.accountTimeZone ?? null,
    capabilities: connection.capabilities ?? null,
    verifiedAt: connection.verifiedAt?.toISOString() ?? null,
  };
}
