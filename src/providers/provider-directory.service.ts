import { Injectable } from '@nestjs/common';
import { ConnectionCredential, ConnectionStore, ProviderName } from '../scheduling/connection-store';
import { ProviderDirectory } from '../scheduling/provider-directory';
import { SchedulingProvider } from '../scheduling/provider-port';
import { WebhookReader } from '../scheduling/webhook-reader';
import { CalcomV2Adapter } from './calcom-v2/adapter';
import { CalcomV2Client } from './calcom-v2/client';
import { CalcomWebhookReader } from './calcom-v2/webhook';

/** Picks the adapter that a connection was verified with. Adapters hold no state, so each call gets a fresh one. */
@Injectable()
export class KnownProvidersDirectory extends ProviderDirectory {
  private readonly calcomWebhooks = new CalcomWebhookReader();

  constructor(
    private readonly connections: ConnectionStore,
    private readonly calcomV2: CalcomV2Client,
  ) {
    super();
  }

  async forConnection(connectionId: string): Promise<SchedulingProvider> {
    return this.forCredential(await this.connections.credential(connectionId));
  }

  forCredential(credential: ConnectionCredential): SchedulingProvider {
    switch (credential.provider) {
      case 'calcom-v2':
        return new CalcomV2Adapter(this.calcomV2, credential);
    }
  }

  webhookReader(provider: ProviderName): WebhookReader {
    switch (provider) {
      case 'calcom-v2':
        return this.calcomWebhooks;
    }
  }
}
