import type { ConnectionCredential, ProviderName } from './connection-store';
import type { SchedulingProvider } from './provider-port';
import type { WebhookReader } from './webhook-reader';

/** Finds the adapter for a connection. The only way from a feature to a provider. */
export abstract class ProviderDirectory {
  /** @throws SchedulingError `AUTHENTICATION_FAILED` when the connection has no usable credential. */
  abstract forConnection(connectionId: string): Promise<SchedulingProvider>;
  /** An adapter for a credential that is not stored yet: used to verify it before it is saved. */
  abstract forCredential(credential: ConnectionCredential): SchedulingProvider;
  abstract webhookReader(provider: ProviderName): WebhookReader;
}
