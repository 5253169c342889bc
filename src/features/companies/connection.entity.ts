import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ConnectionSettings, ProviderName } from '../../scheduling/connection-store';
import type { ProviderCapabilities } from '../../scheduling/provider-port';

export type ConnectionStatus = 'unverified' | 'verified' | 'credential_refused';

/** A company's account at a provider. Secrets are sealed; only {@link ConnectionSecrets} opens them. */
@Entity('connections')
export class ConnectionRow {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'company_id', type: 'uuid' })
  companyId: string;

  @Column({ name: 'provider', type: 'text' })
  provider: ProviderName;

  /** Null: the deployment's default address. */
  @Column({ name: 'base_url', type: 'text', nullable: true })
  baseUrl: string | null;

  /** Null: the environment's key. */
  @Column({ name: 'sealed_credential', type: 'text', nullable: true })
  sealedCredential: string | null;

  /** The provider's numbers of the event types that a company on the environment's key may see. */
  @Column({ name: 'shared_event_type_ids', type: 'text', array: true })
  sharedEventTypeIds: string[];

  @Column({ name: 'status', type: 'text' })
  status: ConnectionStatus;

  @Column({ name: 'capabilities', type: 'jsonb', nullable: true })
  capabilities: ProviderCapabilities | null;

  /** What an operator has set; `{}` = nothing. */
  @Column({ name: 'settings', type: 'jsonb' })
  settings: ConnectionSettings;

  @Column({ name: 'account_id', type: 'text', nullable: true })
  accountId: string | null;

  @Column({ name: 'account_time_zone', type: 'text', nullable: true })
  accountTimeZone: string | null;

  @Column({ name: 'verified_at', type: 'timestamptz', nullable: true })
  verifiedAt: Date | null;

  /** When the provider last refused the credential; cleared by a verification. */
  @Column({ name: 'credential_refused_at', type: 'timestamptz', nullable: true })
  credentialRefusedAt: Date | null;

  @Column({ name: 'sealed_webhook_secret', type: 'text', nullable: true })
  sealedWebhookSecret: string | null;

  @Column({ name: 'webhook_provider_id', type: 'text', nullable: true })
  webhookProviderId: string | null;

  @Column({ name: 'webhook_registered_at', type: 'timestamptz', nullable: true })
  webhookRegisteredAt: Date | null;

  /** Why the last registration failed, as a code of ours; null when it did not. */
  @Column({ name: 'webhook_error', type: 'text', nullable: true })
  webhookError: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
