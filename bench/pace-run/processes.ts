import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const READY_MS = 30_000;
/** Compiled beside this file: the same code as the service's own. */
const SOURCE = join(__dirname, '..', '..', 'src');

export interface RunningProcess {
  url: string;
  stop(): Promise<void>;
}

/** A service of its own in a process of its own, once it says that it is ready. */
export async function startService(env: Record<string, string>): Promise<RunningProcess> {
  const port = await freePort();
  const child = run('main.js', { HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error', ...env });
  const url = `http://127.0.0.1:${port}`;
  await until(child, async () => (await fetch(`${url}/readyz`)).ok);
  return { url, stop: () => stop(child) };
}

/** The stand-in for Cal.com with the limit that Cal.com has for API keys, in a process of its own. */
export async function startSandboxProcess(databaseUrl: string): Promise<RunningProcess> {
  const port = await freePort();
  const child = run('sandbox/main.js', {
    SANDBOX_DATABASE_URL: databaseUrl,
    SANDBOX_PORT: String(port),
    SANDBOX_RATE_LIMIT: '120/60/60',
  });
  const url = `http://127.0.0.1:${port}`;
  await until(child, async () => (await fetch(`${url}/_sandbox/settings`)).ok);
  return { url, stop: () => stop(child) };
}

function run(file: string, env: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(SOURCE, file)], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Nothing is left behind when this program ends otherwise than it should.
  process.on('exit', () => child.kill('SIGKILL'));
  return child;
}

async function until(child: ChildProcess, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await pause(100)) {
    if (await holds().catch(() => false)) return;
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('a process did not become ready');
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return address.port;
}
