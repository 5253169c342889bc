import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ClaimMade, KnownChange } from './known-change';
import { OwnNews, type ToldNews } from './own-news.service';
import { tellSql } from './tell.sql';

/** A replica that was away for longer begins anew. */
const KEPT = '1 hour';

/** What was told lately, in the database that all replicas share. */
@Injectable()
export class ChangeLogRepository {
  constructor(
    private readonly database: DataSource,
    private readonly own: OwnNews,
  ) {}

  /** As part of the transaction that makes it true; known here as soon as it has committed. */
  async tell(manager: EntityManager, account: string, changes: KnownChange[]): Promise<void> {
    const news = await manager.query<ToldNews[]>(
      `with ${tellSql('select $1::text as account, $2::jsonb as changes')}`,
      [account, JSON.stringify(changes)],
    );
    this.own.told(manager, news);
  }

  async byId(id: string): Promise<ToldNews | undefined> {
    return (await this.told('id = $1::bigint', id))[0];
  }

  /** What was committed after the snapshot with this horizon was taken, and perhaps some of what came before. */
  async since(horizon: string): Promise<ToldNews[]> {
    return this.told('xid >= $1::text::xid8', horizon);
  }

  /** Every claim that holds now, turns aside. */
  async claims(): Promise<(ClaimMade & { account: string })[]> {
    const rows = await this.database.query<(ClaimMade & { account: string; expiresAtMs: number | null })[]>(
      `select 'claimed' as kind, account, host, coalesce('saga ' || saga_id, 'hold ' || hold_id, 'change ' || change_of)
         as claimant, extract(epoch from lower(during))::float8 * 1000 as "fromMs",
         extract(epoch from upper(during))::float8 * 1000 as "toMs", extract(epoch from expires_at)::float8 * 1000 as
         "expiresAtMs"
       from time_claims
       where not lower_inf(during) and (expires_at is null or expires_at > clock_timestamp())`,
    );
    return rows.map(({ expiresAtMs, ...row }) => ({ ...row, ...(expiresAtMs === null ? {} : { expiresAtMs }) }));
  }

  async forgetOld(): Promise<void> {
    await this.database.query(`delete from availability_changes where at < clock_timestamp() - interval '${KEPT}'`);
  }

  private told(condition: string, value: string): Promise<ToldNews[]> {
    return this.database.query<ToldNews[]>(
      `select id, account, changes from availability_changes where ${condition} order by id`,
      [value],
    );
  }
}
