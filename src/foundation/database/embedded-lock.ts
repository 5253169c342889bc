import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { livingProcess } from './embedded-process';

const CLAIM = /^in-use-by-(\d+)-([\w-]*)$/;
// Two that start at the same moment see each other and both step back; a few tries at random distances part them.
const TRIES = 6;
const LONGEST_STEP_BACK_MS = 200;

/**
 * Claims a folder for this process until the returned function is called or the process ends, however it ends.
 * Throws one line when another living process, or this one, has claimed it.
 */
export async function claimFolder(folder: string): Promise<() => void> {
  for (let attempt = 1; ; attempt += 1) {
    const holder = tryToClaim(folder);
    if (holder === undefined) return () => rmSync(ownClaim(folder), { force: true });
    if (attempt === TRIES || holder === process.pid) throw new Error(inUse(folder, holder));
    await pause(Math.random() * LONGEST_STEP_BACK_MS);
  }
}

function inUse(folder: string, pid: number): string {
  return `The data in ${folder} is in use by process ${pid}: stop that one first, or give this one another folder.`;
}

/**
 * Each claimant makes a file of its own name first and looks for others second, so of two at least one sees the other.
 * Removing a dead one's file can never hit a living one, for the name holds the process and its start.
 */
function tryToClaim(folder: string): number | undefined {
  const own = ownClaim(folder);
  try {
    writeFileSync(own, '', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return process.pid;
    throw error;
  }
  const holder = livingClaimants(folder).find((pid) => pid !== process.pid);
  if (holder !== undefined) rmSync(own, { force: true });
  return holder;
}

function ownClaim(folder: string): string {
  return join(folder, `in-use-by-${process.pid}-${livingProcess(process.pid)?.since ?? ''}`);
}

function livingClaimants(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const [, pid, since] = CLAIM.exec(name) ?? [];
    if (pid === undefined) return [];
    if (livingProcess(Number(pid))?.since === since) return [Number(pid)];
    rmSync(join(folder, name), { force: true });
    return [];
  });
}
