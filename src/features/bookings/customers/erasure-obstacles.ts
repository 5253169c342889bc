import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import { isAlive } from '../../../foundation/replicas/replica.sql';
import type { Concerned } from './customer-copies';

/** Bookings and changes take seconds. */
const RETRY_AFTER_SECONDS = '5';
/** Ids in one answer: enough to go on with. */
const NAMED_MAX = 100;

/** What keeps somebody from being erased now. The bookings are locked by the caller. */
@Injectable()
export class ErasureObstacles {
  /**
   * @throws ApiError `CONFLICT` (`BOOKING_IN_PROGRESS`) while a booking, a change or its answer is being worked on, which
   *   would write the person's words again.
   */
  async refuseWork(manager: EntityManager, { companyId, appointmentIds, hidden }: Concerned): Promise<void> {
    const [row] = await manager.query<[{ isBusy: boolean }]>(
      `select exists (
         select from sagas where company_id = $1 and status in ('running', 'compensating') and (id = any ($3::uuid[])
           or id in (select saga_id from saga_steps where company_id = $1 and appointment_id = any ($2::uuid[])))
       ) or exists (
         select from appointments where company_id = $1 and id = any ($2::uuid[])
           and change_owner is not null and change_until > clock_timestamp() and ${isAlive('change_replica')}
       ) or exists (
         select from idempotency_keys where company_id = $1 and resource_id = any ($2::uuid[]) and status = 'running'
           and locked_until > clock_timestamp() and ${isAlive('idempotency_keys.replica')}
       ) as "isBusy"`,
      [companyId, appointmentIds, hidden.sagaIds],
    );
    if (!row.isBusy) return;
    throw new ApiError('CONFLICT', {
      details: { reason: 'BOOKING_IN_PROGRESS' },
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    });
  }

  /** @throws ApiError `CONFLICT` (`FUTURE_BOOKINGS`) with the ids of bookings whose host still waits for the person. */
  async refuseFuture(manager: EntityManager, companyId: string, customerId: string): Promise<void> {
    const rows = await manager.query<{ id: string }[]>(
      `select id from appointments
       where company_id = $1 and customer_id = $2 and ends_at > clock_timestamp()
         and status not in ('cancelled', 'rejected')
       order by starts_at, id limit ${NAMED_MAX}`,
      [companyId, customerId],
    );
    if (rows.length === 0) return;
    const bookings = rows.map(({ id }) => id);
    throw new ApiError('CONFLICT', { details: { reason: 'FUTURE_BOOKINGS', bookings } });
  }
}
