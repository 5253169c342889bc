import { once } from 'node:events';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { type Cluster, locateCluster } from '../../src/foundation/database/embedded-cluster';
import {
  createDatabaseIfMissing,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/foundation/database/embedded-postgres';
import { startProgram } from '../../src/foundation/database/embedded-program';
import { livingProcess } from '../../src/foundation/database/embedded-process';
import { parsePidFile } from '../../src/foundation/database/embedded-server';

export interface Postgres {
  url: string;
  /** Ends it without a checkpoint, as a crash does, and starts it again on the same port; absent where it is not ours. */
  crash?: () => Promise<void>;
  stop(): Promise<void>;
}

/** A server of its own, empty, in a folder. */
export async function ownPostgres(folder: string, database: string): Promise<Postgres> {
  await removeEmbeddedPostgres(folder);
  const server = await startEmbeddedPostgres({ dataDirectory: folder });
  await createDatabaseIfMissing(server, database);
  const url = server.url(database);
  const cluster = locateCluster(realpathSync(folder));
  return {
    url,
    crash: () => crash(cluster, url),
    stop: () => server.stop().then(() => removeEmbeddedPostgres(folder)),
  };
}

/** SIGQUIT is what `pg_ctl stop -m immediate` sends. */
async function crash(cluster: Cluster, url: string): Promise<void> {
  const pid = parsePidFile(readFileSync(join(cluster.folder, 'postmaster.pid'), 'utf8'))!.pid;
  const args = optionsOf(readFileSync(join(cluster.folder, 'postmaster.opts'), 'utf8'));
  process.kill(pid, 'SIGQUIT');
  while (livingProcess(pid)) await pause(10);
  const child = startProgram(cluster, 'postgres', args, ['ignore', 'ignore', 'ignore']);
  await once(child, 'spawn');
  child.unref();
  while (!(await serves(url))) await pause(50);
}

/** The arguments that the server was started with, each in quotes behind the program. */
function optionsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"/g)].map(([, option]) => option!);
}

async function serves(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  return client
    .connect()
    .then(() => client.query('select 1'))
    .then(
      () => true,
      () => false,
    )
    .finally(() => client.end().catch(() => undefined));
}
