import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { ArrayUnique, IsArray, IsBoolean, IsIn, IsString, MaxLength, ValidateIf } from 'class-validator';
import { DISABLED_REASONS, type DisabledReason, type WebhookEndpoint } from './endpoints.entity';
import { OUTGOING_EVENT_TYPES } from './outgoing-event-types';
import { MayBeAbsent } from '../../foundation/http/validation';

export class CreateEndpointDto {
  @ApiProperty({ example: 'https://hooks.salon.example/slotbridge', maxLength: 2000, description: 'public, https' })
  @MaxLength(2_000)
  @IsString()
  url: string;

  @ApiPropertyOptional({
    enum: OUTGOING_EVENT_TYPES,
    isArray: true,
    description: 'Only these types; empty or left out: every type, also those to come.',
  })
  @MayBeAbsent()
  @IsIn(OUTGOING_EVENT_TYPES, { each: true })
  @ArrayUnique()
  @IsArray()
  types?: string[];

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200 })
  @ValidateIf((_: object, value: unknown) => value !== undefined && value !== null)
  @MaxLength(200)
  @IsString()
  description?: string | null;

  @ApiPropertyOptional({ default: true, description: 'Nothing is sent to a disabled endpoint; its events are kept.' })
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

/** Fields that are left out stay as they are. */
export class ChangeEndpointDto extends PartialType(CreateEndpointDto, { skipNullProperties: false }) {}

export class EndpointView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  url: string;

  @ApiProperty({ type: String, nullable: true })
  description: string | null;

  @ApiProperty({ enum: OUTGOING_EVENT_TYPES, isArray: true, description: 'empty: every type' })
  types: string[];

  @ApiProperty()
  enabled: boolean;

  @ApiProperty({
    enum: DISABLED_REASONS,
    nullable: true,
    description: '`gone`: it answered 410; `failing`: nothing succeeded for three days',
  })
  disabledReason: DisabledReason | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  disabledAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'no success since' })
  failingSince: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'until then the secret before the last rotation signs as well',
  })
  previousSecretUntil: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;
}

export class EndpointWithSecret extends EndpointView {
  @ApiProperty({ example: 'whsec_...', description: 'Shown in this answer only.' })
  secret: string;
}

export class EndpointList {
  @ApiProperty({ type: [EndpointView] })
  data: EndpointView[];
}

export function endpointView(row: WebhookEndpoint): EndpointView {
  const { id, url, description, types, enabled, disabledReason, previousSecretUntil } = row;
  return {
    id,
    url,
    description,
    types,
    enabled,
    disabledReason,
    disabledAt: row.disabledAt?.toISOString() ?? null,
    failingSince: row.failingSince?.toISOString() ?? null,
    previousSecretUntil: previousSecretUntil?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
