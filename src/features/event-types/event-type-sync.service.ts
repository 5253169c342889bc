import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { EventType } from '../../scheduling/words';
import { EventTypeSyncRepository, SyncCounts } from './event-type-sync.repository';
import { EventTypesRepository, MirrorScope } from './event-types.repository';
import { ProviderCalls } from './provider-calls.service';

/** Reads all event types of an account and makes the mirror say the same. */
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
  async run(scope: MirrorScope, context?: CallContext): Promise<SyncCounts> {
    try {
      const readAt = await this.mirror.now();
      const all = await this.provider.run(scope.connectionId, (provider) => provider.listEventTypes(context));
      return await this.syncs.apply(scope, visibleOnce(scope, all), readAt);
    } catch (error) {
      await this.syncs.recordFailure(scope, error instanceof SchedulingError ? error.code : 'INTERNAL_SERVER_ERROR');
      throw error;
    }
  }
}

/** Each type once: one statement cannot store a row twice. */
function visibleOnce({ onlyProviderIds }: MirrorScope, types: EventType[]): EventType[] {
  const visible = onlyProviderIds ? types.filter((type) => onlyProviderIds.includes(type.providerId)) : types;
  return [...new Map(visible.map((type) => [type.providerId, type])).values()];
}
