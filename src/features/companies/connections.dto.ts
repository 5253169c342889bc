import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { IsProviderNumber } from '../../foundation/http/validation';
import { PROVIDER_NAMES, type ProviderName } from '../../scheduling/connection-store';
import type { ProviderCapabilities } from '../../scheduling/provider-port';
import { MayBeAbsent } from './companies.dto';
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

  @ApiProperty({ type: Object, nullable: true })
  capabilities: ProviderCapabilities | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  verifiedAt: string | null;

  @ApiProperty({ type: WebhookStateDto })
  webhook: WebhookStateDto;
}

export function toConnectionDto(connection: Connection): ConnectionDto {
  const { id, provider, status, usesEnvironmentKey, sharedEventTypeIds } = connection;
  return {
    id,
    provider,
    baseUrl: connection.baseUrl ?? null,
    status,
    usesEnvironmentKey,
    sharedEventTypeIds,
    accountId: connection.accountId ?? null,
    accountTimeZone: connection.accountTimeZone ?? null,
    capabilities: connection.capabilities ?? null,
    verifiedAt: connection.verifiedAt?.toISOString() ?? null,
    webhook: {
      registeredAt: connection.webhookRegisteredAt?.toISOString() ?? null,
      error: connection.webhookError ?? null,
    },
  };
}
