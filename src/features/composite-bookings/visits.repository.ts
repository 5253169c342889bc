import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import type { AgreedSegment, Visit, VisitFailure } from './visit';
import { sourcesOf, type VisitStatus } from './visit-state';

const COLUMNS = `id, company_id as "companyId", connection_id as "connectionId", service_id as "serviceId",
  service_name as "serviceName", status, plan as segments, next_plan as "nextSegments", time_zone as "timeZone", starts_at as "startsAt",
  ends_at as "endsAt", saga_id as "sagaId", failure, created_at as "createdAt", updated_at as "updatedAt"`;

export type NewVisit = Pick<
  Visit,
  'id' | 'companyId' | 'connectionId' | 'serviceId' | 'serviceName' | 'segments' | 'timeZone'
> & { sagaId: string };

export interface VisitFilter {
  statuses?: VisitStatus[];
  /** Half-open on the start: fromMs <= start < toMs. */
  fromMs?: number;
  toMs?: number;
  serviceId?: string;
  customerId?: string;
  after?: Cursor;
}

/** Changes of a visit besides its status; what is absent stays. */
export interface VisitChange {
  segments?: AgreedSegment[];
  /** Null = no move is under way any more. */
  nextSegments?: AgreedSegment[] | null;
  sagaId?: string;
  failure?: VisitFailure | null;
}

/** Rows of visits. Every query carries the company. */
@Injectable()
export class VisitsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(companyId: string, id: string): Promise<Visit | undefined> {
    return this.one(this.dataSource.manager, companyId, id, '');
  }

  /** Nobody else changes it until the transaction ends. Its appointments are to be locked before. */
  async lock(manager: EntityManager, companyId: string, id: string): Promise<Visit | undefined> {
    return this.one(manager, companyId, id, 'for update');
  }

  /**
   * A new visit, or one that came to nothing and is asked for anew by the same request.
   *
   * @returns false when its service has been deleted meanwhile: nothing was written. Until the transaction ends nobody
   *   can delete it.
   */
  async begin(manager: EntityManager, visit: NewVisit): Promise<boolean> {
    const { id, companyId, connectionId, serviceId, serviceName, segments, timeZone, sagaId } = visit;
    const services = await manager.query<unknown[]>(
      `with service as (
         select from services where company_id = $2 and id = $4 and deleted_at is null for share
       ), begun as (
         insert into composite_bookings (id, company_id, connection_id, service_id, service_name, status, plan, time_zone,
           starts_at, ends_at, saga_id)
         select $1, $2, $3, $4, $5, 'outcome_pending', $6, $7, $8, $9, $10 from service
         on conflict (id) do update set status = 'outcome_pending', plan = excluded.plan, starts_at = excluded.starts_at,
           ends_at = excluded.ends_at, saga_id = excluded.saga_id, failure = null, updated_at = clock_timestamp()
         where composite_bookings.company_id = excluded.company_id and composite_bookings.status = 'compensated')
       select from service`,
      [
        ...[id, companyId, connectionId, serviceId, serviceName, JSON.stringify(segments), timeZone],
        ...[new Date(segments[0]!.startMs), new Date(segments.at(-1)!.endMs), sagaId],
      ],
    );
    if (services.length === 0) return false;
    await this.rememberSaga(manager, companyId, id, sagaId);
    return true;
  }

  /**
   * Brings a visit from one status to another, where its table allows that.
   *
   * @returns undefined when it does not, or there is no such visit: nothing was written.
   */
  async become(
    manager: EntityManager,
    { companyId, id }: { companyId: string; id: string },
    status: VisitStatus,
    { segments, nextSegments, sagaId, failure }: VisitChange = {},
  ): Promise<Visit | undefined> {
    const [row] = await manager.query<Visit[]>(
      `with changed as (
         update composite_bookings set status = $3, updated_at = clock_timestamp(), plan = coalesce($5::jsonb, plan),
           starts_at = coalesce($6, starts_at), ends_at = coalesce($7, ends_at), saga_id = coalesce($8, saga_id),
           failure = case when $9 then $10::jsonb else failure end,
           next_plan = case when $11 then $12::jsonb else next_plan end
         where company_id = $1 and id = $2 and status = any ($4) returning *)
       select ${COLUMNS} from changed`,
      [
        ...[companyId, id, status, sourcesOf(status)],
        segments ? JSON.stringify(segments) : null,
        segments ? new Date(segments[0]!.startMs) : null,
        segments ? new Date(segments.at(-1)!.endMs) : null,
        sagaId ?? null,
        failure !== undefined,
        failure ? JSON.stringify(failure) : null,
        nextSegments !== undefined,
        nextSegments ? JSON.stringify(nextSegments) : null,
      ],
    );
    if (row && sagaId !== undefined) await this.rememberSaga(manager, companyId, id, sagaId);
    return row;
  }

  /** Why what is being done with it came to nothing; what it is stays the same. */
  async noteFailure(manager: EntityManager, { companyId, id }: Visit, failure: VisitFailure): Promise<void> {
    const sql =
      'update composite_bookings set failure = $3, updated_at = clock_timestamp() where company_id = $1 and id = $2';
    await manager.query(sql, [companyId, id, JSON.stringify(failure)]);
  }

  /** Every saga that worked on it and is still kept, oldest first. */
  async sagasOf(companyId: string, id: string): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `select saga.id from composite_booking_sagas own join sagas saga on saga.id = own.saga_id
       where own.company_id = $1 and own.composite_booking_id = $2 order by saga.created_at`,
      [companyId, id],
    );
    return rows.map((row) => row.id);
  }

  /** Which visit a saga works on. */
  async ofSaga(manager: EntityManager, companyId: string, sagaId: string): Promise<string> {
    const [row] = await manager.query<{ id: string }[]>(
      'select composite_booking_id as id from composite_booking_sagas where company_id = $1 and saga_id = $2',
      [companyId, sagaId],
    );
    if (!row) throw new Error('a saga of a visit belongs to one');
    return row.id;
  }

  /** Whether one is being moved, or moved back. */
  async isMoving(manager: EntityManager, companyId: string, id: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `select from composite_booking_sagas own join sagas saga on saga.id = own.saga_id
       where own.company_id = $1 and own.composite_booking_id = $2 and saga.kind = 'visit-move'
         and saga.status in ('running', 'compensating') limit 1`,
      [companyId, id],
    );
    return rows.length > 0;
  }

  async rememberSaga(manager: EntityManager, companyId: string, id: string, sagaId: string): Promise<void> {
    await manager.query(
      `insert into composite_booking_sagas (saga_id, company_id, composite_booking_id) values ($1, $2, $3)
       on conflict do nothing`,
      [sagaId, companyId, id],
    );
  }

  /** One row more than `limit` when there are further ones; ordered by start, then id. */
  async list(companyId: string, filter: VisitFilter, limit: number): Promise<Visit[]> {
    const { statuses, fromMs, toMs, serviceId, customerId, after } = filter;
    return this.dataSource.query<Visit[]>(
      `select ${COLUMNS} from composite_bookings visit
       where company_id = $1 and ($2::text[] is null or status = any ($2))
         and ($3::timestamptz is null or starts_at >= $3) and ($4::timestamptz is null or starts_at < $4)
         and ($5::uuid is null or service_id = $5)
         and ($6::uuid is null or exists (
           select from appointments a where a.company_id = $1 and a.composite_group_uid = visit.id
             and a.customer_id = $6 and a.erased_at is null))
         and ($7::timestamptz is null or (starts_at, id) > ($7, $8::uuid))
       order by starts_at, id limit $9`,
      [
        ...[companyId, statuses ?? null, dateOf(fromMs), dateOf(toMs), serviceId ?? null, customerId ?? null],
        ...[after?.at ?? null, after?.id ?? null, limit + 1],
      ],
    );
  }

  private async one(manager: EntityManager, companyId: string, id: string, lock: '' | 'for update') {
    const sql = `select ${COLUMNS} from composite_bookings where company_id = $1 and id = $2 ${lock}`;
    const [row] = await manager.query<Visit[]>(sql, [companyId, id]);
    return row;
  }
}

function dateOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}
