import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Reply } from './outgoing-client';

/**
 * How long a claim holds: the 10 s that an attempt may take, and room for a slow database. What a killed replica was
 * sending is sent again by another one after this time.
 */
const CLAIM_SECONDS = 30;
/** Attempts at one endpoint at the same time. */
const PER_ENDPOINT = 4;
/** Events and what became of them are kept for this long. */
const KEPT = '30 days';
/** Rows of one deletion: a statement of well under a second. */
const DELETED_AT_ONCE = 5_000;

/** A delivery that is ours to send, with all that sending takes. */
export interface ClaimedDelivery {
  id: string;
  companyId: string;
  claim: string;
  /** Failed attempts of this round. */
  tries: number;
  eventId: string;
  subject: string;
  sequence: number;
  type: string;
  occurredAt: Date;
  sealedPayload: string;
  endpointId: string;
  url: string;
  enabled: boolean;
  sealedSecret: string;
  /** Null when there is none that still signs. */
  sealedPreviousSecret: string | null;
}

export interface AttemptRecord {
  at: Date;
  reply: Omit<Reply, 'text'>;
  sealedResponse: string | null;
  verdict: 'delivered' | 'failed' | 'pending' | 'skipped';
  /** Until the next attempt; for `pending` only. */
  pauseMs: number;
}

/**
 * Each endpoint gives up to four deliveries that are due, and one that fails at present gives one and comes last: so a
 * receiver that hangs keeps few workers busy, and nobody else waits for it. Events of one booking go out one after the
 * other, but one that failed is not waited for.
 */
const CLAIM = `
  with picked as (
    select due.id
    from webhook_endpoints e
    cross join lateral (
      select count(*)::integer as sending from outbox_deliveries c
      where c.endpoint_id = e.id and c.claim is not null and c.next_attempt_at > now()
    ) busy
    cross join lateral (
      select d.id, row_number() over (order by d.next_attempt_at) as place from outbox_deliveries d
      where d.endpoint_id = e.id and d.status = 'pending' and d.next_attempt_at <= now()
        and not exists (
          select from outbox_deliveries earlier
          where earlier.endpoint_id = d.endpoint_id and earlier.subject = d.subject
            and earlier.sequence < d.sequence and earlier.status = 'pending'
            and (earlier.tries = 0 or earlier.claim is not null)
        )
      order by d.next_attempt_at
      limit ${PER_ENDPOINT}
    ) due
    where busy.sending + due.place <= case when e.failing_since is null then ${PER_ENDPOINT} else 1 end
    order by e.failing_since nulls first
    limit $1
  ), free as (
    -- asked again under the lock: another replica may have claimed them since this statement began
    select d.id from outbox_deliveries d join picked on picked.id = d.id
    where d.status = 'pending' and d.next_attempt_at <= now()
    for update of d skip locked
  ), claimed as (
    update outbox_deliveries d set claim = $2, next_attempt_at = now() + interval '${CLAIM_SECONDS} seconds'
    from free where d.id = free.id
    returning d.*
  )
  select c.id, c.company_id as "companyId", c.claim, c.tries, c.event_id as "eventId", c.subject, c.sequence, c.type,
    v.occurred_at as "occurredAt", v.sealed_payload as "sealedPayload",
    e.id as "endpointId", e.url, e.enabled, e.sealed_secret as "sealedSecret",
    case when e.previous_secret_until > now() then e.sealed_previous_secret end as "sealedPreviousSecret"
  from claimed c
  join outbox_events v on v.id = c.event_id
  join webhook_endpoints e on e.id = c.endpoint_id`;

/** A claim that has run out and been taken by another replica records nothing; so does one whose event was erased. */
const FINISH = `
  with finished as (
    update outbox_deliveries set
      status = $3, attempts = attempts + 1, tries = tries + 1, claim = null,
      next_attempt_at = now() + $4 * interval '1 millisecond',
      finished_at = case when $3 = 'pending' then null else now() end,
      last_response_status = $5, last_error = $6
    where id = $1 and claim = $2
    returning company_id, id, attempts
  )
  insert into outbox_attempts (company_id, delivery_id, number, at, duration_ms, response_status, error, sealed_response)
  select company_id, id, attempts, $7, $8, $5, $6, $9 from finished`;

/** The outbox as a queue: who sends what now, and what came of it. */
@Injectable()
export class OutgoingClaims {
  constructor(private readonly database: DataSource) {}

  /** Up to `limit` deliveries that are due, for this replica alone until the claim runs out. */
  claim(limit: number): Promise<ClaimedDelivery[]> {
    return this.database.query<ClaimedDelivery[]>(CLAIM, [limit, randomUUID()]);
  }

  async finish({ id, claim }: ClaimedDelivery, record: AttemptRecord): Promise<void> {
    const { verdict, pauseMs, reply, at, sealedResponse } = record;
    const { status, error, durationMs } = reply;
    await this.database.query(FINISH, [id, claim, verdict, pauseMs, status, error, at, durationMs, sealedResponse]);
  }

  /** Not sent, because its endpoint was switched off meanwhile. */
  async skip({ id, claim }: ClaimedDelivery): Promise<void> {
    await this.database.query(
      `update outbox_deliveries set status = 'skipped', claim = null, finished_at = now() where id = $1 and claim = $2`,
      [id, claim],
    );
  }

  /** Gives a delivery back, to be sent by whoever comes first. */
  async release({ id, claim }: ClaimedDelivery): Promise<void> {
    await this.database.query(
      'update outbox_deliveries set claim = null, next_attempt_at = now() where id = $1 and claim = $2',
      [id, claim],
    );
  }

  /** Deletes events older than 30 days with their deliveries. @returns whether there may be more. */
  async deleteOld(): Promise<boolean> {
    const [deleted] = await this.database.query<{ count: number }[]>(
      `with old as (
         select id from outbox_events where occurred_at < now() - interval '${KEPT}'
         limit ${DELETED_AT_ONCE} for update skip locked
       ), gone as (
         delete from outbox_events v using old where v.id = old.id returning v.id
       ) select count(*)::integer as count from gone`,
    );
    return deleted?.count === DELETED_AT_ONCE;
  }
}
