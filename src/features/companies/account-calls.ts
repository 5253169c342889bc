import { Injectable } from '@nestjs/common';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { type Connection, ConnectionsService } from './connections.service';

/** Calls to a company's account that flag the connection when its credential is refused. */
@Injectable()
export class AccountCalls {
  constructor(
    private readonly directory: ProviderDirectory,
    private readonly connections: ConnectionsService,
  ) {}

  /** @throws SchedulingError whatever `call` throws, unchanged. */
  async run<T>(connection: Connection, call: (provider: SchedulingProvider) => Promise<T>): Promise<T> {
    try {
      return await call(await this.directory.forConnection(connection.id));
    } catch (error) {
      if (error instanceof SchedulingError && error.code === 'AUTHENTICATION_FAILED') {
        await this.connections.markCredentialRefused(connection.id);
      }
      throw error;
    }
  }
}
