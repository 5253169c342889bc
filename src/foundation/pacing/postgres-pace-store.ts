import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { LaneRules, PaceBudget, PaceLog } from './pace-log';
import { CapWord, PaceAnswer, PaceSight, PaceStore } from './pace-store';

/** Every replica goes by the database's clock, so that theirs need not agree. */
const CLOCK_MS = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint';

/**
 * One statement decides and writes. A conflict locks the row before anything of it is computed, the clock included, so
 * the log stays in order and two replicas never count the same free place. `permitsFree` says the same in TypeScript.
 *
 * $1 credential, $2 wanted, $3/$4 calls and milliseconds of the whole window, $5/$6 of its younger parts, $7 what
 * a credential gets that was never seen before.
 */
const TAKE = `
  insert into pace_logs as known (credential, permits, asked_ms, granted)
  select $1, array_fill(ms, array[$7::int]), ms, $7::int from (select ${CLOCK_MS} as ms offset 0) clock
  on conflict (credential) do update set (permits, asked_ms, granted) = (
    select recent || array_fill(ms, array[free]), ms, free
    from (
      select ms, recent, case when known.silent_until_ms > ms then 0 else greatest(0, least(
        $2::bigint,
        $3::bigint - cardinality(recent),
        (
          select min(calls - (select count(*) from unnest(recent) as at where at > ms - window_ms))
          from unnest($5::bigint[], $6::bigint[]) as younger (calls, window_ms)
        ),
        case when known.cap_until_ms > ms
          then known.cap_calls - (select count(*) from unnest(recent) as at where at > known.cap_since_ms) end
      )) end::int as free
      from (
        select ms, array(
          select least(at, ms) from unnest(known.permits) with ordinality as permit (at, place)
          where at > ms - $4::bigint order by place
        ) as recent
        from (select ${CLOCK_MS} as ms offset 0) clock offset 0
      ) log offset 0
    ) decision
  )
  returning asked_ms::float8 as "nowMs", granted, cardinality(permits) as used,
    case when granted < $2::bigint then permits::float8[] end as permits,
    silent_until_ms::float8 as "silentUntilMs", cap_since_ms::float8 as "capSinceMs",
    cap_until_ms::float8 as "capUntilMs", cap_calls as "capCalls"`;

const SILENCE = `
  insert into pace_logs as known (credential, silent_until_ms) values ($1, ${CLOCK_MS} + $2::bigint)
  on conflict (credential) do update
  set silent_until_ms = greatest(known.silent_until_ms, excluded.silent_until_ms)`;

const CAP = `
  update pace_logs set cap_since_ms = $2, cap_until_ms = ${CLOCK_MS} + $3::bigint, cap_calls = $4
  where credential = $1 and (cap_until_ms is null or cap_until_ms < ${CLOCK_MS} or cap_since_ms <= $2)
    and $4::bigint < $5::bigint - (select count(*) from unnest(permits) as at where at > ${CLOCK_MS} - $6::bigint)`;

const LOOK = `
  select ${CLOCK_MS}::float8 as "nowMs", coalesce(permits, '{}')::float8[] as permits,
    coalesce(silent_until_ms, 0)::float8 as "silentUntilMs", cap_since_ms::float8 as "capSinceMs",
    cap_until_ms::float8 as "capUntilMs", cap_calls as "capCalls"
  from (select 1) one left join pace_logs on credential = $1`;

/** Longer than any window, block or cap lasts; a credential that comes back after it begins anew, as it would anyway. */
const FORGET_UNUSED = `
  delete from pace_logs
  where greatest(asked_ms, silent_until_ms, coalesce(cap_until_ms, 0)) < ${CLOCK_MS} - 86400000`;
/** In each process; a few rows a day need no more, and no job of their own. */
const FORGET_EVERY_MS = 3_600_000;

interface LogRow {
  nowMs: number;
  silentUntilMs: number;
  capSinceMs: number | null;
  capUntilMs: number | null;
  capCalls: number | null;
}

interface TakeRow extends LogRow {
  granted: number;
  used: number;
  permits: number[] | null;
}

/** The log of each credential in one row of Postgres, shared by all replicas. */
@Injectable()
export class PostgresPaceStore extends PaceStore {
  private forgotAtMs = -Infinity;

  constructor(private readonly database: DataSource) {
    super();
  }

  async take(credential: string, { whole, younger }: LaneRules, want: number): Promise<PaceAnswer> {
    const calls = younger.map((rule) => rule.calls);
    const windowsMs = younger.map((rule) => rule.windowMs);
    const atFirst = Math.min(want, whole.calls, ...calls);
    const parameters = [credential, want, whole.calls, whole.windowMs, calls, windowsMs, atFirst];
    const [row] = await this.database.query<[TakeRow]>(TAKE, parameters);
    this.forgetNowAndThen();
    const { granted, nowMs, used } = row;
    return { granted, nowMs, used, ...(row.permits ? { log: logOf(row, row.permits) } : {}) };
  }

  async silence(credential: string, forMs: number): Promise<void> {
    await this.database.query(SILENCE, [credential, Math.ceil(forMs)]);
  }

  async cap(credential: string, word: CapWord, { calls, windowMs }: PaceBudget): Promise<void> {
    await this.database.query(CAP, [credential, word.sinceMs, Math.ceil(word.forMs), word.calls, calls, windowMs]);
  }

  async look(credential: string): Promise<PaceSight> {
    const [row] = await this.database.query<[LogRow & { permits: number[] }]>(LOOK, [credential]);
    return { nowMs: row.nowMs, log: logOf(row, row.permits) };
  }

  /** Nobody waits for it, and what fails is done an hour later. */
  private forgetNowAndThen(): void {
    if (performance.now() - this.forgotAtMs < FORGET_EVERY_MS) return;
    this.forgotAtMs = performance.now();
    this.database.query(FORGET_UNUSED).catch(() => undefined);
  }
}

function logOf(row: LogRow, permitsMs: number[]): PaceLog {
  const { silentUntilMs, capSinceMs: sinceMs, capUntilMs: untilMs, capCalls: calls } = row;
  const cap = sinceMs !== null && untilMs !== null && calls !== null ? { cap: { sinceMs, untilMs, calls } } : {};
  return { permitsMs, silentUntilMs, ...cap };
}
