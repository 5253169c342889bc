import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  type WaitingFilter,
  waitingCounts,
  type WaitingItem,
  waitingItems,
} from '../bookings/booking-attention.service';
import type { AttentionKind } from './attention-kinds';

/**
 * Read from the tables themselves: it concerns every company at once, and the services of the rooms answer for one.
 * An endpoint that its company switched off waits for nobody.
 */
const ITEMS = `
  select 'webhook_delivery' as kind, company_id, id as subject_id, received_at as since
  from webhook_deliveries where status = 'failed'
  union all
  select 'credential_refused', company_id, id, coalesce(credential_refused_at, created_at)
  from connections where status = 'credential_refused'
  union all
  select 'webhook_registration', company_id, id, coalesce(verified_at, created_at)
  from connections c
  where webhook_error is not null
    or exists (select from webhook_subscriptions w where w.connection_id = c.id and w.error is not null)
  union all
  select 'synchronisation', s.company_id, s.connection_id, coalesce(s.last_success_at, s.last_run_at)
  from sync_states s join connections c on c.id = s.connection_id
  where s.kind = 'bookings' and c.status <> 'credential_refused' and s.last_error is not null
    and coalesce(s.last_success_at, c.created_at) < clock_timestamp() - interval '2 hours'
  union all
  select 'endpoint_disabled', company_id, id, coalesce(disabled_at, updated_at)
  from webhook_endpoints where not enabled and disabled_reason in ('gone', 'failing')`;

const SOURCE = { sql: ITEMS, parameters: [] };

/** What waits for a person, of everything but bookings. */
@Injectable()
export class AttentionRepository {
  constructor(private readonly database: DataSource) {}

  /** Those that have waited longest first; at most `limit`. */
  waiting(filter: WaitingFilter): Promise<WaitingItem<AttentionKind>[]> {
    return waitingItems(this.database, SOURCE, filter);
  }

  counts(): Promise<Map<AttentionKind, number>> {
    return waitingCounts(this.database, SOURCE);
  }
}
