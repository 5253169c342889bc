import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository, SelectQueryBuilder } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import type { EventType } from '../../scheduling/words';
import { EventTypeRow } from './event-type.entity';
import type { MirrorScope } from './mirror-scope';

export interface EventTypeFilter {
  slug?: string;
  hidden?: boolean;
  /** The provider's id. */
  teamId?: string;
}

/** A moment of the database's clock, as its own text: a JavaScript date would lose the microseconds. */
export type DatabaseTime = string;

/** Lists sort by what a cursor can carry, so to the millisecond. */
const CREATED_AT = "date_trunc('milliseconds', type.created_at)";

/** The mirror's rows. What a reading says counts from when it began, and an older one never overwrites a newer one. */
@Injectable()
export class EventTypesRepository {
  constructor(@InjectRepository(EventTypeRow) private readonly rows: Repository<EventTypeRow>) {}

  /** Take it before asking the provider for a state, and after the answer to a change. */
  async now(): Promise<DatabaseTime> {
    const [row] = await this.rows.query<{ now: DatabaseTime }[]>('select clock_timestamp()::text as now');
    return row!.now;
  }

  async find(scope: MirrorScope, id: string): Promise<EventTypeRow | undefined> {
    return (await this.visible(scope).andWhere('type.id = :id', { id }).getOne()) ?? undefined;
  }

  async findByProviderId(scope: MirrorScope, providerId: string): Promise<EventTypeRow | undefined> {
    return (await this.visible(scope).andWhere('type.providerId = :providerId', { providerId }).getOne()) ?? undefined;
  }

  /** Oldest first, one more than `limit` when there are more. */
  async list(scope: MirrorScope, filter: EventTypeFilter, limit: number, after?: Cursor): Promise<EventTypeRow[]> {
    const query = this.visible(scope);
    if (filter.slug !== undefined) query.andWhere('type.slug = :slug', { slug: filter.slug });
    if (filter.hidden !== undefined) query.andWhere('type.hidden = :hidden', { hidden: filter.hidden });
    if (filter.teamId !== undefined)
      query.andWhere(`type.definition ->> 'teamId' = :teamId`, { teamId: filter.teamId });
    if (after) query.andWhere(`(${CREATED_AT}, type.id) > (:at::timestamptz, :id::uuid)`, { ...after });
    return query
      .orderBy(CREATED_AT)
      .addOrderBy('type.id')
      .limit(limit + 1)
      .getMany();
  }

  /** Types that exist now, whoever may see them. */
  async count(scope: MirrorScope): Promise<number> {
    return this.visible(scope).getCount();
  }

  /** Stores what was read; a type that was deleted here and is seen again gets its old id back. */
  async store(
    scope: MirrorScope,
    types: EventType[],
    readAt: DatabaseTime,
    manager: EntityManager = this.rows.manager,
  ): Promise<void> {
    await manager.query(
      `insert into event_types (company_id, connection_id, provider_id, title, slug, length_minutes, hidden, definition,
         synced_at)
       select $1, $2, d->>'providerId', d->>'title', d->>'slug', (d->>'lengthMinutes')::integer,
         (d->>'hidden')::boolean, d, $3::timestamptz
       from jsonb_array_elements($4::jsonb) as d
       on conflict (connection_id, provider_id) do update
         set title = excluded.title, slug = excluded.slug, length_minutes = excluded.length_minutes,
           hidden = excluded.hidden, definition = excluded.definition, synced_at = excluded.synced_at, deleted_at = null
         where event_types.synced_at <= excluded.synced_at and event_types.company_id = excluded.company_id`,
      [scope.companyId, scope.connectionId, readAt, JSON.stringify(types)],
    );
  }

  /** Remembers that the provider has this type no more. */
  async markDeleted(scope: MirrorScope, id: string, seenAt: DatabaseTime): Promise<void> {
    await this.rows.query(
      `update event_types set deleted_at = now(), synced_at = $4::timestamptz
       where company_id = $1 and connection_id = $2 and id = $3 and deleted_at is null
         and synced_at <= $4::timestamptz`,
      [scope.companyId, scope.connectionId, id, seenAt],
    );
  }

  private visible({ companyId, connectionId, onlyProviderIds }: MirrorScope): SelectQueryBuilder<EventTypeRow> {
    const query = this.rows
      .createQueryBuilder('type')
      .where('type.companyId = :companyId and type.connectionId = :connectionId', { companyId, connectionId })
      .andWhere('type.deletedAt is null');
    return onlyProviderIds ? query.andWhere('type.providerId = any(:onlyProviderIds)', { onlyProviderIds }) : query;
  }
}
