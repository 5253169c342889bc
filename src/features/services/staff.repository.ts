import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';

/** Who said which host a person is: a hand's word is never overwritten by matching. */
export type HostChosenBy = 'hand' | 'match';

export interface StaffFields {
  name: string;
  /** Lower case; only to be matched with a host. */
  email: string | null;
  active: boolean;
  /** The provider's id of the person. */
  hostId: string | null;
  hostChosenBy: HostChosenBy | null;
}

export interface StaffMember extends StaffFields {
  id: string;
  createdAt: Date;
}

/** Unique index: no two people of a company are one host. */
export const ONE_HOST = 'staff_host';

const STAFF = `
  select id, name, email, active, host_id as "hostId", host_chosen_by as "hostChosenBy", created_at as "createdAt"
  from staff where company_id = $1 and deleted_at is null`;

/** The people of a company. A deleted one is not found, and the row stays: old visits still name it. */
@Injectable()
export class StaffRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async find(companyId: string, id: string, manager = this.database.manager): Promise<StaffMember | undefined> {
    return (await manager.query<StaffMember[]>(`${STAFF} and id = $2`, [companyId, id]))[0];
  }

  /** Oldest first, one more than `limit` when there are more. */
  async list(companyId: string, limit: number, after?: Cursor): Promise<StaffMember[]> {
    return this.database.query(
      `${STAFF} and ($3::timestamptz is null or (created_at, id) > ($3, $4::uuid)) order by created_at, id limit $2`,
      [companyId, limit + 1, after?.at ?? null, after?.id ?? null],
    );
  }

  async all(companyId: string, manager = this.database.manager): Promise<StaffMember[]> {
    return manager.query(`${STAFF} order by created_at, id`, [companyId]);
  }

  /** Those of the ids that are people of this company. None of them can be changed until the transaction ends. */
  async holdFast(manager: EntityManager, companyId: string, ids: string[]): Promise<Set<string>> {
    const rows = await manager.query<{ id: string }[]>(
      `select id from staff where company_id = $1 and id = any($2::uuid[]) and deleted_at is null
       order by id for share`,
      [companyId, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Lets changes of one person through one by one. @returns whether there is such a person. */
  async lock(manager: EntityManager, companyId: string, id: string): Promise<boolean> {
    const sql = 'select 1 from staff where company_id = $1 and id = $2 and deleted_at is null for update';
    return (await manager.query<unknown[]>(sql, [companyId, id])).length > 0;
  }

  async lockAll(manager: EntityManager, companyId: string): Promise<void> {
    const sql = 'select 1 from staff where company_id = $1 and deleted_at is null order by id for update';
    await manager.query(sql, [companyId]);
  }

  /** @throws QueryFailedError of {@link ONE_HOST} when somebody else is that host; so does {@link update}. */
  async insert(companyId: string, id: string, fields: StaffFields): Promise<void> {
    await this.database.query(
      `insert into staff (company_id, id, name, email, active, host_id, host_chosen_by)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [companyId, id, ...valuesOf(fields)],
    );
  }

  async update(manager: EntityManager, companyId: string, id: string, fields: StaffFields): Promise<void> {
    await manager.query(
      `update staff set name = $3, email = $4, active = $5, host_id = $6, host_chosen_by = $7
       where company_id = $1 and id = $2`,
      [companyId, id, ...valuesOf(fields)],
    );
  }

  /** Whoever had one of these hosts has it no more. */
  async saveMatches(
    manager: EntityManager,
    companyId: string,
    matches: { staffId: string; hostId: string }[],
  ): Promise<void> {
    const values = [companyId, JSON.stringify(matches)];
    const matched = 'jsonb_to_recordset($2::jsonb) as m("staffId" uuid, "hostId" text)';
    // First none, then the new ones: two who change places would meet in the unique index.
    await manager.query(
      `update staff set host_id = null, host_chosen_by = null from ${matched}
       where staff.company_id = $1 and staff.deleted_at is null
         and (staff.id = m."staffId" or staff.host_id = m."hostId")`,
      values,
    );
    await manager.query(
      `update staff set host_id = m."hostId", host_chosen_by = 'match' from ${matched}
       where staff.company_id = $1 and staff.id = m."staffId"`,
      values,
    );
  }

  async markDeleted(manager: EntityManager, companyId: string, id: string): Promise<void> {
    await manager.query('update staff set deleted_at = now() where company_id = $1 and id = $2', [companyId, id]);
  }

  /** Services that name this person, those that were deleted left out. */
  async servicesOf(manager: EntityManager, companyId: string, id: string): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      `select distinct s.id from service_segment_staff t
       join services s on s.company_id = t.company_id and s.id = t.service_id and s.deleted_at is null
       where t.company_id = $1 and t.staff_id = $2 order by s.id`,
      [companyId, id],
    );
    return rows.map((row) => row.id);
  }
}

function valuesOf({ name, email, active, hostId, hostChosenBy }: StaffFields): unknown[] {
  return [name, email, active, hostId, hostChosenBy];
}
