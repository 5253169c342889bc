import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';

/** A living process. `since` tells it from a later one that was given the same number. */
export interface LivingProcess {
  since: string;
  command: string;
  /** The folder it works in, where the system tells. */
  folder?: string;
}

/**
 * The process with this number, or undefined when it has ended. A zombie has ended too, although it still answers
 * signal 0: where process 1 reaps no orphans, a killed Postgres stays one for good.
 */
export function livingProcess(pid: number): LivingProcess | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (existsSync('/proc/self/stat')) return fromProc(pid);
  return process.platform === 'win32' ? fromSignal(pid) : fromPs(pid);
}

function fromProc(pid: number): LivingProcess | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const found = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), command);
    return found && { ...found, folder: folderOf(pid) };
  } catch {
    return undefined;
  }
}

function folderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // another user's process, and we are not root
  }
}

/** Reads Linux's /proc/<pid>/stat; undefined for a zombie (Z) or a dead process (X). */
export function parseProcStat(stat: string, command: string): LivingProcess | undefined {
  // The name in brackets may hold spaces and brackets itself, so count from the last bracket: state is field 3 and
  // the start in clock ticks since boot is field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { since: fields[19] ?? '', command };
}

function fromPs(pid: number): LivingProcess | undefined {
  const column = (name: string) =>
    execFileSync('ps', ['-o', `${name}=`, '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
  try {
    if (column('stat').trim().startsWith('Z')) return undefined;
    return { since: column('lstart').trim().replaceAll(/\W+/g, '-'), command: column('command').trim() };
  } catch {
    return undefined;
  }
}

function fromSignal(pid: number): LivingProcess | undefined {
  try {
    process.kill(pid, 0);
    return { since: '', command: '' };
  } catch {
    return undefined;
  }
}
