import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../src/foundation/database/embedded-postgres';
import { type Cost, countCost } from './booking/counted';
import { startSandboxProcess, startService } from './pace-run/processes';

/** Does the same thing through the service, and without it. */
export interface BothWays {
  direct: () => Promise<void>;
  through: () => Promise<void>;
  close: () => Promise<void> | void;
}

/** Milliseconds: of one time, or medians of many. */
export interface Timed {
  directMs: number;
  throughMs: number;
}

/** Medians of the rounds. */
export interface Compared extends Timed {
  moreMs: number;
  times: number;
}

type OpenDesk<D> = (service: string, sandbox: string, adminKey: string) => Promise<D>;
/** Counts what the next so many cost. */
type Count = (times: number) => Promise<Cost>;

/**
 * The service and the sandbox, each in a process and with a Postgres server of its own, while `work` goes on. Everything
 * is ended whatever happens.
 */
export async function sideBySide<D extends BothWays>(
  name: string,
  openDesk: OpenDesk<D>,
  work: (desk: D, count: Count) => Promise<void>,
): Promise<void> {
  const undo: (() => Promise<void> | void)[] = [];
  try {
    const database = `${name}_${Date.now()}`;
    const settings = { shared_preload_libraries: 'pg_stat_statements' };
    const own = await startEmbeddedPostgres({ dataDirectory: '.tmp/bench-booking-postgres', settings });
    undo.push(() => own.stop());
    const theirs = await startEmbeddedPostgres({ dataDirectory: '.tmp/bench-postgres' });
    undo.push(() => theirs.stop());
    await createDatabaseIfMissing(own, database);
    await createDatabaseIfMissing(theirs, database);
    const sandbox = await startSandboxProcess(theirs.url(database));
    undo.push(() => sandbox.stop());
    const adminKey = randomBytes(24).toString('hex');
    const service = await startService(environment(own.url(database), adminKey));
    undo.push(() => service.stop());
    const desk = await openDesk(service.url, sandbox.url, adminKey);
    undo.push(() => desk.close());
    await work(desk, (times) => countCost({ url: (of) => own.url(of), database }, service.url, times, desk.through));
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

function environment(database: string, adminKey: string): Record<string, string> {
  return {
    DATABASE_URL: database,
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: `bench:${randomBytes(32).toString('base64')}`,
    ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
    // As in production, its lines thrown away.
    LOG_LEVEL: 'info',
    // Neither our own limit nor the provider's is measured here.
    CALCOM_RATE_LIMIT: '10000',
    QUOTA_SECRET: '1000000',
  };
}

export async function bothWays({ direct, through }: BothWays): Promise<Timed> {
  return { directMs: await msOf(direct), throughMs: await msOf(through) };
}

async function msOf(book: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await book();
  return performance.now() - begun;
}

/** One round: the same number of times each way, by turns, because the machine's mood is the same for both then. */
export async function round(desk: BothWays, times: number): Promise<Timed> {
  const both: Timed[] = [];
  for (let done = 0; done < times; done++) both.push(await bothWays(desk));
  const of = (value: (one: Timed) => number): number => median(both.map(value));
  return { directMs: of(({ directMs }) => directMs), throughMs: of(({ throughMs }) => throughMs) };
}

export function compared(rounds: Timed[]): Compared {
  const of = (value: (one: Timed) => number): number => median(rounds.map(value));
  return {
    directMs: of(({ directMs }) => directMs),
    throughMs: of(({ throughMs }) => throughMs),
    moreMs: of(({ directMs, throughMs }) => throughMs - directMs),
    times: of(({ directMs, throughMs }) => throughMs / directMs),
  };
}

const WIDTH = 48;

export function tellColumns(title: string, direct: string): void {
  const columns = [direct, 'through us', 'more', 'times'].map((column) => column.padStart(13)).join('');
  console.log(`${title.padEnd(WIDTH)}${columns}`);
}

export function tell(title: string, { directMs, throughMs, moreMs, times }: Compared, aim?: number): void {
  const cells = [ms(directMs), ms(throughMs), `+${ms(moreMs)}`, times.toFixed(3)].map((cell) => cell.padStart(13));
  console.log(`  ${title}`.padEnd(WIDTH) + cells.join('') + (aim ? `   (aim: ${aim} at most)` : ''));
}

/** @param what was done, in one word. `--statements` prints every statement. */
export function tellCost(what: string, cost: Cost, commitsAim?: number): void {
  console.log(`counted for one ${what}, of ${cost.bookings}, less what the idle service does`);
  const aim = commitsAim === undefined ? '' : `aim: ${commitsAim} at most; `;
  line(`commits that write, of the ${what}`, cost.commits - cost.permits, `   (${aim}transaction ids)`);
  line('commits that write, of its permits', cost.permits, '');
  line('statements, each a round trip', cost.statements, '   (pg_stat_statements; begin and commit among them)');
  line('CPU of the service, ms', cost.cpuMs, '');
  if (!process.argv.includes('--statements')) return;
  console.log(`each statement: times a ${what}, ms in the database, text`);
  for (const { calls, meanMs, text } of cost.single) {
    const begins = text.replace(/\s+/g, ' ').slice(0, 150);
    console.log(`${calls.toFixed(1).padStart(6)}${meanMs.toFixed(3).padStart(9)}  ${begins}`);
  }
}

export function tellMachine(loadBefore: number): void {
  const loads = `${loadBefore.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after it`;
  console.log(`measured on ${cpus().length} cores, load average ${loads}, Node ${process.version}`);
}

function line(title: string, value: number, note: string): void {
  console.log(`  ${title}`.padEnd(WIDTH) + value.toFixed(1).padStart(13) + note);
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
