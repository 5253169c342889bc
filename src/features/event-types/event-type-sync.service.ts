import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { Connection } from '../companies/connections.service';
import { EventTypeSyncRepository, SyncCounts } from './event-type-sync.repository';
import { EventTypesRepository } from './event-types.repository';
import { scopeOf } from './mirror-scope';
import { ProviderCalls } from './provider-calls.service';
import { readEventTypes } from './provider-reading';

/** Reads all event types of an account and of its teams, and makes the mirror say the same. */
@Injectable()
export class EventTypeSync {
  constructor(
    private readonly provider: ProviderCalls,
    private readonly mirror: EventTypesRepository,
    private readonly syncs: EventTypeSyncRepository,
  ) {}

  /**
   * Idempotent, and safe beside other runs, changes and replicas: the newest reading wins.
   *
   * @throws SchedulingError when the provider could not be read: nothing changed here, and the failure is remembered.
   */
  async run(connection: Connection, context?: CallContext): Promise<SyncCounts> {
    const scope = scopeOf(connection);
    const wanted = { ofTeams: connection.capabilities?.teams === true, only: scope.onlyProviderIds };
    try {
      const readAt = await this.mirror.now();
      const types = await this.provider.run(connection.id, (provider) => readEventTypes(provider, wanted, context));
      return await this.syncs.apply(scope, types, readAt);
    } catch (error) {
      await this.syncs.recordFailure(scope, error instanceof SchedulingError ? error.code : 'INTERNAL_SERVER_ERROR');
      throw error;
    }
  }
}
