import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretBox } from '../crypto/secret-box';
import { payloadPlace } from './outbox-places';

export interface OutboxEvent {
  companyId: string;
  /** What the event is about. Events of one subject are numbered 1, 2, 3 ... */
  subject: string;
  /** For example `booking.created`. */
  type: string;
  /** The subject's full state as JSON. Sealed at rest and deleted after 30 days. */
  payload: object;
}

/**
 * Four tables by one statement, because it stands in the transaction of every booking:
 * - the endpoints are locked against being deleted (not against being changed), or a delivery would point to nothing and
 *   break its caller's transaction;
 * - the counter's row stays locked until the caller commits. So of two transactions that tell of one subject the second
 *   waits, and numbers are given in the order of the commits; a rollback takes its number back.
 */
const ADD = `
  with endpoint as materialized (
    select id, enabled, case when $6::uuid is null then cardinality(types) = 0 or $4 = any (types) else id = $6 end as listens
    from webhook_endpoints where company_id = $1
    for key share
  ), counted as (
    insert into outbox_sequences (company_id, subject, last)
    select $1::uuid, $2::uuid, 1 where exists (select from endpoint)
    on conflict (company_id, subject) do update set last = outbox_sequences.last + 1
    returning last
  ), event as (
    insert into outbox_events (id, company_id, subject, sequence, type, sealed_payload)
    select $3::uuid, $1::uuid, $2::uuid, last, $4::text, $5
    from counted where exists (select from endpoint where listens)
    returning id, sequence
  )
  insert into outbox_deliveries (company_id, endpoint_id, event_id, subject, sequence, type, status, finished_at)
  select $1::uuid, endpoint.id, event.id, $2::uuid, sequence, $4::text,
    case when enabled then 'pending' else 'skipped' end, case when enabled then null else now() end
  from event cross join endpoint where listens
  returning id`;

/** Events that exist exactly when the change that they tell of was committed. */
@Injectable()
export class Outbox {
  constructor(private readonly box: SecretBox) {}

  /**
   * Adds an event to the caller's transaction, by one statement. When the company has no endpoint it writes nothing and
   * counts nothing. An endpoint that is switched off gets its deliveries as `skipped`, to be replayed if wanted.
   *
   * The subject's counter stays locked until the caller's transaction ends. Whoever adds events of several subjects in
   * one transaction does so in the order of their ids, or two of them could wait for each other.
   */
  async add(manager: EntityManager, event: OutboxEvent): Promise<void> {
    await this.insert(manager, event, null);
  }

  /**
   * Adds an event for one endpoint alone, whatever types it listens to.
   *
   * @returns the delivery's id; undefined when the company has no such endpoint.
   */
  async addFor(manager: EntityManager, endpointId: string, event: OutboxEvent): Promise<string | undefined> {
    const [delivery] = await this.insert(manager, event, endpointId);
    return delivery?.id;
  }

  /**
   * Deletes the events of these subjects with their deliveries and attempts, as part of the caller's transaction. Their
   * numbering goes on after it. What was sent before cannot be called back.
   */
  async erase(manager: EntityManager, companyId: string, subjects: readonly string[]): Promise<void> {
    await manager.query('delete from outbox_events where company_id = $1 and subject = any ($2::uuid[])', [
      companyId,
      [...subjects],
    ]);
  }

  private insert(manager: EntityManager, event: OutboxEvent, endpointId: string | null): Promise<{ id: string }[]> {
    const { companyId, subject, type, payload } = event;
    const sealed = this.box.seal(JSON.stringify(payload), payloadPlace(companyId));
    return manager.query(ADD, [companyId, subject, randomUUID(), type, sealed, endpointId]);
  }
}
