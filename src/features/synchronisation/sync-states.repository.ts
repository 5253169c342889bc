import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Replica } from '../../foundation/replicas/replica.service';
import { isAlive } from '../../foundation/replicas/replica.sql';
import { AFTER_REFUSAL, GOES_ON, RHYTHMS, SYNC_KINDS, type SyncKind } from './sync-rhythm';
import { hasTraffic } from './sync-traffic.sql';

/** A look ends by itself long before; then its owner has forgotten it, although it is alive. */
const OWNED = '3 minutes';
/** A provider that is away for longer is not asked more often than one that is there. */
const SOON_AFTER_FAILURES = 10;

/** A look that this replica alone may make now. */
export interface SyncTurn {
  connectionId: string;
  companyId: string;
  kind: SyncKind;
  /** A write with an older number than the row has changes nothing. */
  fence: string;
}

/** `refused`: the credential. `more`: to be continued soon. */
export type TurnOutcome = 'done' | 'more' | 'failed' | 'refused';

/** Whose turn it is to look at what, in all replicas together. By the database's clock alone. */
@Injectable()
export class SyncStatesRepository {
  constructor(
    private readonly database: DataSource,
    private readonly replica: Replica,
  ) {}

  /** Plans looks for connections that are new. */
  async planNew(): Promise<void> {
    await this.database.query(
      `insert into sync_states as state (connection_id, company_id, kind, next_run_at)
       select c.id, c.company_id, kind.name, clock_timestamp() + make_interval(secs => kind.base + random() * kind.spread)
       from connections c
       cross join unnest($1::text[], $2::float8[], $3::float8[]) as kind (name, base, spread)
       where not exists (
         select from sync_states s where s.connection_id = c.id and s.kind = kind.name and s.next_run_at is not null)
       on conflict (connection_id, kind) do update set next_run_at = excluded.next_run_at
         where state.next_run_at is null`,
      [[...SYNC_KINDS], SYNC_KINDS.map((kind) => RHYTHMS[kind].first.base), SYNC_KINDS.map(firstSpread)],
    );
  }

  /** Brings looks forward that are planned for later than the connection's rhythm now says. */
  async hurry(): Promise<void> {
    for (const kind of SYNC_KINDS) {
      const { active, idle } = RHYTHMS[kind];
      await this.database.query(
        `with late as (
           select s.connection_id, case when ${hasTraffic('s.company_id')} then $2::float8 else $3::float8 end as seconds
           from sync_states s join connections c on c.id = s.connection_id
           where s.kind = $1 and c.status <> 'credential_refused'
             and s.next_run_at > clock_timestamp() + make_interval(secs => $2::float8))
         update sync_states s set next_run_at = clock_timestamp() + make_interval(secs => random() * late.seconds)
         from late where s.connection_id = late.connection_id and s.kind = $1
           and s.next_run_at > clock_timestamp() + make_interval(secs => late.seconds)`,
        [kind, active.base + active.spread, idle.base + idle.spread],
      );
    }
  }

  /** At most `limit` looks that are due and that nobody alive is making. */
  async claimDue(limit: number): Promise<SyncTurn[]> {
    return this.claim(
      `select connection_id, kind from sync_states
       where next_run_at <= clock_timestamp() and ${IS_FREE}
       order by next_run_at limit $2 for update skip locked`,
      [limit],
    );
  }

  /** One look now, whenever it was planned; undefined while somebody is making it, or for no connection. */
  async claimNow(connectionId: string, kind: SyncKind): Promise<SyncTurn | undefined> {
    await this.planNew();
    const turns = await this.claim(
      `select connection_id, kind from sync_states where connection_id = $2 and kind = $3 and ${IS_FREE}
       for update skip locked`,
      [connectionId, kind],
    );
    return turns[0];
  }

  /** Ends a turn and plans the next one. After many failures in a row the usual rhythm does. */
  async end(turn: SyncTurn, outcome: TurnOutcome): Promise<void> {
    const { active, idle, failed } = RHYTHMS[turn.kind];
    const soon = { done: undefined, more: GOES_ON, failed, refused: AFTER_REFUSAL }[outcome];
    const pauses = [soon ?? active, active, idle].flatMap(({ base, spread }) => [base, spread]);
    await this.database.query(
      `update sync_states set owner = null, owned_until = null, failures = case when $5 then failures + 1 else 0 end,
         next_run_at = clock_timestamp() + make_interval(secs => case
           when $6 and failures < ${SOON_AFTER_FAILURES} then $7 + random() * $8
           when ${hasTraffic('sync_states.company_id')} then $9 + random() * $10
           else $11 + random() * $12 end)
       where connection_id = $1 and kind = $2 and owner = $3 and fence = $4`,
      [...this.identity(turn), outcome === 'failed', soon !== undefined, ...pauses],
    );
  }

  /** Connection, kind, owner and fence, as the first four parameters of a write that only this turn may make. */
  identity({ connectionId, kind, fence }: SyncTurn): [string, SyncKind, string, string] {
    return [connectionId, kind, this.replica.id, fence];
  }

  private async claim(which: string, parameters: unknown[]): Promise<SyncTurn[]> {
    return this.database.query<SyncTurn[]>(
      `with due as (${which}), turn as (
         update sync_states s set owner = $1, fence = fence + 1, owned_until = clock_timestamp() + interval '${OWNED}'
         from due where s.connection_id = due.connection_id and s.kind = due.kind
         returning s.*)
       select connection_id as "connectionId", company_id as "companyId", kind, fence from turn`,
      [this.replica.id, ...parameters],
    );
  }
}

const IS_FREE = `(owner is null or owned_until < clock_timestamp() or not ${isAlive('sync_states.owner')})`;

function firstSpread(kind: SyncKind): number {
  return RHYTHMS[kind].first.spread;
}
