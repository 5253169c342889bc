import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Reservation } from '../../../scheduling/words';
import type { Hold, NewHold, OpenHolds } from './hold';

const MS = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;
const COLUMNS = `id, company_id as "companyId", event_type_id as "eventTypeId",
  case when status = 'active' and expires_at <= clock_timestamp() then 'expired' else status end as state,
  ${MS('starts_at')} as "startMs", ${MS('ends_at')} as "endMs", ${MS('expires_at')} as "expiresAtMs",
  token_hash as "tokenHash", saga_id as "sagaId", reservation_uid is not null as "isReserved"`;

/** Rows of holds. Every time is the database's. */
@Injectable()
export class HoldsRepository {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Until the transaction ends nobody else opens a hold for this holder, so the number stays true. */
  async openOf(manager: EntityManager, companyId: string, holder: string): Promise<OpenHolds> {
    await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`hold ${companyId} ${holder}`]);
    const [open] = await manager.query<[OpenHolds]>(
      `select count(*)::int as count,
         coalesce(extract(epoch from min(expires_at) - clock_timestamp()), 0)::float8 as "firstEndsInSeconds"
       from holds where company_id = $1 and holder = $2 and status = 'active' and expires_at > clock_timestamp()`,
      [companyId, holder],
    );
    return open;
  }

  async insert(manager: EntityManager, hold: NewHold): Promise<Hold> {
    const [row] = await manager.query<[Hold]>(
      `insert into holds (id, company_id, connection_id, event_type_id, starts_at, ends_at, expires_at, token_hash, holder)
       values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000),
         clock_timestamp() + make_interval(secs => $7), $8, $9)
       returning ${COLUMNS}`,
      [
        hold.id,
        hold.companyId,
        hold.connectionId,
        hold.eventTypeId,
        hold.startMs,
        hold.endMs,
        hold.seconds,
        hold.tokenHash,
        hold.holder,
      ],
    );
    return row;
  }

  /** As if it had never been; its claims go with it. */
  async remove(id: string, manager?: EntityManager): Promise<void> {
    await (manager ?? this.dataSource).query('delete from holds where id = $1', [id]);
  }

  async attach(id: string, { uid, untilMs }: Reservation): Promise<void> {
    await this.dataSource.query(
      'update holds set reservation_uid = $2, reservation_until = to_timestamp($3::float8 / 1000) where id = $1',
      [id, uid, untilMs],
    );
  }

  /** `lock`: nobody else may decide about this hold until the transaction ends. */
  async find(companyId: string, id: string, lock?: EntityManager): Promise<Hold | undefined> {
    const [row] = await (lock ?? this.dataSource).query<Hold[]>(
      `select ${COLUMNS} from holds where company_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
      [companyId, id],
    );
    return row;
  }

  async markTaken(manager: EntityManager, id: string, sagaId: string): Promise<void> {
    await manager.query(`update holds set status = 'taken', saga_id = $2 where id = $1`, [id, sagaId]);
  }

  async markReleased(manager: EntityManager, id: string): Promise<void> {
    await manager.query(`update holds set status = 'released' where id = $1`, [id]);
  }
}
