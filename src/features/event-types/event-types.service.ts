import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { Cursor } from '../../foundation/http/cursor';
import type { CallContext } from '../../scheduling/call-context';
import { ConnectionsService } from '../companies/connections.service';
import type { EventTypeRecord } from './event-type-record';
import { EventTypeSync } from './event-type-sync.service';
import { EventTypeSyncRepository, SyncCounts } from './event-type-sync.repository';
import { EventTypeRow } from './event-type.entity';
import { EventTypeFilter, EventTypesRepository } from './event-types.repository';
import { type MirrorScope, scopeOf } from './mirror-scope';
import { READINESS_REASONS } from './readiness-reasons';

export type { EventTypeRecord } from './event-type-record';

/** The company's event types as the mirror has them. A company on the environment's key sees only those listed for it. */
@Injectable()
export class EventTypesService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly mirror: EventTypesRepository,
    private readonly syncs: EventTypeSyncRepository,
    private readonly syncing: EventTypeSync,
  ) {}

  /**
   * A type to be booked, or whose free times are to be shown.
   *
   * @param id ours
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`, the same for one of another company, a deleted one and none.
   * @throws ApiError `BOOKING_REFUSED` (`MANAGED_PARENT`), because a provider may answer a booking of such a type with a
   *   failure that leaves the outcome open.
   */
  async find(companyId: string, id: string): Promise<EventTypeRecord> {
    const type = found(await this.mirror.find(await this.scope(companyId), id));
    if (type.definition.schedulingType !== 'managed') return type;
    const { message } = READINESS_REASONS.MANAGED_PARENT;
    throw new ApiError('BOOKING_REFUSED', { message, details: { reason: 'MANAGED_PARENT' } });
  }

  /** @throws ApiError `EVENT_TYPE_NOT_FOUND` also for a type that exists at the provider but was not synced yet. */
  async findByProviderId(companyId: string, providerId: string): Promise<EventTypeRecord> {
    return found(await this.mirror.findByProviderId(await this.scope(companyId), providerId));
  }

  /** Oldest first; one more than `limit` when there are more. */
  async list(companyId: string, filter: EventTypeFilter, limit: number, after?: Cursor): Promise<EventTypeRow[]> {
    return this.mirror.list(await this.scope(companyId), filter, limit, after);
  }

  /** How many event types of a connection can be used now; 0 for a connection that does not exist. */
  async count(connectionId: string): Promise<number> {
    const connection = await this.connections.byId(connectionId);
    return connection ? this.mirror.count(scopeOf(connection)) : 0;
  }

  /** When the connection's types were last read completely. */
  async lastSyncAt(connectionId: string): Promise<Date | undefined> {
    return this.syncs.lastSuccess(connectionId);
  }

  /** @throws SchedulingError when the provider could not be read: nothing changed. */
  async sync(companyId: string, context?: CallContext): Promise<SyncCounts> {
    return this.syncing.run(await this.connections.forCompany(companyId), context);
  }

  private async scope(companyId: string): Promise<MirrorScope> {
    return scopeOf(await this.connections.forCompany(companyId));
  }
}

export function found(row: EventTypeRow | undefined): EventTypeRecord {
  if (!row) throw new ApiError('EVENT_TYPE_NOT_FOUND');
  const { id, companyId, connectionId, providerId, title, slug, lengthMinutes, definition } = row;
  return { id, companyId, connectionId, providerId, title, slug, lengthMinutes, definition };
}
