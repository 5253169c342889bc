import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { violatesExclusion } from '../../../foundation/database/violations';
import { OwnNews, type ToldNews } from '../store/own-news.service';
import { tellSql } from '../store/tell.sql';
import type { TimeClaim } from './time-claim';

export type { TimeClaim } from './time-claim';

/** Who claims: a saga or a move of a booking while its call is in flight, or a hold until it expires. */
export type Claimant =
  { sagaId: string } | { holdId: string; expiresAtMs: number } | { changeOf: string; expiresAtMs: number };

/** As it is told to other replicas. */
export function nameOf(claimant: Claimant): string {
  if ('sagaId' in claimant) return `saga ${claimant.sagaId}`;
  return 'holdId' in claimant ? `hold ${claimant.holdId}` : `change ${claimant.changeOf}`;
}

/** Somebody else has claimed some of this time. */
export class TimeClaimed extends Error {
  override readonly name = 'TimeClaimed';

  /** @param claim the one that could not be made. */
  constructor(readonly claim: TimeClaim) {
    super(`${claim.host} is claimed`);
  }

  /** It is a turn, which ends with the booking that has it: waiting for it helps. */
  get isTurn(): boolean {
    return this.claim.fromMs === undefined;
  }
}

/** Times that are spoken for, across companies, event types and replicas. */
@Injectable()
export class TimeClaimsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly own: OwnNews,
  ) {}

  /**
   * All of these or none. In one order always, so that two who want the same do not wait for each other.
   *
   * @param inPlaceOf a hold whose claims end with this transaction: there is no moment in between for others.
   * @throws TimeClaimed when one overlaps another's claim: the transaction must not commit.
   */
  async claim(
    manager: EntityManager,
    companyId: string,
    claimant: Claimant,
    claims: TimeClaim[],
    inPlaceOf?: string,
  ): Promise<void> {
    const sorted = [...claims].sort((a, b) => order(a).localeCompare(order(b)));
    await this.enter(manager, sorted, {
      holdId: inPlaceOf,
      sagaId: 'sagaId' in claimant ? claimant.sagaId : undefined,
    });
    const by = { sagaId: null, holdId: null, changeOf: null, expiresAtMs: null, ...claimant };
    for (const claim of sorted) {
      const { account, host, fromMs, toMs } = claim;
      try {
        await manager.query(
          `insert into time_claims (company_id, account, host, during, saga_id, hold_id, change_of, expires_at)
           values ($1, $2, $3, tstzrange(to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000)), $6, $7, $8,
             to_timestamp($9::float8 / 1000))`,
          [companyId, account, host, fromMs ?? null, toMs ?? null, by.sagaId, by.holdId, by.changeOf, by.expiresAtMs],
        );
      } catch (error) {
        throw violatesExclusion(error, 'time_claims_free') ? new TimeClaimed(claim) : error;
      }
    }
  }

  /** What is claimed of these hosts' time inside [fromMs, toMs), by anybody. Turns are not time. */
  async within(account: string, hosts: string[], fromMs: number, toMs: number): Promise<TimeClaim[]> {
    return this.dataSource.query<TimeClaim[]>(
      `select account, host, extract(epoch from lower(during))::float8 * 1000 as "fromMs",
         extract(epoch from upper(during))::float8 * 1000 as "toMs"
       from time_claims
       where account = $1 and host = any($2) and not lower_inf(during)
         and during && tstzrange(to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000))
         and (expires_at is null or expires_at > clock_timestamp())`,
      [account, hosts, fromMs, toMs],
    );
  }

  async release(manager: EntityManager, sagaId: string): Promise<void> {
    await this.end(manager, 'saga_id', { sagaId }, sagaId);
  }

  async releaseMove(manager: EntityManager, appointmentId: string): Promise<void> {
    await this.end(manager, 'change_of', { changeOf: appointmentId, expiresAtMs: 0 }, appointmentId);
  }

  async releaseHold(manager: EntityManager, holdId: string): Promise<void> {
    await this.end(manager, 'hold_id', { holdId, expiresAtMs: 0 }, holdId);
  }

  /** Removes a claimant's claims, and tells it with the same statement where they were times. */
  private async end(manager: EntityManager, column: string, claimant: Claimant, id: string): Promise<void> {
    const ended = `select account, jsonb_build_array(jsonb_build_object('kind', 'ended', 'claimant', $2::text)) as changes
      from gone where not lower_inf(during) group by account`;
    const news = await manager.query<ToldNews[]>(
      `with gone as (delete from time_claims where ${column} = $1 returning account, during), ${tellSql(ended)}`,
      [id, nameOf(claimant)],
    );
    this.own.told(manager, news);
  }

  /**
   * One claimant of a host at a time, until its transaction ends: two who insert overlapping rows at the same moment
   * would each wait for the other, until Postgres ends one of them after a second. Then removes what has expired, and
   * what this very saga has claimed of the same time before.
   */
  private async enter(
    manager: EntityManager,
    sorted: TimeClaim[],
    { holdId, sagaId }: { holdId?: string; sagaId?: string },
  ): Promise<void> {
    // One statement, for the round trip; the condition on `entered` has the locks taken before anything is deleted.
    await manager.query(
      `with entered as materialized (
         select count(pg_advisory_xact_lock(hashtextextended(account || chr(10) || host, 0))) as hosts
         from unnest($1::text[], $2::text[]) as claimed (account, host))
       delete from time_claims where (select hosts from entered) >= 0
         and (hold_id = $3 or exists (
           select from unnest($1::text[], $2::text[], $5::float8[], $6::float8[]) as wanted (account, host, from_ms, to_ms)
           where wanted.account = time_claims.account and wanted.host = time_claims.host
             and (expires_at < clock_timestamp() or (saga_id = $4
               and during && tstzrange(to_timestamp(from_ms / 1000), to_timestamp(to_ms / 1000))))))`,
      [
        sorted.map(({ account }) => account),
        sorted.map(({ host }) => host),
        holdId ?? null,
        sagaId ?? null,
        sorted.map(({ fromMs }) => fromMs ?? null),
        sorted.map(({ toMs }) => toMs ?? null),
      ],
    );
  }
}

function order({ account, host, fromMs = 0 }: TimeClaim): string {
  return `${account}\n${host}\n${String(fromMs).padStart(16, '0')}`;
}
