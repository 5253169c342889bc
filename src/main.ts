import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { ConfigurationError, readConfig } from './foundation/config/read-config';
import type { AppConfig } from './foundation/config/app-config';
import { migrateDatabase } from './foundation/database/migrate';
import { createService, type ServiceOptions } from './create-service';

/** Longer than any provider call may take (15 s by default): a booking in flight gets its answer. */
const DRAIN_MS_MAX = 20_000;

/** What was started, so that it can be stopped in the opposite order, also when a start is cut short. */
class Started {
  private readonly stops: (() => Promise<unknown>)[] = [];
  private stopping: Promise<void> | undefined;

  add(stop: () => Promise<unknown>): void {
    this.stops.push(stop);
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    for (let stop = this.stops.pop(); stop; stop = this.stops.pop()) await stop();
  }
}

interface Surroundings {
  config: AppConfig;
  options: ServiceOptions;
  /** Called when the service answers. */
  announce: () => Promise<void>;
}

async function main(): Promise<void> {
  if (existsSync('.env')) loadEnvFile('.env');
  const started = new Started();
  stopOnSignal(started);
  try {
    await start(readConfig(process.env), started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function start(given: AppConfig, started: Started): Promise<void> {
  const { config, options, announce } = await prepare(given, started);
  await migrateDatabase(config.databaseUrl).catch((error: Error) => {
    throw new Error(`DATABASE_URL: the database cannot be used: ${error.message}`, { cause: error });
  });
  const app = await createService(config, options);
  started.add(() => app.close());
  await app.listen(config.port, config.host);
  await announce();
}

/** Demo parts are loaded only in demo mode: elsewhere none of them exists. */
async function prepare(config: AppConfig, started: Started): Promise<Surroundings> {
  if (config.mode === 'demo') {
    const { prepareDemo } = await import('./demo/demo.js');
    return prepareDemo(config, (stop) => started.add(stop));
  }
  return { config, options: {}, announce: async () => {} };
}

function stopOnSignal(started: Started): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS_MAX).unref();
    started.stop().then(
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
