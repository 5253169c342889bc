import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EpochMs, Minutes } from '../../../scheduling/words';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { TimeClaim } from '../claims/host-times.service';

/** Time that is held or being booked. Ids only of this company's own. */
export interface ClaimedTime extends TimeClaim {
  fromMs: EpochMs;
  toMs: EpochMs;
  by: 'hold' | 'booking' | 'change' | 'another company';
  untilMs: EpochMs | null;
  holdId: string | null;
  appointmentId: string | null;
}

/** A booking that takes up time at the provider, or may. */
export interface BookedTime {
  appointmentId: string;
  status: string;
  origin: string;
  startMs: EpochMs;
  endMs: EpochMs;
  beforeBufferMinutes: Minutes;
  afterBufferMinutes: Minutes;
  eventTypeId: string | null;
  /** The provider's ids. */
  hostIds: string[];
}

/** Longest event type, with the longest buffers that are used: what began earlier is over. */
const REACH_MS = 2 * 86_400_000;

/**
 * What we have written down about a host's time. Bookings are read here, not asked of the room that owns them: it
 * imports this one, and only what the table says about time is needed. Scoped by company and connection like every query.
 */
@Injectable()
export class ExplainRecords {
  constructor(private readonly dataSource: DataSource) {}

  /** Claims on any of this time that are alive. */
  async claims(
    companyId: string,
    account: string,
    hosts: string[],
    fromMs: EpochMs,
    toMs: EpochMs,
  ): Promise<ClaimedTime[]> {
    return this.dataSource.query<ClaimedTime[]>(
      `select c.account, c.host, extract(epoch from lower(c.during))::float8 * 1000 as "fromMs",
         extract(epoch from upper(c.during))::float8 * 1000 as "toMs",
         extract(epoch from c.expires_at)::float8 * 1000 as "untilMs",
         case when c.company_id <> $1 then 'another company' when c.hold_id is not null then 'hold'
           when c.change_of is not null then 'change' else 'booking' end as by,
         case when c.company_id = $1 then c.hold_id end as "holdId",
         case when c.company_id = $1 then coalesce(c.change_of, (select step.appointment_id from saga_steps step
           where step.company_id = $1 and step.saga_id = c.saga_id
             and tstzrange(step.starts_at, step.ends_at) && c.during order by step.seq limit 1)) end as "appointmentId"
       from time_claims c
       where c.account = $2 and c.host = any($3) and not lower_inf(c.during)
         and c.during && tstzrange(to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000))
         and (c.expires_at is null or c.expires_at > clock_timestamp())
       order by c.during`,
      [companyId, account, hosts, fromMs, toMs],
    );
  }

  /** Bookings that are not off, with a start in [fromMs, toMs) or up to two days before or after, by start. */
  async booked({ companyId, connectionId }: EventTypeRecord, fromMs: EpochMs, toMs: EpochMs): Promise<BookedTime[]> {
    return this.dataSource.query<BookedTime[]>(
      `select a.id as "appointmentId", a.status, a.origin, a.event_type_id as "eventTypeId",
         extract(epoch from a.starts_at)::float8 * 1000 as "startMs",
         extract(epoch from a.ends_at)::float8 * 1000 as "endMs",
         coalesce((t.definition ->> 'beforeBufferMinutes')::integer, 0) as "beforeBufferMinutes",
         coalesce((t.definition ->> 'afterBufferMinutes')::integer, 0) as "afterBufferMinutes",
         array(select host ->> 'id' from jsonb_array_elements(a.hosts) as host) as "hostIds"
       from appointments a left join event_types t on t.company_id = a.company_id and t.id = a.event_type_id
       where a.company_id = $1 and a.connection_id = $2 and a.status not in ('cancelled', 'rejected')
         and a.starts_at >= to_timestamp($3::float8 / 1000) and a.starts_at < to_timestamp($4::float8 / 1000)
       order by a.starts_at, a.id`,
      [companyId, connectionId, fromMs - REACH_MS, toMs + REACH_MS],
    );
  }
}
