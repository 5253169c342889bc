import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/** Pairs of a moment without and one with bookings; sweeps of the background run in few of them. */
const PAIRS = 15;
const IDLE_MS = 1_000;

/** What each booking costs beside what the service does anyway. */
export interface Cost {
  bookings: number;
  /** Each is one round trip; begin and commit are statements as well. */
  statements: number;
  /** Transactions that wrote something: each waits for the disk. */
  commits: number;
  /** Of these the pace permit's own: it is asked for between two commits of the booking. */
  permits: number;
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
  transactionIds: number;
  cpuMs: number;
  single: Map<string, { calls: number; totalMs: number; text: string }>;
}

/**
 * Counts in the server that holds nothing but the service's database, by turns without and with bookings; medians of
 * the pairs.
 */
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
    const each = Math.ceil(bookings / PAIRS);
    const pairs: Each[] = [];
    for (let last = await read(); pairs.length < PAIRS;) {
      await pause(IDLE_MS);
      const before = await read();
      for (let count = 0; count < each; count++) await book();
      const after = await read();
      pairs.push(eachOf(last, before, after, each));
      last = after;
    }
    return costOf(pairs, await read(), each * PAIRS);
  } finally {
    await client.end();
  }
}

async function readCounters(client: Client, database: string, service: string): Promise<Reading> {
  const { rows } = await client.query<{ ids: number }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as ids',
  );
  const statements = await client.query<{ id: string; calls: number; totalMs: number; text: string }>(
    `select queryid::text as id, sum(calls)::float8 as calls, sum(total_exec_time)::float8 as "totalMs",
       min(query) as text
     from pg_stat_statements join pg_database on pg_database.oid = dbid where datname = $1 group by queryid`,
    [database],
  );
  return {
    atMs: performance.now(),
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

/** What one booking added to a counter, less the background's share. */
type Each = (of: (reading: Reading) => number) => number;

function eachOf(last: Reading, before: Reading, after: Reading, bookings: number): Each {
  const share = (after.atMs - before.atMs) / (before.atMs - last.atMs);
  return (of) => (of(after) - of(before) - share * (of(before) - of(last))) / bookings;
}

function costOf(pairs: Each[], known: Reading, bookings: number): Cost {
  const each: Each = (of) => median(pairs.map((pair) => pair(of)));
  const single = [...known.single].map(([id, { text }]) => {
    const calls = each((reading) => reading.single.get(id)?.calls ?? 0);
    return { calls, meanMs: each((reading) => reading.single.get(id)?.totalMs ?? 0) / calls, text };
  });
  return {
    bookings,
    statements: each(({ single: all }) => [...all.values()].reduce((sum, { calls }) => sum + calls, 0)),
    commits: each(({ transactionIds }) => transactionIds),
    permits: single.filter(({ text }) => text.includes('into pace_logs')).reduce((sum, { calls }) => sum + calls, 0),
    cpuMs: each(({ cpuMs }) => cpuMs),
    // Less than once in two bookings is the background's.
    single: single.filter(({ calls }) => calls >= 0.5).sort((a, b) => b.calls * b.meanMs - a.calls * a.meanMs),
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
