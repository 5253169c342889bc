import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { Replica } from '../../foundation/replicas/replica.service';
import { isAlive } from '../../foundation/replicas/replica.sql';
import { Moment, type PreparedWrite, sendAtOnce } from '../../scheduling/prepared-write';
import { SchedulingError } from '../../scheduling/scheduling-error';

/** Longer than a change with a lost answer and its look. A process that died holds a booking no longer than it lives. */
const LEASE_SECONDS = 60;
/** A call without an answer may take effect for two minutes; most that do at all do so within seconds. */
const LOOKS = { first: 15, count: 2 };

/** The right to change one booking at the provider: two reschedules at once would both be booked there. */
export interface BookingLease {
  companyId: string;
  id: string;
  owner: string;
}

/** Changes of one booking go one after another, across replicas. */
@Injectable()
export class BookingLeases {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replica: Replica,
  ) {}

  /** @throws ApiError `CONFLICT` (`CHANGE_IN_PROGRESS`) while somebody else who lives has it. */
  async with<T>(companyId: string, id: string, work: (lease: BookingLease) => Promise<T>): Promise<T> {
    const lease = { companyId, id, owner: randomUUID() };
    if (!(await this.take(lease))) throw inProgress();
    try {
      return await work(lease);
    } finally {
      await this.release(lease);
    }
  }

  /**
   * Waits first, for permit and connection; then makes sure that the lease is still ours; then sends. So a process that
   * was frozen meanwhile sends nothing.
   *
   * @throws ApiError `CONFLICT` when the lease is somebody else's by now: nothing was sent.
   */
  async send<T>(lease: BookingLease, prepare: () => Promise<PreparedWrite<T>>): Promise<T> {
    try {
      return await sendAtOnce(async () => {
        const prepared = await prepare();
        const intentAt = new Moment();
        const isOurs = this.replica.isFit && (await this.renew(lease));
        if (isOurs) return { ...prepared, send: () => prepared.send(intentAt) };
        prepared.release();
        throw inProgress();
      });
    } catch (error) {
      if (error instanceof SchedulingError && error.code === 'OUTCOME_UNKNOWN') await this.lookAgain(lease);
      throw error;
    }
  }

  private async take({ companyId, id, owner }: BookingLease): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `with taken as (
         update appointments set change_owner = $3, change_replica = $4,
           change_until = clock_timestamp() + make_interval(secs => $5)
         where company_id = $1 and id = $2
           and (change_owner is null or change_until < clock_timestamp() or not ${isAlive('change_replica')})
         returning id)
       select id from taken`,
      [companyId, id, owner, this.replica.id, LEASE_SECONDS],
    );
    return rows.length === 1;
  }

  private async renew({ companyId, id, owner }: BookingLease): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `with renewed as (
         update appointments set change_until = clock_timestamp() + make_interval(secs => $4)
         where company_id = $1 and id = $2 and change_owner = $3 returning id)
       select id from renewed`,
      [companyId, id, owner, LEASE_SECONDS],
    );
    return rows.length === 1;
  }

  private async release({ companyId, id, owner }: BookingLease): Promise<void> {
    await this.dataSource.query(
      `update appointments set change_owner = null, change_replica = null, change_until = null
       where company_id = $1 and id = $2 and change_owner = $3`,
      [companyId, id, owner],
    );
  }

  private async lookAgain({ companyId, id }: BookingLease): Promise<void> {
    await this.dataSource.query(
      `update appointments set look_at = clock_timestamp() + make_interval(secs => $3), looks_left = $4
       where company_id = $1 and id = $2`,
      [companyId, id, LOOKS.first, LOOKS.count],
    );
  }
}

function inProgress(): ApiError {
  return new ApiError('CONFLICT', { details: { reason: 'CHANGE_IN_PROGRESS' }, headers: { 'retry-after': '2' } });
}
