import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Cursor } from '../../../foundation/http/cursor';

export interface CustomerRow {
  id: string;
  name: string;
  /** Lower case. */
  email: string | null;
  /** E.164 */
  phone: string | null;
  timeZone: string;
  language: string | null;
  createdAt: Date;
  updatedAt: Date;
  erasedAt: Date | null;
}

export interface CustomerFilter {
  email?: string;
  phone?: string;
  /** What the name begins with, in any letter case. */
  name?: string;
  after?: Cursor;
}

export type CustomerChange = Partial<Pick<CustomerRow, 'name' | 'email' | 'phone' | 'timeZone' | 'language'>>;

const COLUMNS = `id, name, email, phone, time_zone as "timeZone", language, created_at as "createdAt",
  updated_at as "updatedAt", erased_at as "erasedAt"`;

/** Rows of customers. Every query carries the company. */
@Injectable()
export class CustomersRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(companyId: string, id: string): Promise<CustomerRow | undefined> {
    const [row] = await this.dataSource.query<CustomerRow[]>(
      `select ${COLUMNS} from customers where company_id = $1 and id = $2`,
      [companyId, id],
    );
    return row;
  }

  /** As {@link find}; nobody else changes the customer until the transaction ends. */
  async lock(manager: EntityManager, companyId: string, id: string): Promise<CustomerRow | undefined> {
    const [row] = await manager.query<CustomerRow[]>(
      `select ${COLUMNS} from customers where company_id = $1 and id = $2 for update`,
      [companyId, id],
    );
    return row;
  }

  /** Newest first, without those who were erased; one more than `limit` when there are more. */
  list(companyId: string, { email, phone, name, after }: CustomerFilter, limit: number): Promise<CustomerRow[]> {
    return this.dataSource.query<CustomerRow[]>(
      `select ${COLUMNS} from customers
       where company_id = $1 and erased_at is null
         and ($2::text is null or email = $2) and ($3::text is null or phone = $3)
         and ($4::text is null or lower(name) like $4)
         and ($5::timestamptz is null or (created_at, id) < ($5::timestamptz, $6::uuid))
       order by created_at desc, id desc limit $7`,
      [
        companyId,
        email ?? null,
        phone ?? null,
        name === undefined ? null : `${name.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`,
        after?.at ?? null,
        after?.id ?? null,
        limit + 1,
      ],
    );
  }

  /** @throws QueryFailedError `customers_email` or `customers_phone` for one that is somebody else's. */
  async change(manager: EntityManager, companyId: string, row: CustomerRow, change: CustomerChange): Promise<void> {
    const { name, email, phone, timeZone, language } = { ...row, ...change };
    await manager.query(
      `update customers set name = $3, email = $4, phone = $5, time_zone = $6, language = $7,
         told_at = clock_timestamp(), updated_at = clock_timestamp()
       where company_id = $1 and id = $2`,
      [companyId, row.id, name, email, phone, timeZone, language],
    );
  }
}
