import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../foundation/config/app-config';
import type { Cursor } from '../../foundation/http/cursor';

/**
 * `saga`: something is booked that must not be, and the provider refuses for good to cancel it.
 * `composite_booking`: the same of a segment of a visit.
 * `booking`: an appointment that was marked so.
 * `outcome_pending`: nobody is finding out any more whether it was booked.
 * `unconfirmed`: its start passed without a confirmation.
 */
export type BookingAttentionKind = 'saga' | 'composite_booking' | 'booking' | 'outcome_pending' | 'unconfirmed';

/** Something that waits for a person. */
export interface WaitingItem<Kind extends string = string> {
  /** Of this item, the same as long as it waits. */
  id: string;
  kind: Kind;
  companyId: string;
  /** Of the saga, appointment, connection ... that waits. */
  subjectId: string;
  since: Date;
}

export interface WaitingFilter {
  kind?: string;
  companyId?: string;
  after?: Cursor;
  limit: number;
}

const ITEMS = `
  select 'saga' as kind, company_id, id as subject_id, coalesce(ended_at, created_at) as since
  from sagas where status = 'needs_attention' and kind = 'booking'
  union all
  select 'composite_booking', saga.company_id, own.composite_booking_id, min(coalesce(saga.ended_at, saga.created_at))
  from sagas saga join composite_booking_sagas own on own.saga_id = saga.id
  where saga.status = 'needs_attention'
  group by saga.company_id, own.composite_booking_id
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

  /** Those that have waited longest first; at most `limit`. */
  waiting(filter: WaitingFilter): Promise<WaitingItem<BookingAttentionKind>[]> {
    return waitingItems(this.dataSource, { sql: ITEMS, parameters: [this.openSeconds] }, filter);
  }

  /** How many of each kind wait; kinds without any are left out. */
  counts(): Promise<Map<BookingAttentionKind, number>> {
    return waitingCounts(this.dataSource, { sql: ITEMS, parameters: [this.openSeconds] });
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

/** SQL with the columns kind, company_id, subject_id and since. */
export interface WaitingSource {
  sql: string;
  parameters: unknown[];
}

/** To the millisecond, and with an id of its own, so that a cursor names exactly one item. */
const ITEM = (sql: string): string => `
  select md5(kind || subject_id)::uuid as id, kind, company_id as "companyId", subject_id as "subjectId",
    date_trunc('milliseconds', since) as since from (${sql}) as source`;

export async function waitingItems<Kind extends string>(
  database: DataSource,
  { sql, parameters }: WaitingSource,
  { kind, companyId, after, limit }: WaitingFilter,
): Promise<WaitingItem<Kind>[]> {
  const place = (index: number): string => `$${parameters.length + index}`;
  return database.query(
    `select * from (${ITEM(sql)}) as item
     where (${place(1)}::text is null or kind = ${place(1)}) and (${place(2)}::uuid is null or "companyId" = ${place(2)})
       and (${place(3)}::timestamptz is null or (since, id) > (${place(3)}, ${place(4)}::uuid))
     order by since, id limit ${place(5)}`,
    [...parameters, kind ?? null, companyId ?? null, after?.at ?? null, after?.id ?? null, limit],
  );
}

export async function waitingCounts<Kind extends string>(
  database: DataSource,
  { sql, parameters }: WaitingSource,
): Promise<Map<Kind, number>> {
  const rows = await database.query<{ kind: Kind; count: number }[]>(
    `select kind, count(*)::integer as count from (${sql}) as source group by kind`,
    parameters,
  );
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}
