import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { violatesExclusion } from '../../../foundation/database/violations';

/** A stretch of a host's time, half-open; `host` within `account`, wherever a host's id means something. */
export interface TimeClaim {
  account: string;
  host: string;
  /** Both absent = all time: whatever happens for it happens one after another. */
  fromMs?: number;
  toMs?: number;
}

/** Who claims: a saga while its call is in flight, or a hold until it expires. */
export type Claimant = { sagaId: string } | { holdId: string; expiresAtMs: number };

/** Somebody else has claimed some of this time. */
export class TimeClaimed extends Error {
  override readonly name = 'TimeClaimed';
}

/** Times that are spoken for, across companies, event types and replicas. */
@Injectable()
export class TimeClaimsRepository {
  /**
   * All of these or none. In one order always, so that two who want the same do not wait for each other.
   *
   * @throws TimeClaimed when one overlaps another's claim: the transaction must not commit.
   */
  async claim(manager: EntityManager, companyId: string, claimant: Claimant, claims: TimeClaim[]): Promise<void> {
    const sorted = [...claims].sort((a, b) => order(a).localeCompare(order(b)));
    await this.removeExpired(manager, sorted);
    const [sagaId, holdId, expiresMs] =
      'sagaId' in claimant ? [claimant.sagaId, null, null] : [null, claimant.holdId, claimant.expiresAtMs];
    for (const { account, host, fromMs, toMs } of sorted) {
      try {
        await manager.query(
          `insert into time_claims (company_id, account, host, during, saga_id, hold_id, expires_at)
           values ($1, $2, $3, tstzrange(to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000)), $6, $7,
             to_timestamp($8::float8 / 1000))`,
          [companyId, account, host, fromMs ?? null, toMs ?? null, sagaId, holdId, expiresMs],
        );
      } catch (error) {
        throw violatesExclusion(error, 'time_claims_free') ? new TimeClaimed() : error;
      }
    }
  }

  async release(manager: EntityManager, sagaId: string): Promise<void> {
    await manager.query('delete from time_claims where saga_id = $1', [sagaId]);
  }

  private async removeExpired(manager: EntityManager, claims: TimeClaim[]): Promise<void> {
    await manager.query(
      `delete from time_claims where expires_at < clock_timestamp()
         and (account, host) in (select * from unnest($1::text[], $2::text[]))`,
      [claims.map(({ account }) => account), claims.map(({ host }) => host)],
    );
  }
}

function order({ account, host, fromMs = 0 }: TimeClaim): string {
  return `${account}\n${host}\n${String(fromMs).padStart(16, '0')}`;
}
