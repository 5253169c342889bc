import { resolve } from 'node:path';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../foundation/database/embedded-postgres';
import { startSandbox } from './sandbox-server';
import { RateLimit } from './store/settings';

const DEFAULT_PORT = 3001;
/** Cal.com's own for API keys: 120 requests a minute, then a minute's block. */
const CALCOM_LIMIT: RateLimit = { limit: 120, windowMs: 60_000, blockMs: 60_000 };

/** `off`, or `<limit>/<window seconds>/<block seconds>`; Cal.com's own limit when not set. */
function rateLimitFrom(text: string | undefined): RateLimit | null {
  if (text === undefined || text === '') return CALCOM_LIMIT;
  if (text === 'off') return null;
  const [limit, windowSeconds, blockSeconds] = text.split('/').map(Number);
  if (![limit, windowSeconds, blockSeconds].every((part) => Number.isInteger(part) && Number(part) > 0)) {
    throw new Error('SANDBOX_RATE_LIMIT must be "off" or "<limit>/<window seconds>/<block seconds>", as in 120/60/60');
  }
  return { limit: Number(limit), windowMs: Number(windowSeconds) * 1000, blockMs: Number(blockSeconds) * 1000 };
}

function portFrom(text: string | undefined): number {
  const port = Number(text || DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error('SANDBOX_PORT must be a port, 0 for any free one');
}

function switchFrom(name: 'SANDBOX_TEAMS' | 'SANDBOX_HOSTED', unset: boolean): boolean {
  const text = process.env[name];
  if (text === undefined || text === '') return unset;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new Error(`${name} must be "on" or "off"`);
}

interface OwnDatabase {
  url: string;
  stop(): Promise<void>;
}

async function findDatabase(): Promise<OwnDatabase> {
  const given = process.env.SANDBOX_DATABASE_URL ?? process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => undefined };
  const postgres = await startEmbeddedPostgres({ dataDirectory: resolve('.data', 'sandbox-postgres') });
  await createDatabaseIfMissing(postgres, 'sandbox');
  return { url: postgres.url('sandbox'), stop: () => postgres.stop() };
}

async function main(): Promise<void> {
  // Read before a database is started for nothing.
  const rateLimit = rateLimitFrom(process.env.SANDBOX_RATE_LIMIT);
  const port = portFrom(process.env.SANDBOX_PORT);
  const teams = switchFrom('SANDBOX_TEAMS', true);
  const hosted = switchFrom('SANDBOX_HOSTED', false);
  const database = await findDatabase();
  const sandbox = await startSandbox({
    databaseUrl: database.url,
    port,
    host: process.env.SANDBOX_HOST,
    teams,
    hosted,
    rateLimit,
    log: (line) => console.log(JSON.stringify(line)),
  }).catch(async (error: unknown) => {
    await database.stop();
    throw error;
  });
  console.log(JSON.stringify({ msg: 'sandbox listening', url: sandbox.url }));
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await sandbox.stop();
    await database.stop();
    process.exit(0);
  };
  // A terminal and npm may both pass the signal on: the second one must not cut the first one's work short.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void (stopping ??= stop()));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
