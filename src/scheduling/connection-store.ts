import type { ProviderCapabilities } from './provider-port';

export type ProviderName = 'calcom-v2';
export const PROVIDER_NAMES: readonly ProviderName[] = ['calcom-v2'];

/** A connection with its secret in plain, for the provider's room only; it never reaches a feature or a log. */
export interface ConnectionCredential {
  connectionId: string;
  companyId: string;
  provider: ProviderName;
  baseUrl: string;
  apiKey: string;
  /** `environment`: the deployment's own key, shared by companies that brought none. */
  source: 'own' | 'environment';
  capabilities?: ProviderCapabilities;
}

/** Where provider folders get credentials from. Implemented by the room that owns connections. */
export abstract class ConnectionStore {
  /**
   * The credential of a connection; the environment's default key where the connection has none of its own.
   *
   * @throws SchedulingError `AUTHENTICATION_FAILED` when neither exists, or the stored secret cannot be opened.
   */
  abstract credential(connectionId: string): Promise<ConnectionCredential>;
  /** The secrets that a webhook to this connection may be signed with, newest first; empty = refuse all. */
  abstract webhookSecrets(connectionId: string): Promise<string[]>;
}
