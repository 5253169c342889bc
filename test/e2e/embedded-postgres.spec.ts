import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import {
  createDatabaseIfMissing,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/foundation/database/embedded-postgres';
import { locateCluster } from '../../src/foundation/database/embedded-cluster';
import { livingProcess } from '../../src/foundation/database/embedded-process';
import { createTestDatabase } from '../support/test-database';
import { removeLeftovers } from '../support/test-server';

const PROJECT = resolve(__dirname, '../..');
// Inside the project, for the compiled files to find node_modules.
const compiled = join(PROJECT, '.tmp', `embedded-${process.pid}`);
/** A service of which only the database exists: it prints the address (or why not) and lives until it is killed. */
const SERVICE = `
  const { startEmbeddedPostgres } = require('${compiled}/src/foundation/database/embedded-postgres.js');
  startEmbeddedPostgres({ dataDirectory: process.argv[1] }).then(
    (server) => { console.log(server.url('postgres')); setInterval(() => {}, 1e6); },
    (error) => { console.log(error.message); process.exitCode = 1; },
  );`;

let home: string;

beforeAll(() => {
  execFileSync('node_modules/.bin/swc', ['src/foundation/database', '--out-dir', compiled, '--quiet'], {
    cwd: PROJECT,
  });
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slotbridge-home-'));
  chmodSync(home, 0o755);
});
afterEach(async () => {
  await removeEmbeddedPostgres(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
});

const start = () => startEmbeddedPostgres({ dataDirectory: join(home, 'data') });

async function service(data = join(home, 'data')): Promise<{ process: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['-e', SERVICE, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await new Promise<string>((done) => child.stdout.once('data', (data: Buffer) => done(data.toString())));
  return { process: child, said: said.trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

async function query(url: string, text: string): Promise<any[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const pidFile = (data = join(home, 'data')) => join(locateCluster(data).folder, 'postmaster.pid');
const postmaster = (data?: string) => Number(readFileSync(pidFile(data), 'utf8').split('\n')[0]);

async function killPostmaster(): Promise<void> {
  const pid = postmaster();
  process.kill(pid, 'SIGKILL');
  while (livingProcess(pid)) await new Promise((done) => setTimeout(done, 5));
}

describe('a database that outlives the service', () => {
  it('keeps what was written, start after start', async () => {
    const first = await start();
    await createDatabaseIfMissing(first, 'demo');
    await createDatabaseIfMissing(first, 'demo');
    await query(first.url('demo'), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await first.stop();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url('demo'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('is adopted, still running, by the service that follows a killed one', async () => {
    const killed = await service();
    await kill(killed.process);
    const [before] = await query(killed.said, 'SELECT pg_postmaster_start_time()::text AS started');
    const next = await start();
    expect(next.adopted).toBe(true);
    expect(await query(next.url('postgres'), 'SELECT pg_postmaster_start_time()::text AS started')).toEqual([before]);
    await next.stop();
    expect(existsSync(pidFile())).toBe(false);
  });

  it('starts again with everything confirmed when service and server were both killed', async () => {
    const killed = await service();
    await query(killed.said, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await kill(killed.process);
    await killPostmaster();
    const next = await start();
    expect(next.adopted).toBe(false);
    expect(await query(next.url('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await next.stop();
  });

  it('is not mistaken for that of a copied directory, nor lost when the directory was moved', async () => {
    const killed = await service();
    await kill(killed.process);
    execFileSync('cp', ['-a', join(home, 'data'), join(home, 'copy')]);
    execFileSync('mv', [join(home, 'data'), join(home, 'moved')]);
    const [copy, moved] = await Promise.all(
      ['copy', 'moved'].map((name) => startEmbeddedPostgres({ dataDirectory: join(home, name) })),
    );
    expect([copy?.adopted, moved?.adopted]).toEqual([false, true]);
    await Promise.all([copy?.stop(), moved?.stop()]);
  });

  it('is not taken in by a pid file that names a living process of somebody else', async () => {
    await (await start()).stop();
    writeFileSync(pidFile(), `${process.pid}\n${home}\n0\n1\n\n127.0.0.1\n0 0\nready   \n`);
    const next = await start();
    expect(next.adopted).toBe(false);
    expect(postmaster()).not.toBe(process.pid);
    await next.stop();
  });

  it('makes a new database where making one was cut off', async () => {
    mkdirSync(join(home, 'data'));
    const unfinished = `${locateCluster(join(home, 'data')).folder}-unfinished`;
    mkdirSync(join(unfinished, 'base'), { recursive: true });
    writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');
    const server = await start();
    expect(await query(server.url('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(unfinished)).toBe(false);
    await server.stop();
  });

  it('starts under a folder that nobody else may enter', async () => {
    chmodSync(home, 0o700);
    const first = await start();
    await query(first.url('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(await query(second.url('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });
});

describe('one service per data directory', () => {
  it('lets exactly one of two that start at the same moment have it, and tells the other who has', async () => {
    const both = await Promise.all([service(), service()]);
    const [winners, losers] = [true, false].map((won) =>
      both.filter((one) => one.said.startsWith('postgres:') === won),
    );
    expect([winners?.length, losers?.length]).toEqual([1, 1]);
    expect(losers?.[0]?.said).toContain(`is in use by process ${winners?.[0]?.process.pid}`);
    await kill(winners![0]!.process);
  });

  it('refuses a second start by the same process until the first has stopped', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(`is in use by process ${process.pid}`);
    await first.stop();
    await (await start()).stop();
  });

  it('does not delete the data of a service that is alive', async () => {
    const server = await start();
    await expect(removeEmbeddedPostgres(join(home, 'data'))).rejects.toThrow('is in use by process');
    expect(await query(server.url('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  });
});

describe('who can reach it', () => {
  let server: EmbeddedPostgres;
  beforeEach(async () => void (server = await start()));
  afterEach(() => server.stop());

  it('listens on 127.0.0.1 only, without a unix socket, and confirms writes to the disk', async () => {
    const names = ['listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'server_encoding'];
    const rows = await query(
      server.url('postgres'),
      `SELECT name, setting FROM pg_settings WHERE name IN ('${names.join("','")}')`,
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      synchronous_commit: 'on',
      server_encoding: 'UTF8',
    });
  });

  it('asks for a password that only our own user can read', async () => {
    const wrong = new URL(server.url('postgres'));
    wrong.password = 'wrong';
    await expect(query(wrong.toString(), 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(home, 'data', 'postgres.json')).mode & 0o777).toBe(0o600);
  });
});

describe("the tests' own servers", () => {
  it('stop and delete the server of a run that was killed, never that of a run still alive', async () => {
    // The first number is above the highest that Linux gives to a process.
    const [dead, alive] = ['run-4194305-1', `run-${process.pid}-${livingProcess(process.pid)?.since}`];
    const runs = join(home, 'runs');
    mkdirSync(join(runs, alive), { recursive: true });
    await kill((await service(join(runs, dead))).process);
    const server = postmaster(join(runs, dead));
    expect(livingProcess(server)).toBeDefined();
    await removeLeftovers(runs);
    expect(livingProcess(server)).toBeUndefined();
    expect([dead, alive].map((run) => existsSync(join(runs, run)))).toEqual([false, true]);
  });

  it('give each caller a database of its own', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, 'CREATE TABLE only_here ()');
    expect(await query(two.url, "SELECT to_regclass('only_here') AS found")).toEqual([{ found: null }]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });
});
