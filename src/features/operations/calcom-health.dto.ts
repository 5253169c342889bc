import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ProviderCapabilities } from '../../scheduling/provider-port';

export const HEALTH_STATUSES = ['healthy', 'degraded', 'unhealthy'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** What is left of the calls that the credential may make, by all processes of this deployment together. */
export class PaceHealth {
  @ApiProperty({ example: 116, description: 'calls in any window' })
  limit!: number;

  @ApiProperty({ example: 61 })
  windowSeconds!: number;

  @ApiProperty({ description: 'calls that could be made now; 0 while blocked' })
  left!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'the provider refuses the credential for its rate until then; null when it does not',
  })
  blockedUntil!: string | null;
}

/** How the caller's own connection is; never its credential. */
export class ConnectionHealth {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  provider!: string;

  @ApiProperty({ enum: ['unverified', 'verified', 'credential_refused'] })
  status!: string;

  @ApiProperty({ description: 'the provider does not accept the credential: renew it' })
  credentialRefused!: boolean;

  @ApiProperty()
  usesEnvironmentKey!: boolean;

  @ApiProperty({ type: Object, nullable: true })
  capabilities!: ProviderCapabilities | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  webhookRegisteredAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'why the webhook could not be registered' })
  webhookError!: string | null;

  @ApiProperty({
    type: PaceHealth,
    nullable: true,
    description: 'null when it cannot be found out; companies without a key of their own share it',
  })
  pace!: PaceHealth | null;
}

/** How the company's bookings agree with the provider's. */
export class SynchronisationHealth {
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'when bookings were last looked at' })
  lastRunAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when a look last came to the end of what had changed',
  })
  lastSuccessAt!: string | null;

  @ApiProperty({ description: 'bookings that were not as recorded here, in all looks together' })
  driftFound!: number;

  @ApiProperty({ description: 'of these, bookings that are as recorded now' })
  healed!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'since when the oldest booking has had an unknown outcome; null when none has',
  })
  oldestPendingAt!: string | null;
}

/** The field names of older dashboards, hence the underscores. */
export class CalcomHealth {
  @ApiProperty({ enum: HEALTH_STATUSES })
  status!: HealthStatus;

  @ApiProperty({ description: 'at least one connection got an answer within the last minute' })
  api_reachable!: boolean;

  @ApiProperty({ description: 'every connection has its webhook registered' })
  webhook_registered!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'last complete sync of event types' })
  last_sync!: string | null;

  @ApiProperty()
  event_types_count!: number;

  @ApiProperty({ example: '2026c', description: 'version of the zone rules: old ones book an hour wrong' })
  time_zone_data!: string;

  @ApiPropertyOptional({ type: ConnectionHealth, nullable: true, description: 'only with a secret key' })
  connection?: ConnectionHealth | null;

  @ApiPropertyOptional({ type: SynchronisationHealth, description: 'only with a secret key' })
  synchronisation?: SynchronisationHealth;
}
