import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import type { OnePerson, Segment } from './segments';

export interface KeptSegment extends Segment {
  /** Lasts as long as a segment of this name is part of the service. */
  id: string;
}

export interface ServiceFields {
  name: string;
  onePerson: OnePerson;
  /** Whether bookings may stay pending until a host confirms them. */
  allowConfirmation: boolean;
}

export interface Service extends ServiceFields {
  id: string;
  createdAt: Date;
  /** In the order of the visit. */
  segments: KeptSegment[];
}

/** Every segment with its staff in one value, so that a service is read in one go. */
const SERVICE = `
  select s.id, s.name, s.one_person as "onePerson", s.allow_confirmation as "allowConfirmation",
    s.created_at as "createdAt",
    (select coalesce(json_agg(json_strip_nulls(json_build_object(
        'id', g.id, 'name', g.name, 'durationMinutes', g.duration_minutes,
        'gapAfter', case when g.gap_max_minutes is not null
          then json_build_object('minMinutes', g.gap_min_minutes, 'maxMinutes', g.gap_max_minutes) end,
        'gapFreesStaff', g.gap_frees_staff,
        'staffIds', (select coalesce(json_agg(t.staff_id order by t.position), '[]') from service_segment_staff t
          where t.company_id = g.company_id and t.service_id = g.service_id and t.segment_id = g.id)
      )) order by g.position), '[]')
     from service_segments g where g.company_id = s.company_id and g.service_id = s.id) as segments
  from services s
  where s.company_id = $1 and s.deleted_at is null`;

/** Services as rows. A deleted one is not found, and its rows stay: old visits still name its segments. */
@Injectable()
export class ServicesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async find(companyId: string, id: string, manager = this.database.manager): Promise<Service | undefined> {
    const rows = await manager.query<Service[]>(`${SERVICE} and s.id = $2`, [companyId, id]);
    return rows[0];
  }

  /** Oldest first, one more than `limit` when there are more. */
  async list(companyId: string, limit: number, after?: Cursor): Promise<Service[]> {
    return this.database.query(
      `${SERVICE} and ($3::timestamptz is null or (s.created_at, s.id) > ($3, $4::uuid))
       order by s.created_at, s.id limit $2`,
      [companyId, limit + 1, after?.at ?? null, after?.id ?? null],
    );
  }

  /** Lets changes of one service through one by one. @returns whether there is such a service. */
  async lock(manager: EntityManager, companyId: string, id: string): Promise<boolean> {
    const sql = 'select 1 from services where company_id = $1 and id = $2 and deleted_at is null for update';
    return (await manager.query<unknown[]>(sql, [companyId, id])).length > 0;
  }

  async insert(manager: EntityManager, companyId: string, id: string, fields: ServiceFields): Promise<void> {
    await manager.query(
      'insert into services (company_id, id, name, one_person, allow_confirmation) values ($1, $2, $3, $4, $5)',
      [companyId, id, fields.name, fields.onePerson, fields.allowConfirmation],
    );
  }

  async update(manager: EntityManager, companyId: string, id: string, fields: ServiceFields): Promise<void> {
    await manager.query(
      'update services set name = $3, one_person = $4, allow_confirmation = $5 where company_id = $1 and id = $2',
      [companyId, id, fields.name, fields.onePerson, fields.allowConfirmation],
    );
  }

  async markDeleted(manager: EntityManager, companyId: string, id: string): Promise<void> {
    await manager.query('update services set deleted_at = now() where company_id = $1 and id = $2', [companyId, id]);
  }

  /** How many visits of it are still to come, or may be: a person looks after them, or the service does. */
  async upcomingVisits(manager: EntityManager, companyId: string, id: string): Promise<number> {
    const [row] = await manager.query<[{ count: number }]>(
      `select count(*)::int as count from composite_bookings
       where company_id = $1 and service_id = $2 and ends_at > clock_timestamp()
         and status in ('outcome_pending', 'confirmed', 'rescheduling', 'disrupted', 'needs_attention')`,
      [companyId, id],
    );
    return row.count;
  }
}
