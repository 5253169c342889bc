import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import { ConnectionCredential, ConnectionStore } from '../../scheduling/connection-store';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { ConnectionRow } from './connection.entity';
import { ConnectionSecrets } from './connection-secrets';
import { ConnectionsRepository } from './connections.repository';

/**
 * How long a refused credential is not tried again. A provider that lost its mind for a moment is forgiven in half a
 * minute; a key that is really gone costs two calls a minute instead of one for each request.
 */
const REFUSED_REST_MS = 30_000;

/** Credentials from the database, the environment's key where a connection has none of its own. */
@Injectable()
export class SealedConnectionStore extends ConnectionStore {
  private readonly calcom: AppConfig['calcom'];

  constructor(
    private readonly rows: ConnectionsRepository,
    private readonly secrets: ConnectionSecrets,
    config: ConfigService<AppConfig, true>,
  ) {
    super();
    this.calcom = config.get('calcom', { infer: true });
  }

  async credential(connectionId: string): Promise<ConnectionCredential> {
    const row = await this.rows.find(connectionId);
    if (!row) throw new SchedulingError('AUTHENTICATION_FAILED', 'there is no such connection');
    if (row.status === 'credential_refused') await this.assertRested(connectionId);
    return this.credentialOf(row);
  }

  /**
   * The same for a row at hand, also while a refused credential rests: for whoever wants to verify it.
   *
   * @throws SchedulingError `AUTHENTICATION_FAILED`
   */
  async credentialOf(row: ConnectionRow): Promise<ConnectionCredential> {
    const { id: connectionId, companyId, provider, capabilities, settings } = row;
    const known = { connectionId, companyId, provider, settings, ...(capabilities ? { capabilities } : {}) };
    if (row.sealedCredential === null) return { ...known, ...this.environmentKey() };
    const apiKey = await this.secrets.open(row, 'sealedCredential');
    if (apiKey === undefined) throw new SchedulingError('AUTHENTICATION_FAILED', 'the stored credential is unreadable');
    return { ...known, source: 'own', apiKey, baseUrl: row.baseUrl ?? this.calcom.baseUrl };
  }

  async webhookSecrets(connectionId: string): Promise<string[]> {
    const row = await this.rows.find(connectionId);
    if (!row) return [];
    const own = await this.secrets.open(row, 'sealedWebhookSecret');
    const environments = row.sealedCredential === null ? this.calcom.webhookSecret : undefined;
    return [own, environments].filter((secret) => secret !== undefined);
  }

  /** The deployment's own key goes to the deployment's own address only. */
  private environmentKey(): Pick<ConnectionCredential, 'source' | 'apiKey' | 'baseUrl'> {
    const { apiKey, baseUrl } = this.calcom;
    if (!apiKey) throw new SchedulingError('AUTHENTICATION_FAILED', 'the connection has no credential');
    return { source: 'environment', apiKey, baseUrl };
  }

  private async assertRested(connectionId: string): Promise<void> {
    const ms = await this.rows.msSinceRefusal(connectionId);
    if (ms === undefined || ms >= REFUSED_REST_MS) return;
    throw new SchedulingError(
      'AUTHENTICATION_FAILED',
      'the credential was refused a moment ago and is not tried again',
    );
  }
}
