import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { CallContext } from '../../scheduling/call-context';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import type { EventTypeDraft } from '../../scheduling/words';
import { ConnectionsService } from '../companies/connections.service';
import type { EventTypeRecord } from './event-type-record';
import { EventTypesRepository } from './event-types.repository';
import { found } from './event-types.service';
import { type MirrorScope, scopeOf } from './mirror-scope';
import { ProviderCalls } from './provider-calls.service';
import { changeType, createType, deleteType, type NewEventType, readType } from './types-at-provider';

/** Reads and changes event types at the provider; the mirror follows its answers, never the other way round. */
@Injectable()
export class EventTypeChanges {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly provider: ProviderCalls,
    private readonly mirror: EventTypesRepository,
  ) {}

  /**
   * @throws ApiError `FORBIDDEN` (`SHARED_ACCOUNT`): a new type in the shared account would be listed for nobody.
   * @throws ApiError `NOT_SUPPORTED_BY_PROVIDER` for a type of a team where the provider has none.
   * @throws SchedulingError `NOT_FOUND` for a team that the account cannot see, `INVALID_REQUEST` for a host outside it.
   */
  async create(companyId: string, draft: NewEventType, context?: CallContext): Promise<EventTypeRecord> {
    const connection = await this.connections.forCompany(companyId);
    if (connection.usesEnvironmentKey) throw new ApiError('FORBIDDEN', { details: { reason: 'SHARED_ACCOUNT' } });
    if (draft.teamId !== undefined && !connection.capabilities?.teams) throw new ApiError('NOT_SUPPORTED_BY_PROVIDER');
    const scope = scopeOf(connection);
    const created = await this.provider.run(scope.connectionId, (provider) => createType(provider, draft, context));
    await this.mirror.store(scope, [created], await this.mirror.now());
    return found(await this.mirror.findByProviderId(scope, created.providerId));
  }

  /** The type as the provider has it now. */
  async read(companyId: string, id: string, context?: CallContext): Promise<EventTypeRecord> {
    const { scope, record } = await this.known(companyId, id);
    const readAt = await this.mirror.now();
    const current = await this.atProvider(scope, record, (provider) => readType(provider, record, context));
    await this.mirror.store(scope, [current], readAt);
    return found(await this.mirror.find(scope, id));
  }

  /** @throws SchedulingError `REFUSED` / `FORBIDDEN` where the account may only read its team; so does {@link remove}. */
  async change(companyId: string, id: string, draft: EventTypeDraft, context?: CallContext): Promise<EventTypeRecord> {
    const { scope, record } = await this.known(companyId, id);
    const changed = await this.atProvider(scope, record, (provider) => changeType(provider, record, draft, context));
    await this.mirror.store(scope, [changed], await this.mirror.now());
    return found(await this.mirror.find(scope, id));
  }

  async remove(companyId: string, id: string, context?: CallContext): Promise<void> {
    const { scope, record } = await this.known(companyId, id);
    await this.atProvider(scope, record, (provider) => deleteType(provider, record, context));
    await this.mirror.markDeleted(scope, id, await this.mirror.now());
  }

  private async known(companyId: string, id: string): Promise<{ scope: MirrorScope; record: EventTypeRecord }> {
    const scope = scopeOf(await this.connections.forCompany(companyId));
    return { scope, record: found(await this.mirror.find(scope, id)) };
  }

  /** A type that the provider has no more is forgotten here as well. */
  private async atProvider<T>(
    scope: MirrorScope,
    record: EventTypeRecord,
    call: (provider: SchedulingProvider) => Promise<T>,
  ): Promise<T> {
    const askedAt = await this.mirror.now();
    try {
      return await this.provider.run(scope.connectionId, call);
    } catch (error) {
      if (!(error instanceof SchedulingError) || error.code !== 'EVENT_TYPE_NOT_FOUND') throw error;
      await this.mirror.markDeleted(scope, record.id, askedAt);
      throw new ApiError('EVENT_TYPE_NOT_FOUND', { cause: error });
    }
  }
}
