import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/** A connection of Postgres tells its counters ten seconds after its last work at the latest. */
const COUNTERS_LATE_MS = 11_000;
const IDLE_MS = 15_000;

/** What each booking costs beside what the service does anyway. */
export interface Cost {
  bookings: number;
  /** Each is one round trip; begin and commit are statements as well. */
  statements: number;
  /** Reads on their own are transactions too. */
  transactions: number;
  /** Transactions that wrote something: each waits for the disk. */
  commits: number;
  /** Of the service's process. */
  cpuMs: number;
  single: StatementCost[];
}

/** Per booking; what the database itself spends on it. */
export interface StatementCost {
  calls: number;
  meanMs: number;
  text: string;
}

interface Reading {
  atMs: number;
  transactions: number;
  transactionIds: number;
  cpuMs: number;
  single: Map<string, { calls: number; totalMs: number; text: string }>;
}

/** Counts in the server that holds nothing but the service's database, first without and then with bookings. */
export async function countCost(
  server: { url(database: string): string; database: string },
  service: string,
  bookings: number,
  book: () => Promise<void>,
): Promise<Cost> {
  // Connected to another database, so that the counting is not counted.
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    await client.query('create extension if not exists pg_stat_statements');
    const read = (): Promise<Reading> => readCounters(client, server.database, service);
    await pause(COUNTERS_LATE_MS);
    const first = await read();
    await pause(IDLE_MS);
    const before = await read();
    for (let count = 0; count < bookings; count++) await book();
    await pause(COUNTERS_LATE_MS);
    return costOf(first, before, await read(), bookings);
  } finally {
    await client.end();
  }
}

async function readCounters(client: Client, database: string, service: string): Promise<Reading> {
  const { rows } = await client.query<{ transactions: number; ids: number }>(
    `select xact_commit::float8 as transactions, pg_snapshot_xmax(pg_current_snapshot())::text::float8 as ids
     from pg_stat_database where datname = $1`,
    [database],
  );
  const statements = await client.query<{ id: string; calls: number; totalMs: number; text: string }>(
    `select queryid::text as id, sum(calls)::float8 as calls, sum(total_exec_time)::float8 as "totalMs",
       min(query) as text
     from pg_stat_statements join pg_database on pg_database.oid = dbid where datname = $1 group by queryid`,
    [database],
  );
  return {
    atMs: performance.now(),
    transactions: rows[0]!.transactions,
    transactionIds: rows[0]!.ids,
    cpuMs: await cpuOf(service),
    single: new Map(statements.rows.map(({ id, ...rest }) => [id, rest])),
  };
}

async function cpuOf(service: string): Promise<number> {
  const text = await (await fetch(`${service}/metrics`)).text();
  const [, seconds] = /^process_cpu_seconds_total (\S+)/m.exec(text) ?? [];
  if (seconds === undefined) throw new Error('the service does not tell its CPU time');
  return Number(seconds) * 1000;
}

function costOf(first: Reading, before: Reading, after: Reading, bookings: number): Cost {
  const share = (after.atMs - before.atMs) / (before.atMs - first.atMs);
  const each = (of: (reading: Reading) => number): number =>
    (of(after) - of(before) - share * (of(before) - of(first))) / bookings;
  const single = [...after.single].map(([id, { text }]) => {
    const calls = each((reading) => reading.single.get(id)?.calls ?? 0);
    return { calls, meanMs: each((reading) => reading.single.get(id)?.totalMs ?? 0) / calls, text };
  });
  return {
    bookings,
    statements: each(({ single: all }) => [...all.values()].reduce((sum, { calls }) => sum + calls, 0)),
    transactions: each(({ transactions }) => transactions),
    commits: each(({ transactionIds }) => transactionIds),
    cpuMs: each(({ cpuMs }) => cpuMs),
    // Less than once in two bookings is the background's.
    single: single.filter(({ calls }) => calls >= 0.5).sort((a, b) => b.calls * b.meanMs - a.calls * a.meanMs),
  };
}
