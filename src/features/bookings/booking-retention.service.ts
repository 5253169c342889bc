import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** As long as a caller may repeat a request and get the same answer. */
const KEPT = '30 days';
/** Rows by one statement, so that nobody waits long for their locks. */
const AT_ONCE = 1_000;

/**
 * An answer is kept for as long as its key. A saga that waits for a person stays, and so does one whose key is still to
 * be answered.
 */
const OLD = {
  idempotencyKeys: `delete from idempotency_keys where ctid = any (array(
    select ctid from idempotency_keys
    where created_at < clock_timestamp() - interval '${KEPT}' and locked_until < clock_timestamp() limit ${AT_ONCE}))`,
  sagas: `delete from sagas where id = any (array(
    select id from sagas
    where status in ('confirmed', 'compensated') and ended_at < clock_timestamp() - interval '${KEPT}'
      and not exists (select from idempotency_keys key where key.saga_id = sagas.id and key.status = 'running')
    limit ${AT_ONCE}))`,
  // Made for a booking that was then refused.
  customers: `delete from customers where id = any (array(
    select id from customers
    where created_at < clock_timestamp() - interval '1 day' and erased_at is null
      and not exists (select from appointments where appointments.customer_id = customers.id)
    limit ${AT_ONCE}))`,
};

export interface Deleted {
  idempotencyKeys: number;
  sagas: number;
  customers: number;
}

/** Forgets what was needed to book once and is not any more; appointments stay. */
@Injectable()
export class BookingRetention {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Deletes what is older than 30 days, the sealed inputs of sagas and the sealed answers included, and customers who
   * never had a booking after a day.
   */
  async deleteOld(): Promise<Deleted> {
    const idempotencyKeys = await this.deleteAll(OLD.idempotencyKeys);
    const sagas = await this.deleteAll(OLD.sagas);
    return { idempotencyKeys, sagas, customers: await this.deleteAll(OLD.customers) };
  }

  private async deleteAll(sql: string): Promise<number> {
    let deleted = 0;
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(sql);
      deleted += count;
      if (count < AT_ONCE) return deleted;
    }
  }
}
