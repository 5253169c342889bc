import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../../src/foundation/database/embedded-postgres';
import { startSandboxProcess, startService } from '../pace-run/processes';
import { type Cost, countCost } from './counted';
import { type Desk, openDesk } from './desk';

const ROUNDS = 7;
/** In one round, each way, by turns: the machine's mood is the same for both. */
const BOOKINGS: Record<number, number> = { 0: 60, 250: 20 };
/** What the compilers and caches need. */
const WARM_UP = 60;
const COUNTED = 150;
const AIM = { timesAt250: 1.05, commits: 3 };

/** Medians of the rounds. */
interface Compared {
  delayMs: number;
  directMs: number;
  throughMs: number;
  moreMs: number;
  times: number;
}

/** Undone in the opposite order, whatever happens. */
type Undo = () => Promise<void> | void;

/**
 * What a booking without a hold costs through the service, in a process of its own, beside the same booking made at the
 * sandbox itself, which is another process with a Postgres server of its own. `--statements` prints every statement.
 */
async function main(): Promise<void> {
  const undo: Undo[] = [];
  try {
    const { desk, count } = await open(undo);
    const load = loadavg()[0]!;
    for (let count = 0; count < WARM_UP; count++) await bothWays(desk);
    const compared: Compared[] = [];
    for (const delayMs of [0, 250]) compared.push(await compare(desk, delayMs));
    await desk.delay(0);
    print(compared, await count(), load);
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

async function open(undo: Undo[]): Promise<{ desk: Desk; count: () => Promise<Cost> }> {
  const database = `booking_${Date.now()}`;
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
  const service = await startService({
    DATABASE_URL: own.url(database),
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: `bench:${randomBytes(32).toString('base64')}`,
    ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
    // As in production, its lines thrown away.
    LOG_LEVEL: 'info',
    // Neither our own limit nor the provider's is measured here.
    CALCOM_RATE_LIMIT: '10000',
    QUOTA_SECRET: '1000000',
  });
  undo.push(() => service.stop());
  const desk = await openDesk(service.url, sandbox.url, adminKey);
  undo.push(() => desk.close());
  const count = () => countCost({ url: (name) => own.url(name), database }, service.url, COUNTED, desk.through);
  return { desk, count };
}

async function compare(desk: Desk, delayMs: number): Promise<Compared> {
  await desk.delay(delayMs);
  const rounds: { directMs: number; throughMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const direct: number[] = [];
    const through: number[] = [];
    for (let count = 0; count < BOOKINGS[delayMs]!; count++) {
      const [directMs, throughMs] = await bothWays(desk);
      direct.push(directMs);
      through.push(throughMs);
    }
    rounds.push({ directMs: median(direct), throughMs: median(through) });
  }
  const of = (value: (round: (typeof rounds)[number]) => number): number => median(rounds.map(value));
  return {
    delayMs,
    directMs: of(({ directMs }) => directMs),
    throughMs: of(({ throughMs }) => throughMs),
    moreMs: of(({ directMs, throughMs }) => throughMs - directMs),
    times: of(({ directMs, throughMs }) => throughMs / directMs),
  };
}

async function bothWays(desk: Desk): Promise<[directMs: number, throughMs: number]> {
  return [await msOf(desk.direct), await msOf(desk.through)];
}

async function msOf(book: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await book();
  return performance.now() - begun;
}

function print(compared: Compared[], cost: Cost, loadBefore: number): void {
  const columns = ['direct', 'through us', 'more', 'times'].map((column) => column.padStart(13)).join('');
  console.log(`${`one booking, p50, medians of ${ROUNDS} rounds`.padEnd(42)}${columns}`);
  for (const { delayMs, directMs, throughMs, moreMs, times } of compared) {
    const cells = [ms(directMs), ms(throughMs), `+${ms(moreMs)}`, times.toFixed(3)];
    const title = `  ${delayMs} ms behind it, ${BOOKINGS[delayMs]} a round`;
    const aim = delayMs === 250 ? `   (aim: ${AIM.timesAt250} at most)` : '';
    console.log(title.padEnd(42) + cells.map((cell) => cell.padStart(13)).join('') + aim);
  }
  console.log(`counted for one booking, of ${cost.bookings}, less what the idle service does`);
  const own = cost.commits - cost.permits;
  count('commits that write, of the booking', own, `   (aim: ${AIM.commits} at most; transaction ids)`);
  count('commits that write, of its permit', cost.permits, '');
  count('statements, each a round trip', cost.statements, '   (pg_stat_statements; begin and commit among them)');
  count('CPU of the service, ms', cost.cpuMs, '');
  const loads = `${loadBefore.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after it`;
  console.log(`measured on ${cpus().length} cores, load average ${loads}, Node ${process.version}`);
  if (process.argv.includes('--statements')) printStatements(cost);
}

function count(title: string, value: number, note: string): void {
  console.log(`  ${title}`.padEnd(42) + value.toFixed(1).padStart(13) + note);
}

function printStatements({ single }: Cost): void {
  console.log('each statement: times a booking, ms in the database, text');
  for (const { calls, meanMs, text } of single) {
    const begins = text.replace(/\s+/g, ' ').slice(0, 150);
    console.log(`${calls.toFixed(1).padStart(6)}${meanMs.toFixed(3).padStart(9)}  ${begins}`);
  }
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
