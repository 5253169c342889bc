import { Injectable } from '@nestjs/common';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { ConnectionsService } from '../companies/connections.service';

/** Calls to a company's provider that flag the connection when its credential is refused. */
@Injectable()
export class ProviderCalls {
  constructor(
    private readonly directory: ProviderDirectory,
    private readonly connections: ConnectionsService,
  ) {}

  /** @throws SchedulingError whatever `call` throws, unchanged. */
  async run<T>(connectionId: string, call: (provider: SchedulingProvider) => Promise<T>): Promise<T> {
    return this.watch(
      connectionId,
      this.directory.forConnection(connectionId).then((provider) => call(provider)),
    );
  }

  /** As {@link run}, for a call that is under way already. */
  async watch<T>(connectionId: string, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof SchedulingError && error.code === 'AUTHENTICATION_FAILED') {
        await this.connections.markCredentialRefused(connectionId);
      }
      throw error;
    }
  }
}
