import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerUser } from './embedded-user';

export interface ProgramHome {
  programs: string;
  user?: ServerUser;
}

// A program that says more than this in an error is not read to its end by anybody.
const KEPT_OUTPUT = 2_000;

/** Starts one of Postgres's programs, as the cluster's user, in a session of its own: Ctrl-C does not reach it. */
export function startProgram(home: ProgramHome, name: string, args: string[], stdio: StdioOptions): ChildProcess {
  return spawn(join(home.programs, name), args, {
    ...home.user,
    stdio,
    // Not ours: the server's user may not be able to enter it, and Postgres gives up then.
    cwd: process.platform === 'win32' ? tmpdir() : '/',
    env: cleanEnvironment(),
    detached: true,
    windowsHide: true,
  });
}

/** Runs a program to its end; throws with the end of its output when it fails or cannot be started at all. */
export async function runProgram(home: ProgramHome, name: string, args: string[]): Promise<void> {
  const child = startProgram(home, name, args, ['ignore', 'pipe', 'pipe']);
  let output = '';
  const keep = (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(cannotRun(name, cause)));
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`Postgres's ${name} failed: ${output.trim() || `exit code ${code}`}`);
}

/** The line for a program that the operating system does not start. */
export function cannotRun(name: string, cause: Error): Error {
  const reason = 'the embedded Postgres needs glibc (Alpine has none); set DATABASE_URL instead';
  return new Error(`Postgres's ${name} does not start on this machine: ${reason} (${cause.message}).`, { cause });
}

/** Ours without Postgres's own variables (PGDATA, PGPORT ...), which would change what the programs do. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
