import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { Client, escapeIdentifier } from 'pg';
import { createCluster, knownPassword, locateCluster, type Cluster } from './embedded-cluster';
import { claimFolder } from './embedded-lock';
import { findRunning, startServer, stopServer } from './embedded-server';

export interface EmbeddedPostgres {
  /** Address of a database of this server, with the password in it: never to be logged. */
  url(database: string): string;
  /** True when the server was already running: an earlier service was killed and left it behind. */
  adopted: boolean;
  /** Shuts the server down fast and waits for its end; calling it again does nothing. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of this service alone; made when absent. Deleting it is how to start afresh. */
  dataDirectory: string;
  /** Told what takes its time, in whole sentences without secrets. */
  log?: (message: string) => void;
  /** Server settings on top of ours, by their names in postgresql.conf; they do not reach an adopted server. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * A real Postgres 18 of our own, on a free port of 127.0.0.1 with a random password. It keeps its data across
 * restarts, survives a kill of this process and is adopted by the next one. Throws one line when the folder is in use
 * by another process, when there is no Postgres for this platform, or when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  mkdirSync(options.dataDirectory, { recursive: true });
  const dataDirectory = realpathSync(options.dataDirectory);
  const release = await claimFolder(dataDirectory);
  try {
    const cluster = locateCluster(dataDirectory);
    const password = knownPassword(cluster) ?? (await createAfresh(cluster, options.log));
    const running = await findRunning(cluster, password);
    const port = running ?? (await startServer(cluster, password, options.settings));
    if (running) options.log?.('The database of a service that was killed is still running: it is used again.');
    return handle(cluster, password, port, running !== undefined, release);
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Stops the server of a data directory, if one is left, and deletes the directory and all its data. Throws, and leaves
 * everything as it is, when the directory is in use by a living process. No error when there is no such directory.
 */
export async function removeEmbeddedPostgres(dataDirectory: string): Promise<void> {
  if (!existsSync(dataDirectory)) return;
  const release = await claimFolder(realpathSync(dataDirectory));
  try {
    const cluster = locateCluster(realpathSync(dataDirectory));
    await stopServer(cluster);
    rmSync(cluster.folder, { recursive: true, force: true });
    rmSync(dataDirectory, { recursive: true, force: true });
  } finally {
    release();
  }
}

async function createAfresh(cluster: Cluster, log?: (message: string) => void): Promise<string> {
  log?.('Making an empty database: this happens once.');
  // Its state file was deleted, and with it the way in: nobody can use that server any more.
  await stopServer(cluster);
  return createCluster(cluster);
}

function handle(
  cluster: Cluster,
  password: string,
  port: number,
  adopted: boolean,
  release: () => void,
): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  return {
    url: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    adopted,
    stop: () => (stopped ??= stopServer(cluster).finally(release)),
  };
}

/** Makes an empty database unless the server has one of this name; two callers at once are no error. */
export async function createDatabaseIfMissing(server: Pick<EmbeddedPostgres, 'url'>, name: string): Promise<void> {
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`).catch(unlessThereNow);
  } finally {
    await client.end();
  }
}

function unlessThereNow(error: Error & { code?: string }): void {
  // duplicate_database, or unique_violation when both were made at the very same moment
  if (error.code !== '42P04' && error.code !== '23505') throw error;
}
