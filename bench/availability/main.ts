import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../../src/foundation/database/embedded-postgres';
import { startSandboxProcess, startService } from '../pace-run/processes';
import { openSalon } from '../pace-run/salon';
import { type Comparison, print, times } from './figures';
import { measure, type Target } from './load';

const ROUNDS = 7;
const ROUND_MS = 1_000;
const DAY_MS = 86_400_000;
const AIM = 1.2;
const COLD_READS = 1_000;
/** A page shows a week or a month; the API gives 62 days at most. */
const LENGTHS = [7, 31, 62];

/** Undone in the opposite order, whatever happens. */
type Undo = () => Promise<void> | void;

interface Opened {
  /** A target that asks for so many days. */
  reads: (days: number) => Target;
  /** Calls for free times that the provider has had. */
  calls: () => Promise<number>;
}

/**
 * Free times from memory through the whole service, key check, quota, metrics and log included, beside a bare server
 * that writes the same answer and one that asks it for each read, by turns.
 */
async function main(): Promise<void> {
  const undo: Undo[] = [];
  try {
    const load = loadavg()[0]!;
    const { reads, calls } = await openService(undo);
    await readCold(reads(LENGTHS[0]!), calls);
    console.log(`free times from memory, medians of ${ROUNDS} rounds by turns; load before: ${load.toFixed(1)}`);
    for (const days of LENGTHS) await compare(days, reads(days), undo);
    const nginx = spawnSync('nginx', ['-v']).error ? 'is not on this machine' : 'is here, but is not compared';
    console.log(`  nginx ${nginx}; Nest on Express is not installed: the one that asks is Nest on Fastify`);
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

async function readCold({ url, headers }: Target, calls: () => Promise<number>): Promise<void> {
  const before = await calls();
  const answers = await Promise.all(
    Array.from({ length: COLD_READS }, async () => {
      const answer = await fetch(url, { headers });
      await answer.arrayBuffer();
      return answer.ok;
    }),
  );
  const made = (await calls()) - before;
  const isMet = made === 1 && answers.every((ok) => ok);
  console.log(`${COLD_READS} cold reads at once: ${made} call (aim: 1) ${isMet ? 'holds' : 'MISSED'}`);
}

async function compare(days: number, ours: Target, undo: Undo[]): Promise<void> {
  const text = await (await fetch(ours.url, { headers: ours.headers })).text();
  const bare = await openBare(JSON.parse(text), undo);
  const calling = await openCalling(bare.url, undo);
  const service = { name: 'service', target: ours, rounds: [] };
  const plain = { name: '(a) bare, writes it each time', target: bare, rounds: [] };
  const asking = { name: '(b) Nest, one call for each read', target: calling, rounds: [] };
  const all: (Comparison & { target: Target })[] = [service, plain, asking];
  // The first one is for the compilers.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { target, rounds } of all) rounds.push(await measure(target, ROUND_MS));
  }
  for (const { rounds } of all) rounds.shift();
  console.log(` ${days} days, ${(text.length / 1024).toFixed(0)} KiB, load ${loadavg()[0]!.toFixed(1)}`);
  for (const each of all) print(each);
  const ratio = times(service, plain);
  console.log(`  ${ratio.toFixed(2)} of (a) (aim: >= ${AIM}) ${ratio >= AIM ? 'holds' : 'MISSED'}`);
  console.log(`  ${times(service, asking).toFixed(1)} of (b), whose upstream shares its cores`);
}

async function openService(undo: Undo[]): Promise<Opened> {
  const database = `availability_${Date.now()}`;
  const postgres = await startEmbeddedPostgres({ dataDirectory: '.tmp/bench-availability-postgres' });
  undo.push(() => postgres.stop());
  await createDatabaseIfMissing(postgres, database);
  await createDatabaseIfMissing(postgres, `${database}_sandbox`);
  const sandbox = await startSandboxProcess(postgres.url(`${database}_sandbox`));
  undo.push(() => sandbox.stop());
  const adminKey = randomBytes(24).toString('hex');
  const service = await startService({
    DATABASE_URL: postgres.url(database),
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: `bench:${randomBytes(32).toString('base64')}`,
    ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
    // As in production, its lines thrown away.
    LOG_LEVEL: 'info',
    QUOTA_SECRET: '1000000',
  });
  undo.push(() => service.stop());
  const salon = await openSalon(service.url, sandbox.url, adminKey);
  const date = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  const query = (days: number): URLSearchParams =>
    new URLSearchParams({ eventTypeId: salon.eventTypeId, start: date(2), end: date(days + 1) });
  const cpu = async (): Promise<number> => {
    const answer = await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } });
    return Number(/^process_cpu_seconds_total (\S+)/m.exec(await answer.text())?.[1]);
  };
  const journal = `${sandbox.url}/_sandbox/calls?key=${salon.providerKey}&operation=slots.list`;
  return {
    reads: (days) => ({
      url: `${service.url}/api/availability?${query(days)}`,
      headers: { authorization: `Bearer ${salon.secretKey}` },
      cpu,
    }),
    calls: async () => ((await (await fetch(journal)).json()) as unknown[]).length,
  };
}

async function openBare(answer: unknown, undo: Undo[]): Promise<Target> {
  const child = fork(join(__dirname, 'bare.js'));
  undo.push(() => child.disconnect());
  child.send(answer as object);
  const [url] = (await once(child, 'message')) as [string];
  return { url, headers: {}, cpu: async () => Number(await (await fetch(`${url}/cpu`)).text()) };
}

async function openCalling(upstream: string, undo: Undo[]): Promise<Target> {
  const child = fork(join(__dirname, 'calling.js'), [upstream]);
  undo.push(() => child.disconnect());
  const [url] = (await once(child, 'message')) as [string];
  return { url: `${url}/read`, headers: {}, cpu: async () => Number(await (await fetch(`${url}/cpu`)).text()) };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
