import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import { CompanyRow } from './company.entity';

export type CompanyFields = Pick<CompanyRow, 'name' | 'timeZone' | 'locale' | 'phoneCountry'> &
  Partial<Pick<CompanyRow, 'reserveVisits'>>;

/** Lists sort by what a cursor can carry, so to the millisecond. */
const CREATED_AT = "date_trunc('milliseconds', company.created_at)";

@Injectable()
export class CompaniesRepository {
  constructor(@InjectRepository(CompanyRow) private readonly rows: Repository<CompanyRow>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.rows.manager.transaction(work);
  }

  async find(id: string): Promise<CompanyRow | undefined> {
    return (await this.rows.findOneBy({ id })) ?? undefined;
  }

  /** Oldest first; one more than `limit` when there are more. */
  async list(limit: number, after?: Cursor): Promise<CompanyRow[]> {
    const query = this.rows.createQueryBuilder('company');
    if (after) query.where(`(${CREATED_AT}, company.id) > (:at::timestamptz, :id::uuid)`, { ...after });
    return query
      .orderBy(CREATED_AT)
      .addOrderBy('company.id')
      .limit(limit + 1)
      .getMany();
  }

  async insert(manager: EntityManager, id: string, fields: CompanyFields): Promise<void> {
    await manager.insert(CompanyRow, { id, ...fields });
  }

  /** @returns whether there was such a company. */
  async update(manager: EntityManager, id: string, fields: Partial<CompanyFields>): Promise<boolean> {
    const { affected } = await manager.update(CompanyRow, { id }, { ...fields, updatedAt: () => 'now()' });
    return affected === 1;
  }

  /** Deletes the company with everything that names it. @returns whether there was such a company. */
  async remove(manager: EntityManager, id: string): Promise<boolean> {
    const { affected } = await manager.delete(CompanyRow, { id });
    return affected === 1;
  }
}
