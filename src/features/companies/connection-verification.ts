import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import { ApiError, invalidField } from '../../foundation/errors/api-error';
import type { ConnectionCredential, ProviderName } from '../../scheduling/connection-store';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';
import { providerBaseUrl } from './base-url';
import type { ConnectionRow } from './connection.entity';
import { type ApiVersionsDto, type PaceDto, settingsOf } from './connection-settings.dto';
import { ConnectionSecrets } from './connection-secrets';
import type { VerifiedFields } from './connections.repository';
import { ConnectionsService } from './connections.service';
import { SealedConnectionStore } from './sealed-connection-store';

/** What an operator wants a company's connection to be. */
export interface ConnectionWish {
  provider: ProviderName;
  /** Absent: the environment's key, and then only the listed event types. */
  apiKey?: string;
  baseUrl?: string;
  sharedEventTypeIds?: string[];
  apiVersions?: ApiVersionsDto;
  /** With an apiKey only. */
  pace?: PaceDto;
}

type Findings = Pick<VerifiedFields, 'capabilities' | 'accountId' | 'accountTimeZone'>;

/** What a verification may fail with; any other answer means that nobody there speaks the provider's API. */
const EXPECTED: SchedulingErrorCode[] = ['AUTHENTICATION_FAILED', 'RATE_LIMITED', 'UNAVAILABLE'];

/** Proves credentials at the provider, before they are stored and whenever somebody asks. */
@Injectable()
export class ConnectionVerification {
  constructor(
    private readonly directory: ProviderDirectory,
    private readonly store: SealedConnectionStore,
    private readonly secrets: ConnectionSecrets,
    private readonly connections: ConnectionsService,
    private readonly config: ConfigService<AppConfig, true>,
  ) {}

  /**
   * Proves a credential that is not stored yet, and makes it ready to be stored. Stores nothing.
   *
   * @throws SchedulingError `AUTHENTICATION_FAILED` when the provider refuses it.
   * @throws ApiError VALIDATION_ERROR for a wish that contradicts itself, this deployment or what the provider speaks.
   */
  async check(companyId: string, connectionId: string, wish: ConnectionWish): Promise<VerifiedFields> {
    const { provider, apiKey, sharedEventTypeIds = [] } = wish;
    const baseUrl = await this.baseUrlOf(wish);
    const settings = settingsOf(wish);
    const identity = { connectionId, companyId, provider, settings };
    const { calcom } = this.environment();
    const credential: ConnectionCredential = apiKey
      ? { ...identity, source: 'own', apiKey, baseUrl: baseUrl ?? calcom.baseUrl }
      : { ...identity, source: 'environment', apiKey: calcom.apiKey ?? '', baseUrl: calcom.baseUrl };
    const sealedCredential = apiKey ? this.secrets.seal(apiKey, companyId, 'sealedCredential') : null;
    const findings = await this.prove(credential);
    return { provider, baseUrl, sealedCredential, sharedEventTypeIds, settings, ...findings };
  }

  /** Proves the stored credential again, as the connection is set. @throws SchedulingError `AUTHENTICATION_FAILED`; then the connection is flagged. */
  async recheck(row: ConnectionRow): Promise<Findings> {
    try {
      return await this.prove(await this.store.credentialOf(row));
    } catch (error) {
      if (isCode(error, ['AUTHENTICATION_FAILED'])) await this.connections.markCredentialRefused(row.id);
      throw error;
    }
  }

  private async baseUrlOf({ apiKey, baseUrl, sharedEventTypeIds, pace }: ConnectionWish): Promise<string | null> {
    const { calcom, allowPrivateHosts } = this.environment();
    if (apiKey === undefined) {
      if (!calcom.apiKey) throw invalidField('apiKey', 'is required, because this service has no key of its own');
      // Anywhere else, the deployment's own key would be given away.
      if (baseUrl !== undefined) throw invalidField('baseUrl', 'needs an apiKey');
      if (pace !== undefined) throw invalidField('pace', "needs an apiKey: the service's own key is shared");
      return null;
    }
    if (sharedEventTypeIds?.length) throw invalidField('sharedEventTypeIds', 'cannot be combined with an apiKey');
    return baseUrl === undefined ? null : providerBaseUrl(baseUrl, { allowPrivateHosts });
  }

  private async prove(credential: ConnectionCredential): Promise<Findings> {
    try {
      const { account, capabilities } = await this.directory.forCredential(credential).verify();
      return { capabilities, accountId: account.id, accountTimeZone: account.timeZone };
    } catch (error) {
      if (!(error instanceof SchedulingError) || isCode(error, EXPECTED)) throw error;
      if (isCode(error, ['UNSUPPORTED']) && credential.settings?.apiVersions) {
        throw invalidField('apiVersions', 'names a version that the provider does not speak');
      }
      throw new ApiError('PROVIDER_UNAVAILABLE', { cause: error });
    }
  }

  private environment(): { calcom: AppConfig['calcom']; allowPrivateHosts: boolean } {
    const calcom = this.config.get('calcom', { infer: true });
    return { calcom, allowPrivateHosts: this.config.get('allowPrivateProviderHosts', { infer: true }) };
  }
}

function isCode(error: unknown, codes: SchedulingErrorCode[]): boolean {
  return error instanceof SchedulingError && codes.includes(error.code);
}
