import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import { Counter } from 'prom-client';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../../foundation/config/app-config';
import type { ProviderBookingStatus } from '../../../scheduling/words';
import { Metrics } from '../../../foundation/metrics/metrics.service';

/**
 * `unknown`: no saga of ours made it. `under-way`: its saga will look for it. `stray`: its saga had come to nothing, and
 * takes it back now. `settled`: its saga has come to nothing, and there is nothing left to do. `confirmed`: it is an
 * appointment.
 */
export type Echo = 'unknown' | 'under-way' | 'stray' | 'settled' | 'confirmed';

export interface HeardBooking {
  ref?: string;
  deploymentId?: string;
  status?: ProviderBookingStatus;
  /** A moved booking carries the ref of the first one. */
  rescheduledFromUid?: string;
}

/** What is heard from outside of bookings that sagas made, or tried to make. */
@Injectable()
export class SagaEchoes {
  private readonly strays: Counter;
  private readonly deploymentId: string;
  private readonly settleMs: number;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly dataSource: DataSource,
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    this.settleMs = config.get('bookings', { infer: true }).settleMs;
    this.deploymentId = config.get('deploymentId', { infer: true });
    this.strays = new Counter({
      name: 'slotbridge_stray_bookings_total',
      help: 'Bookings that appeared at a provider after their saga had come to nothing; each one is cancelled',
      registers: [metrics.registry],
    });
  }

  /**
   * Wakes the saga that a booking belongs to. An active booking is taken back only if its saga exists in this database,
   * was begun by this deployment and has come to nothing: a restored backup or a shared account must never cancel real
   * customers.
   */
  async heard(companyId: string, booking: HeardBooking): Promise<Echo> {
    if (booking.ref === undefined || booking.rescheduledFromUid !== undefined) return 'unknown';
    const [saga] = await this.dataSource.query<{ id: string; status: string }[]>(
      `select id, status from sagas
       where company_id = $1 and id = (select saga_id from saga_steps where company_id = $1 and ref = $2)`,
      [companyId, booking.ref],
    );
    if (!saga) return 'unknown';
    if (saga.status === 'confirmed') return 'confirmed';
    if (saga.status === 'running' || saga.status === 'compensating') return this.wake(saga.id);
    return this.heardAfterwards(saga, booking.ref, booking);
  }

  /** The saga has come to nothing. A hint that does not say all of it settles nothing: the booking is read then. */
  private async heardAfterwards(
    { id, status }: { id: string; status: string },
    ref: string,
    booking: HeardBooking,
  ): Promise<Echo> {
    if (booking.status === 'cancelled' || booking.status === 'rejected' || status === 'needs_attention')
      return 'settled';
    const isLive = booking.status !== undefined && booking.deploymentId === this.deploymentId;
    return isLive ? this.takeBack(id, ref) : 'unknown';
  }

  private async wake(sagaId: string): Promise<Echo> {
    await this.dataSource.query(
      `update sagas set next_run_at = clock_timestamp() where id = $1 and status in ('running', 'compensating')`,
      [sagaId],
    );
    return 'under-way';
  }

  private async takeBack(sagaId: string, ref: string): Promise<Echo> {
    const taken = await this.dataSource.query<unknown[]>(
      `with saga as (
         update sagas set status = 'compensating', owner = null, ended_at = null, tries = 0,
           next_run_at = clock_timestamp(), deadline_at = clock_timestamp()
         where id = $1 and status = 'compensated'
           and exists (select from saga_steps where saga_id = $1 and ref = $2 and status <> 'stuck')
         returning id
       ), step as (
         update saga_steps set status = 'trying', settle_at = clock_timestamp() + make_interval(secs => $3)
         where saga_id in (select id from saga) and ref = $2
       )
       select id from saga`,
      [sagaId, ref, this.settleMs / 1000],
    );
    // A person has said of it that nothing is left to be done, or somebody else has just taken it back.
    if (taken.length === 0) return 'settled';
    this.strays.inc();
    this.logger.warn({ alert: 'STRAY_BOOKING', sagaId }, 'a booking appeared after its saga had come to nothing');
    return 'stray';
  }
}
