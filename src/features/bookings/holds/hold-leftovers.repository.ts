import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Leftover } from './hold';

/** A reservation that ends by itself this soon is not worth a call. */
const WORTH_ENDING = '5 seconds';
/** Holds that have ended are told of for so long. */
const REMEMBERED = '1 day';

/** What holds leave behind when they end. */
@Injectable()
export class HoldLeftovers {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Reservations whose hold was released, has expired, or was taken by a booking that has ended. Each is handed out once,
   * and again after a pause that doubles, for as long as {@link ended} is not said.
   */
  async take(limit: number): Promise<Leftover[]> {
    return this.dataSource.query<Leftover[]>(
      `with taken as (
         update holds set ending_tries = ending_tries + 1,
           ending_next_at = clock_timestamp() + make_interval(secs => 5 * power(2, least(ending_tries, 6)))
         where id in (
           select holds.id from holds left join sagas on sagas.id = holds.saga_id
           where reservation_uid is not null and ending_next_at <= clock_timestamp()
             and reservation_until > clock_timestamp() + interval '${WORTH_ENDING}'
             and case holds.status when 'released' then true
               when 'active' then holds.expires_at <= clock_timestamp()
               else sagas.id is null or sagas.status not in ('running', 'compensating') end
           order by ending_next_at limit $1 for update of holds skip locked)
         returning *)
       select id as "holdId", connection_id as "connectionId", reservation_uid as "reservationUid" from taken`,
      [limit],
    );
  }

  async ended({ holdId }: Leftover): Promise<void> {
    await this.dataSource.query('update holds set reservation_uid = null where id = $1', [holdId]);
  }

  /** Claims of holds that have expired, and holds that ended long ago. */
  async clear(): Promise<void> {
    await this.dataSource.query('delete from time_claims where expires_at < clock_timestamp()');
    await this.dataSource.query(`delete from holds where expires_at < clock_timestamp() - interval '${REMEMBERED}'`);
  }
}
