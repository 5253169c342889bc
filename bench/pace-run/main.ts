import { randomBytes } from 'node:crypto';
import {
  createDatabaseIfMissing,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/foundation/database/embedded-postgres';
import { type Counted, countAt } from './counted';
import { type Demand, drive } from './demand';
import { type RunningProcess, startSandboxProcess, startService } from './processes';
import { openSalon } from './salon';

const PROCESSES = 4;
const SECONDS_DEFAULT = 180;
const LIMIT = 120;
const USED_AT_LEAST = 112;
const DATA_DIRECTORY = '.tmp/pace-run-postgres';

/**
 * Four real service processes, one Postgres and the sandbox with Cal.com's limit, under ten times the demand that the
 * limit allows, for three minutes or as many seconds as the first argument says. Ends with 1 when there was a 429, more
 * calls in any minute than the limit allows, fewer in a whole window than the pacer promises to use, or a booking that was
 * not made.
 */
async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? SECONDS_DEFAULT);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error('the first argument must be a number of seconds');
  const database = await findDatabase();
  const processes: RunningProcess[] = [];
  try {
    const sandbox = await startSandboxProcess(database.url);
    processes.push(sandbox);
    const adminKey = randomBytes(24).toString('hex');
    const services = await startServices(database.url, adminKey, processes);
    const salon = await openSalon(services[0]!, sandbox.url, adminKey);
    const demands = await drive(services, salon, seconds);
    const counted = await countAt(sandbox.url, salon.providerKey, seconds);
    tell(demands, counted, seconds);
    process.exitCode = isAsPromised(demands, counted) ? 0 : 1;
  } finally {
    await Promise.all(processes.map((each) => each.stop()));
    await database.stop();
  }
}

/** The first one migrates; the others would only wait for it. */
async function startServices(databaseUrl: string, adminKey: string, processes: RunningProcess[]): Promise<string[]> {
  const env = {
    DATABASE_URL: databaseUrl,
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: `run:${randomBytes(32).toString('base64')}`,
    ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
  };
  const first = await startService(env);
  processes.push(first);
  const others = await Promise.all(
    Array.from({ length: PROCESSES - 1 }, () => startService({ ...env, PUBLIC_URL: first.url })),
  );
  processes.push(...others);
  return [first, ...others].map(({ url }) => url);
}

/** An empty database at DATABASE_URL, or one of our own that is deleted afterwards. */
async function findDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => undefined };
  await removeEmbeddedPostgres(DATA_DIRECTORY);
  const postgres = await startEmbeddedPostgres({ dataDirectory: DATA_DIRECTORY });
  await createDatabaseIfMissing(postgres, 'pace_run');
  const stop = (): Promise<void> => postgres.stop().then(() => removeEmbeddedPostgres(DATA_DIRECTORY));
  return { url: postgres.url('pace_run'), stop };
}

function isAsPromised(demands: Demand[], { refusals429, fullestMinute, windows }: Counted): boolean {
  const isWithinLimit = refusals429 === 0 && fullestMinute <= LIMIT;
  const isUsed = windows.every((calls) => calls >= USED_AT_LEAST);
  return isWithinLimit && isUsed && demands.every(({ others }) => others.size === 0);
}

function tell(demands: Demand[], counted: Counted, seconds: number): void {
  console.table(
    demands.map(({ others, slowestBookingMs, ...numbers }) => ({
      ...numbers,
      slowestBookingMs: Math.round(slowestBookingMs),
      others: [...others.values()].reduce((sum, each) => sum + each, 0),
    })),
  );
  const { operations, windows, ...numbers } = counted;
  console.table({ seconds, processes: PROCESSES, ...numbers, inEachWindow: windows.join(', ') });
  console.table(Object.fromEntries(operations));
  for (const { others } of demands) for (const [what, times] of others) console.log(`${times} times: ${what}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
