import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOwnFolder } from '../../src/foundation/database/embedded-binaries';
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/foundation/database/embedded-postgres';
import { livingProcess } from '../../src/foundation/database/embedded-process';

/** What a run of the tests may do to its database and a service may not: a crash of the machine loses everything. */
const THROW_AWAY_DATA = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Every test file brings up a whole service with its pools, and two run at once.
  max_connections: '200',
};

const RUN = /^run-(\d+)-([\w-]*)$/;

/** The Postgres that this run of Jest started, kept between its set-up and its tear-down. */
export interface TestServer {
  server: Pick<EmbeddedPostgres, 'url' | 'stop'>;
  remove(): Promise<void>;
}

/** The server at TEST_DATABASE_URL, or one of our own in a fresh temporary folder named after this run. */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { server: serverAt(given), remove: async () => undefined };
  const runs = folderOfRuns();
  await removeLeftovers(runs);
  const dataDirectory = join(runs, `run-${process.pid}-${livingProcess(process.pid)?.since ?? ''}`);
  const server = await startEmbeddedPostgres({ dataDirectory, settings: THROW_AWAY_DATA });
  return { server, remove: () => server.stop().then(() => removeEmbeddedPostgres(dataDirectory)) };
}

/** Stops and deletes the servers of runs that were killed; those of runs still alive are left alone. */
export async function removeLeftovers(runs: string): Promise<void> {
  for (const name of readdirSync(runs)) {
    const [, pid, since] = RUN.exec(name) ?? [];
    if (pid === undefined || livingProcess(Number(pid))?.since === since) continue;
    // Two runs may clean up at the same moment; the second finds nothing, or the first at work.
    await removeEmbeddedPostgres(join(runs, name)).catch(() => undefined);
    rmSync(join(runs, name), { recursive: true, force: true });
  }
}

function folderOfRuns(): string {
  const folder = join(tmpdir(), `slotbridge-tests-${process.getuid?.() ?? 'user'}`);
  if (!isOwnFolder(folder)) mkdirSync(folder, { mode: 0o755 });
  return folder;
}

function serverAt(address: string): TestServer['server'] {
  const url = (database: string) => Object.assign(new URL(address), { pathname: `/${database}` }).toString();
  return { url, stop: async () => undefined };
}
