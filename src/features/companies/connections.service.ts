import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import type { AppConfig } from '../../foundation/config/app-config';
import { ApiError } from '../../foundation/errors/api-error';
import type { ConnectionSettings, ProviderName } from '../../scheduling/connection-store';
import type { ProviderCapabilities } from '../../scheduling/provider-port';
import { AuditLog, SYSTEM } from './audit-log.repository';
import type { ConnectionRow, ConnectionStatus } from './connection.entity';
import { ConnectionsRepository } from './connections.repository';

/** A connection without its secrets. */
export interface Connection {
  id: string;
  companyId: string;
  provider: ProviderName;
  /** Undefined: the deployment's default address. */
  baseUrl?: string;
  /** Where calls go: {@link baseUrl}, or the default. Companies with the same one share its hosts. */
  address: string;
  status: ConnectionStatus;
  /** The company brought no credential; then it may see {@link sharedEventTypeIds} only. */
  usesEnvironmentKey: boolean;
  sharedEventTypeIds: string[];
  /** The provider's id of the account. */
  accountId?: string;
  accountTimeZone?: string;
  capabilities?: ProviderCapabilities;
  settings: ConnectionSettings;
  verifiedAt?: Date;
  webhookRegisteredAt?: Date;
  /** Why the webhook could not be registered, as a code. */
  webhookError?: string;
}

/** The connections as other features may know them. */
@Injectable()
export class ConnectionsService {
  private readonly defaultCompany: string | undefined;
  private readonly defaultAddress: string;

  constructor(
    private readonly rows: ConnectionsRepository,
    private readonly audit: AuditLog,
    private readonly logger: PinoLogger,
    config: ConfigService<AppConfig, true>,
  ) {
    this.defaultAddress = new URL(config.get('calcom', { infer: true }).baseUrl).origin;
    this.defaultCompany = config.get('compatDefaultCompany', { infer: true });
  }

  /** @throws ApiError SERVICE_NOT_READY with reason `NO_CONNECTION` */
  async forCompany(companyId: string): Promise<Connection> {
    const connection = await this.ofCompany(companyId);
    if (!connection) throw new ApiError('SERVICE_NOT_READY', { details: { reason: 'NO_CONNECTION' } });
    return connection;
  }

  async ofCompany(companyId: string): Promise<Connection | undefined> {
    return this.known(await this.rows.ofCompany(companyId));
  }

  async byId(connectionId: string): Promise<Connection | undefined> {
    return this.known(await this.rows.find(connectionId));
  }

  /** Of all companies, oldest first. */
  async all(): Promise<Connection[]> {
    return (await this.rows.all()).map((row) => this.toConnection(row));
  }

  /**
   * Whose webhooks arrive at the address that names no connection: the default company's, or else the one that alone
   * uses the environment's key. Undefined when that is nobody, or several.
   */
  async defaultForWebhooks(): Promise<Connection | undefined> {
    if (this.defaultCompany) return this.ofCompany(this.defaultCompany);
    const sharing = (await this.all()).filter((connection) => connection.usesEnvironmentKey);
    return sharing.length === 1 ? sharing[0] : undefined;
  }

  /** Remembers that the provider refused the credential: it rests, and people can see why. Never throws for an unknown id. */
  async markCredentialRefused(connectionId: string): Promise<void> {
    const flagged = await this.rows.transaction(async (manager) => {
      const row = await this.rows.markRefused(manager, connectionId);
      if (!row) return undefined;
      const entry = { companyId: row.companyId, action: 'connection.credential_refused' as const, subjectId: row.id };
      await this.audit.record(manager, SYSTEM, entry);
      return row;
    });
    if (!flagged) return;
    const { companyId } = flagged;
    this.logger.error({ alert: 'CREDENTIAL_REFUSED', connectionId, companyId }, 'the provider refused the credential');
  }

  private known(row: ConnectionRow | undefined): Connection | undefined {
    return row && this.toConnection(row);
  }

  private toConnection(row: ConnectionRow): Connection {
    return {
      id: row.id,
      companyId: row.companyId,
      provider: row.provider,
      baseUrl: row.baseUrl ?? undefined,
      address: row.baseUrl ?? this.defaultAddress,
      status: row.status,
      usesEnvironmentKey: row.sealedCredential === null,
      sharedEventTypeIds: row.sharedEventTypeIds,
      accountId: row.accountId ?? undefined,
      accountTimeZone: row.accountTimeZone ?? undefined,
      capabilities: row.capabilities ?? undefined,
      settings: row.settings,
      verifiedAt: row.verifiedAt ?? undefined,
      webhookRegisteredAt: row.webhookRegisteredAt ?? undefined,
      webhookError: row.webhookError ?? undefined,
    };
  }
}
