import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../foundation/config/app-config';

/**
 * `saga`: something is booked that must not be, and the provider refuses for good to cancel it.
 * `booking`: an appointment that was marked so.
 * `outcome_pending`: nobody is finding out any more whether it was booked.
 * `unconfirmed`: its start passed without a confirmation.
 */
export type BookingAttentionKind = 'saga' | 'booking' | 'outcome_pending' | 'unconfirmed';

/** Something that waits for a person. */
export interface WaitingItem<Kind extends string = string> {
  kind: Kind;
  companyId: string;
  /** Of the saga, appointment, connection ... that waits. */
  subjectId: string;
  /** Truncated to milliseconds. */
  since: Date;
}

const ITEMS = `
  select 'saga' as kind, company_id, id as subject_id, coalesce(ended_at, created_at) as since
  from sagas where status = 'needs_attention'
  union all
  select 'booking', company_id, id, updated_at from appointments where status = 'needs_attention'
  union all
  select 'unconfirmed', company_id, id, starts_at
  from appointments where status = 'awaiting_confirmation' and starts_at < clock_timestamp()
  union all
  select 'outcome_pending', company_id, id, created_at
  from appointments
  where status = 'outcome_pending' and created_at < clock_timestamp() - make_interval(secs => $1::float8)
    and not exists (
      select from saga_steps step join sagas saga on saga.id = step.saga_id
      where step.appointment_id = appointments.id and saga.status in ('running', 'compensating'))`;

/** Bookings that the service cannot bring to an end by itself. */
@Injectable()
export class BookingAttention {
  private readonly openSeconds: number;

  constructor(
    private readonly dataSource: DataSource,
    config: ConfigService<AppConfig, true>,
  ) {
    const { deadlineMs, settleMs } = config.get('bookings', { infer: true });
    this.openSeconds = (deadlineMs + settleMs) / 1000;
  }

  /** Everything that waits, in no order. @param companyId of all companies when absent */
  async waiting(companyId?: string): Promise<WaitingItem<BookingAttentionKind>[]> {
    return this.dataSource.query(
      `select kind, company_id as "companyId", subject_id as "subjectId", date_trunc('milliseconds', since) as since
       from (${ITEMS}) as item where $2::uuid is null or company_id = $2`,
      [this.openSeconds, companyId ?? null],
    );
  }

  /** Since when the oldest booking of the company has had an unknown outcome; undefined when there is none. */
  async oldestPendingAt(companyId: string): Promise<Date | undefined> {
    const [row] = await this.dataSource.query<{ at: Date | null }[]>(
      `select min(created_at) as at from appointments where company_id = $1 and status = 'outcome_pending'`,
      [companyId],
    );
    return row?.at ?? undefined;
  }
}
