import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { ConfigurationError, readConfig } from './foundation/config/read-config';
import type { AppConfig } from './foundation/config/app-config';
import { migrateDatabase } from './foundation/database/migrate';
import { createService, type ServiceOptions } from './create-service';

/** Longer than any provider call may take (15 s by default): a booking in flight gets its answer. */
const DRAIN_MS_MAX = 20_000;

interface Surroundings {
  config: AppConfig;
  options: ServiceOptions;
  /** Called when the service answers. */
  announce(): Promise<void>;
  stop(): Promise<void>;
}

async function main(): Promise<void> {
  if (existsSync('.env')) loadEnvFile('.env');
  const surroundings = await prepare(readConfig(process.env));
  try {
    await migrateDatabase(surroundings.config.databaseUrl);
    const app = await createService(surroundings.config, surroundings.options);
    stopOnSignal(async () => {
      await app.close();
      await surroundings.stop();
    });
    await app.listen(surroundings.config.port, surroundings.config.host);
    await surroundings.announce();
  } catch (error) {
    await surroundings.stop();
    throw error;
  }
}

/** Demo parts are loaded only in demo mode: elsewhere none of them exists. */
async function prepare(config: AppConfig): Promise<Surroundings> {
  if (config.mode === 'demo') {
    const { prepareDemo } = await import('./demo/demo.js');
    return prepareDemo(config);
  }
  return { config, options: {}, announce: async () => {}, stop: async () => {} };
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS_MAX).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  stopWithNpm(onSignal);
}

/** npm that was killed cannot pass a signal on; a service that it started would hold the port for ever. */
function stopWithNpm(onOrphaned: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onOrphaned();
  }, 500).unref();
}

function fail(error: unknown): never {
  const lines = error instanceof ConfigurationError ? error.faults : [describe(error)];
  for (const line of lines) console.error(`slotbridge: ${line}`);
  process.exit(1);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') return `PORT: ${error.message}; set PORT to a free one`;
  return process.env.LOG_LEVEL === 'debug' ? (error.stack ?? error.message) : error.message;
}

main().catch(fail);
