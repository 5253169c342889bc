import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../../src/foundation/database/embedded-postgres';
import { startSandboxProcess, startService } from '../pace-run/processes';
import { openSalon } from '../pace-run/salon';
import { measure, type Round, type Target } from './load';

const ROUNDS = 7;
const ROUND_MS = 2_000;
const DAY_MS = 86_400_000;
const AIM = 1.2;

/** Undone in the opposite order, whatever happens. */
type Undo = () => Promise<void> | void;

/**
 * Free times from memory through the whole service, key check, quota, metrics and log included, beside a bare server
 * that writes the same answer, by turns.
 */
async function main(): Promise<void> {
  const undo: Undo[] = [];
  try {
    const load = loadavg()[0]!;
    const ours = await openService(undo);
    const bare = await openBare(await (await fetch(ours.url, { headers: ours.headers })).json(), undo);
    const rounds: { ours: Round; bare: Round }[] = [];
    // The first one is for the compilers.
    for (let round = 0; round <= ROUNDS; round += 1) {
      rounds.push({ ours: await measure(ours, ROUND_MS), bare: await measure(bare, ROUND_MS) });
    }
    print(rounds.slice(1), load);
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

async function openService(undo: Undo[]): Promise<Target> {
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
  // About 200 starts.
  const query = new URLSearchParams({ eventTypeId: salon.eventTypeId, start: date(7), end: date(15) });
  return {
    url: `${service.url}/api/availability?${query}`,
    headers: { authorization: `Bearer ${salon.secretKey}` },
    cpu: async () => {
      const text = await (
        await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })
      ).text();
      return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
    },
  };
}

async function openBare(answer: unknown, undo: Undo[]): Promise<Target> {
  const child = fork(join(__dirname, 'bare.js'));
  undo.push(() => child.disconnect());
  child.send(answer as object);
  const [url] = (await once(child, 'message')) as [string];
  return { url, headers: {}, cpu: async () => Number(await (await fetch(`${url}/cpu`)).text()) };
}

function print(rounds: { ours: Round; bare: Round }[], load: number): void {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const column = (name: 'ours' | 'bare', of: keyof Round): number => median(rounds.map((round) => round[name][of]));
  console.log(`free times from memory, medians of ${ROUNDS} rounds by turns; load before: ${load.toFixed(1)}`);
  for (const name of ['ours', 'bare'] as const) {
    const rate = column(name, 'perSecond').toFixed(0).padStart(8);
    const p99 = column(name, 'p99Ms').toFixed(2).padStart(8);
    const cpu = column(name, 'cpuMicros').toFixed(0).padStart(6);
    console.log(
      `  ${name === 'ours' ? 'service' : 'bare   '} ${rate} requests/s, p99 ${p99} ms, ${cpu} us CPU a request`,
    );
  }
  const times = median(rounds.map(({ ours, bare }) => ours.perSecond / bare.perSecond));
  console.log(`  ${times.toFixed(2)} of the bare server's (aim: >= ${AIM}) ${times >= AIM ? 'holds' : 'MISSED'}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
