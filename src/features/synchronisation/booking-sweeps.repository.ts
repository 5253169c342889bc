import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ReconciliationCounts } from '../bookings/booking-reconciliation.service';
import { SyncStatesRepository, type SyncTurn } from './sync-states.repository';

/** Where a reading of changed bookings stands. Instants are the provider's, in milliseconds since the epoch. */
export interface SweepPlace {
  /** Everything that changed before then was read. */
  changedSinceMs: number;
  /** The next page of a reading that has begun; absent before the first one. */
  pageCursor?: string;
  /** The latest change that this reading has met; absent as well when something of it could not be recorded. */
  seenUntilMs?: number;
}

/** What a company may know of its sweeps. */
export interface SweepRecord {
  lastRunAt: Date | null;
  lastSuccessAt: Date | null;
  driftFound: number;
  healed: number;
}

const MS = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** How far the sweeps of each connection came, and what they found. Every write of a sweep is fenced. */
@Injectable()
export class BookingSweepsRepository {
  constructor(
    private readonly database: DataSource,
    private readonly states: SyncStatesRepository,
  ) {}

  /** Begins a look. The first one of a connection begins a day before the connection was made, not with its history. */
  async begin(turn: SyncTurn): Promise<SweepPlace | undefined> {
    const [row] = await this.database.query<{ since: number; cursor: string | null; seen: number | null }[]>(
      `with begun as (
         update sync_states s set last_run_at = clock_timestamp(),
           changed_since = coalesce(changed_since, c.created_at - interval '1 day')
         from connections c
         where c.id = s.connection_id and s.connection_id = $1 and s.kind = $2 and s.owner = $3 and s.fence = $4
         returning s.*)
       select ${MS('changed_since')} as since, page_cursor as cursor, ${MS('seen_until')} as seen from begun`,
      this.states.identity(turn),
    );
    if (!row) return undefined;
    const { since: changedSinceMs, cursor, seen } = row;
    return {
      changedSinceMs,
      ...(cursor === null ? {} : { pageCursor: cursor }),
      ...(seen === null ? {} : { seenUntilMs: seen }),
    };
  }

  /**
   * Writes what a page has brought, so that whoever takes over goes on behind it.
   *
   * @returns false when this turn is no longer ours: nothing was written.
   */
  async saved(turn: SyncTurn, place: SweepPlace, counts: ReconciliationCounts): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `with saved as (
         update sync_states set
           -- never beyond our own clock: a provider's that is fast must not hide what comes
           changed_since = least(to_timestamp($5::float8 / 1000), clock_timestamp()), page_cursor = $6,
           seen_until = to_timestamp($7::float8 / 1000),
           looked_at = looked_at + $8, drift_found = drift_found + $9, healed = healed + $10
         where connection_id = $1 and kind = $2 and owner = $3 and fence = $4 returning 1)
       select 1 from saved`,
      [
        ...this.states.identity(turn),
        place.changedSinceMs,
        place.pageCursor ?? null,
        place.seenUntilMs ?? null,
        counts.looked,
        counts.drift,
        counts.healed,
      ],
    );
    return rows.length > 0;
  }

  /** @param errorCode of a look that failed; the last success stays what it was. */
  async finish(turn: SyncTurn, errorCode?: string): Promise<void> {
    await this.database.query(
      `update sync_states set last_error = $5,
         last_success_at = case when $5::text is null then clock_timestamp() else last_success_at end
       where connection_id = $1 and kind = $2 and owner = $3 and fence = $4`,
      [...this.states.identity(turn), errorCode ?? null],
    );
  }

  async ofCompany(companyId: string): Promise<SweepRecord | undefined> {
    const [row] = await this.database.query<SweepRecord[]>(
      `select last_run_at as "lastRunAt", last_success_at as "lastSuccessAt",
         drift_found::float8 as "driftFound", healed::float8 as "healed"
       from sync_states where company_id = $1 and kind = 'bookings'`,
      [companyId],
    );
    return row;
  }
}
