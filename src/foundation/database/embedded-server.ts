import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Cluster } from './embedded-cluster';
import { livingProcess } from './embedded-process';
import { cannotRun, runProgram, startProgram } from './embedded-program';

// Recovery after a kill replays at most max_wal_size (below), which takes seconds on a slow disk.
const PATIENCE_MS = 30_000;
const POLL_MS = 15;

/** Small and quick to start; what the disk has confirmed stays confirmed (fsync is left on). */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  max_connections: '100',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** What postmaster.pid says: lines 1 and 4 of it. */
export interface PidFile {
  pid: number;
  port: number;
}

/** Reads the text of a postmaster.pid; undefined when it was cut off before the port was written. */
export function parsePidFile(text: string): PidFile | undefined {
  const lines = text.split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

/**
 * The port of a server that is already running on this cluster and has accepted a connection, or undefined when none
 * is; what a dead one left behind is then removed. A server that neither answers nor ends is waited for.
 */
export async function findRunning(cluster: Cluster, password: string): Promise<number | undefined> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const port = readPidFile(cluster)?.port;
    if (port !== undefined && (await serves(cluster, port, password))) return port;
    if (!isAlive(cluster)) {
      // Postgres would take the number for its own if a zombie, or somebody else's process, has it now.
      rmSync(pidPath(cluster), { force: true });
      return undefined;
    }
    await pause(POLL_MS);
  }
  throw new Error(`The Postgres in ${cluster.folder} is running but answers nobody; its log is ${logPath(cluster)}.`);
}

/** Starts the server on a free port of 127.0.0.1 and returns the port once a connection was accepted. */
export async function startServer(
  cluster: Cluster,
  password: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<number> {
  try {
    return await startOnce(cluster, password, settings);
  } catch (error) {
    if (!(error instanceof EndedAtOnce)) throw error;
    // Between finding a port free and Postgres taking it another program may come first; twice in a row is no accident.
    return startOnce(cluster, password, settings);
  }
}

class EndedAtOnce extends Error {}

async function startOnce(cluster: Cluster, password: string, extra: Readonly<Record<string, string>>): Promise<number> {
  const port = await freePort();
  const settings = Object.entries({ ...SETTINGS, ...extra }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(logPath(cluster), 'a', 0o600);
  const args = ['-D', cluster.folder, '-p', String(port), ...settings];
  const child = startProgram(cluster, 'postgres', args, ['ignore', log, log]);
  closeSync(log);
  child.unref();
  let ended: Error | undefined;
  child.once('error', (cause) => (ended = cannotRun('server', cause)));
  child.once(
    'exit',
    () => (ended ??= new EndedAtOnce(`Postgres did not start; the reason is in ${logPath(cluster)}.`)),
  );
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(POLL_MS)) {
    if (ended) throw ended;
    if (readPidFile(cluster)?.pid === child.pid && (await serves(cluster, port, password))) return port;
  }
  child.kill('SIGQUIT');
  throw new Error(`Postgres took more than ${PATIENCE_MS / 1000} s to start; its log is ${logPath(cluster)}.`);
}

/** Ends all connections, writes everything to the disk and waits until the server is gone; no error when it was. */
export async function stopServer(cluster: Cluster): Promise<void> {
  if (!isAlive(cluster)) return;
  try {
    await runProgram(cluster, 'pg_ctl', ['stop', '-D', cluster.folder, '-m', 'fast', '-w', '-t', '30', '-s']);
  } catch (error) {
    // It may have ended by itself in between.
    if (isAlive(cluster)) throw error;
  }
}

function isAlive(cluster: Cluster): boolean {
  const found = readPidFile(cluster);
  const living = found && livingProcess(found.pid);
  if (!living) return false;
  // The same number may be another program's today. Windows does not tell, so believe the file there.
  // A server works in its data folder, even when the folder was moved since it was started.
  const here = [cluster.folder, realpathSync(cluster.folder)];
  return living.command === '' || here.some((path) => living.folder === path || living.command.includes(path));
}

/**
 * True when our password opens a server at this port and it is the one of this folder: a copied folder has the same
 * password, and a pid file that names the original's server. So the server is asked whether it sees a new file.
 */
async function serves(cluster: Cluster, port: number, password: string): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  client.on('error', () => undefined);
  const probe = `probe-${randomUUID()}`;
  try {
    await client.connect();
    writeFileSync(join(cluster.folder, probe), '');
    const { rows } = await client.query<{ seen: boolean }>('SELECT (pg_stat_file($1, true)).size IS NOT NULL AS seen', [
      probe,
    ]);
    return rows[0]?.seen === true;
  } catch {
    return false;
  } finally {
    rmSync(join(cluster.folder, probe), { force: true });
    await client.end().catch(() => undefined);
  }
}

function readPidFile(cluster: Cluster): PidFile | undefined {
  try {
    return parsePidFile(readFileSync(pidPath(cluster), 'utf8'));
  } catch {
    return undefined;
  }
}

const pidPath = (cluster: Cluster): string => join(cluster.folder, 'postmaster.pid');
const logPath = (cluster: Cluster): string => join(dirname(cluster.stateFile), 'postgres.log');

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
