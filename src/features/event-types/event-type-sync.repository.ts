import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import type { EventType } from '../../scheduling/words';
import { DatabaseTime, EventTypesRepository } from './event-types.repository';
import type { MirrorScope } from './mirror-scope';

/** What a sync changed here. A type that came back after a deletion counts as created. */
export interface SyncCounts {
  created: number;
  updated: number;
  deleted: number;
  unchanged: number;
}

const KIND = 'event-types';

/** Brings the mirror in line with one complete reading, and remembers how the last run went. */
@Injectable()
export class EventTypeSyncRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly mirror: EventTypesRepository,
  ) {}

  /** `types` is everything that the provider had at `readAt`, each once; what is missing in it is deleted here. */
  async apply(scope: MirrorScope, types: EventType[], readAt: DatabaseTime): Promise<SyncCounts> {
    return this.database.transaction(async (manager) => {
      // First, because the row's lock lets runs of one connection through one by one: their counts stay true.
      await recordRun(manager, scope, null);
      const counts = await compare(manager, scope, types);
      await this.mirror.store(scope, types, readAt, manager);
      return { ...counts, deleted: await deleteUnseen(manager, scope, types, readAt) };
    });
  }

  /** A run that failed; the last success stays what it was. */
  async recordFailure(scope: MirrorScope, code: string): Promise<void> {
    await recordRun(this.database.manager, scope, code);
  }

  async lastSuccess(connectionId: string): Promise<Date | undefined> {
    const rows = await this.database.query<{ at: Date | null }[]>(
      'select last_success_at as at from sync_states where connection_id = $1 and kind = $2',
      [connectionId, KIND],
    );
    return rows[0]?.at ?? undefined;
  }
}

async function recordRun(manager: EntityManager, scope: MirrorScope, errorCode: string | null): Promise<void> {
  await manager.query(
    `insert into sync_states as state (connection_id, company_id, kind, last_run_at, last_success_at, last_error)
     values ($1, $2, $3, now(), case when $4::text is null then now() end, $4)
     on conflict (connection_id, kind) do update
       set last_run_at = excluded.last_run_at, last_error = excluded.last_error,
         last_success_at = coalesce(excluded.last_success_at, state.last_success_at)`,
    [scope.connectionId, scope.companyId, KIND, errorCode],
  );
}

async function compare(
  manager: EntityManager,
  scope: MirrorScope,
  types: EventType[],
): Promise<Omit<SyncCounts, 'deleted'>> {
  const [counts] = await manager.query<Omit<SyncCounts, 'deleted'>[]>(
    `select count(*) filter (where known.id is null)::integer as created,
       count(*) filter (where known.definition <> seen)::integer as updated,
       count(*) filter (where known.definition = seen)::integer as unchanged
     from jsonb_array_elements($3::jsonb) as seen
     left join event_types known on known.company_id = $1 and known.connection_id = $2
       and known.provider_id = seen->>'providerId' and known.deleted_at is null`,
    [scope.companyId, scope.connectionId, JSON.stringify(types)],
  );
  return counts!;
}

async function deleteUnseen(
  manager: EntityManager,
  scope: MirrorScope,
  types: EventType[],
  readAt: DatabaseTime,
): Promise<number> {
  const [deleted] = await manager.query<{ count: number }[]>(
    `with gone as (
       update event_types set deleted_at = now(), synced_at = $3::timestamptz
       where company_id = $1 and connection_id = $2 and deleted_at is null and synced_at <= $3::timestamptz
         and provider_id <> all($4::text[])
       returning id)
     select count(*)::integer as count from gone`,
    [scope.companyId, scope.connectionId, readAt, types.map((type) => type.providerId)],
  );
  return deleted!.count;
}
