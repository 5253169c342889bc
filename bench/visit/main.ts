import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../../src/foundation/database/embedded-postgres';
import { type Cost, countCost } from '../booking/counted';
import { startSandboxProcess, startService } from '../pace-run/processes';
import { type Lateness, openVisitDesk, type VisitDesk } from './desk';

const ROUNDS = 7;
/** What the compilers and caches need. */
const WARM_UP = 20;
const COUNTED = 45;
const AIM = 1.1;
/** A fortnight ahead: more than one round books. */
const LOOK_DAYS = 14;

/** In one round so many visits, each way by turns: the machine's mood is the same for both. */
const CASES: { title: string; lateness: Lateness; visits: number; aim?: number }[] = [
  { title: '0 ms behind it', lateness: { ms: 0, calls: 'bookings' }, visits: 15 },
  { title: '250 ms behind each booking', lateness: { ms: 250, calls: 'bookings' }, visits: 4, aim: AIM },
  { title: '250 ms behind every call', lateness: { ms: 250, calls: 'all' }, visits: 4, aim: AIM },
];

/** Medians of the rounds. */
interface Compared {
  directMs: number;
  throughMs: number;
  moreMs: number;
  times: number;
}

/** Undone in the opposite order, whatever happens. */
type Undo = () => Promise<void> | void;

/**
 * What a visit of three segments costs through the service, in a process of its own, beside three calls made one after
 * another to the same sandbox, which is another process with a Postgres server of its own. Days are looked at before they
 * are booked. `--statements` prints every statement.
 */
async function main(): Promise<void> {
  const undo: Undo[] = [];
  try {
    const { desk, count } = await open(undo);
    const load = loadavg()[0]!;
    await desk.look(LOOK_DAYS);
    for (let visit = 0; visit < WARM_UP; visit++) await bothWays(desk);
    const columns = ['three calls', 'through us', 'more', 'times'].map((column) => column.padStart(13)).join('');
    console.log(`${`a visit of 3 segments, p50, medians of ${ROUNDS} rounds`.padEnd(48)}${columns}`);
    for (const each of CASES) tell(each, await compare(desk, each));
    await desk.delay({ ms: 0, calls: 'all' });
    await desk.look(LOOK_DAYS);
    tellCost(await count());
    const loads = `${load.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after it`;
    console.log(`measured on ${cpus().length} cores, load average ${loads}, Node ${process.version}`);
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

async function open(undo: Undo[]): Promise<{ desk: VisitDesk; count: () => Promise<Cost> }> {
  const database = `visit_${Date.now()}`;
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
  const desk = await openVisitDesk(service.url, sandbox.url, adminKey);
  undo.push(() => desk.close());
  const count = () => countCost({ url: (name) => own.url(name), database }, service.url, COUNTED, desk.through);
  return { desk, count };
}

async function compare(desk: VisitDesk, { lateness, visits }: (typeof CASES)[number]): Promise<Compared> {
  const rounds: { directMs: number; throughMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await desk.delay({ ms: 0, calls: 'all' });
    await desk.look(LOOK_DAYS);
    await desk.delay(lateness);
    const both: [number, number][] = [];
    for (let visit = 0; visit < visits; visit++) both.push(await bothWays(desk));
    rounds.push({ directMs: median(both.map(([ms]) => ms)), throughMs: median(both.map(([, ms]) => ms)) });
  }
  const of = (value: (round: (typeof rounds)[number]) => number): number => median(rounds.map(value));
  return {
    directMs: of(({ directMs }) => directMs),
    throughMs: of(({ throughMs }) => throughMs),
    moreMs: of(({ directMs, throughMs }) => throughMs - directMs),
    times: of(({ directMs, throughMs }) => throughMs / directMs),
  };
}

async function bothWays(desk: VisitDesk): Promise<[directMs: number, throughMs: number]> {
  return [await msOf(desk.direct), await msOf(desk.through)];
}

async function msOf(book: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await book();
  return performance.now() - begun;
}

function tell({ title, visits, aim }: (typeof CASES)[number], { directMs, throughMs, moreMs, times }: Compared): void {
  const cells = [ms(directMs), ms(throughMs), `+${ms(moreMs)}`, times.toFixed(3)].map((cell) => cell.padStart(13));
  console.log(`  ${title}, ${visits} a round`.padEnd(48) + cells.join('') + (aim ? `   (aim: ${aim} at most)` : ''));
}

function tellCost(cost: Cost): void {
  console.log(`counted for one visit, of ${cost.bookings}, less what the idle service does`);
  line('commits that write, of the visit', cost.commits - cost.permits, '   (transaction ids)');
  line('commits that write, of its permits', cost.permits, '');
  line('statements, each a round trip', cost.statements, '   (pg_stat_statements; begin and commit among them)');
  line('CPU of the service, ms', cost.cpuMs, '');
  if (!process.argv.includes('--statements')) return;
  console.log('each statement: times a visit, ms in the database, text');
  for (const { calls, meanMs, text } of cost.single) {
    const begins = text.replace(/\s+/g, ' ').slice(0, 150);
    console.log(`${calls.toFixed(1).padStart(6)}${meanMs.toFixed(3).padStart(9)}  ${begins}`);
  }
}

function line(title: string, value: number, note: string): void {
  console.log(`  ${title}`.padEnd(48) + value.toFixed(1).padStart(13) + note);
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
