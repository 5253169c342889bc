import type { ProviderCapabilities } from './provider-port';

export type ProviderName = 'calcom-v2';
export const PROVIDER_NAMES: readonly ProviderName[] = ['calcom-v2'];

/** What an operator may set for one connection, where its provider differs from what is usual. */
export interface ConnectionSettings {
  /** The version that an endpoint family is asked in, by the family's name at the provider. */
  apiVersions?: Record<string, string>;
  /** So many calls in any stretch of so many seconds; the usual limit of the provider's keys when absent. */
  pace?: { calls: number; windowSeconds: number };
}

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
  settings?: ConnectionSettings;
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
