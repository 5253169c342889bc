import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { chmodSync, copyFileSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { isReachableByOthers } from './embedded-user';
import { nativeFolder } from './embedded-platform';

interface Link {
  source: string;
  target: string;
}

// Only for building other programs against Postgres: a third of the files.
const NOT_FOR_RUNNING = /(\.a|^pgxs|^pkgconfig|^include)$/;

/**
 * Folder with Postgres's programs, complete and ready to run. `byAnotherUser` says that they will run as somebody
 * other than this process's user; when that one could not reach them they are copied once to a place where it can.
 */
export function programFolder(byAnotherUser: boolean): string {
  const native = realpathSync(nativeFolder());
  const reachable = !byAnotherUser || isReachableByOthers(join(native, 'bin', 'postgres'));
  if (reachable && makeLinks(native, native)) return join(native, 'bin');
  const copy = copyFolder(native);
  copyMissing(native, copy);
  makeLinks(native, copy);
  return join(copy, 'bin');
}

/** A folder for files that outlive a restart and that every user can reach, whatever TMPDIR says. */
export function publicFolder(): string {
  return canWrite('/var/tmp') ? '/var/tmp' : realpathSync(tmpdir());
}

/** True when the folder exists already as ours and nobody else's; false when it is absent; throws when it is not ours. */
export function isOwnFolder(path: string, owner: number | undefined = process.getuid?.()): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  const ours = owner === undefined || (found.uid === owner && (found.mode & 0o022) === 0);
  if (!found.isDirectory() || !ours) throw new Error(`${path} belongs to somebody else: remove it and start again.`);
  return true;
}

function copyFolder(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const path = join(publicFolder(), `slotbridge-postgres-${version}-${process.getuid?.() ?? 'user'}`);
  // Programs in a folder that anybody may write to first: never run what somebody else has put there.
  if (!isOwnFolder(path)) mkdirSync(path, { mode: 0o755 });
  return path;
}

/** Makes the links of pg-symlinks.json, which the package's own install script makes where scripts are allowed. */
function makeLinks(native: string, into: string): boolean {
  const links = join(native, 'pg-symlinks.json');
  if (!existsSync(links)) return true;
  const wanted = (JSON.parse(readFileSync(links, 'utf8')) as Link[]).map(({ source, target }) => ({
    path: join(into, relative('native', target)),
    to: relative(dirname(target), source),
  }));
  const missing = wanted.filter(({ path }) => !existsSync(path));
  if (missing.some(({ path }) => !canWrite(dirname(path)))) return false;
  for (const { path, to } of missing) linkUnlessThere(to, path);
  return true;
}

function linkUnlessThere(to: string, path: string): void {
  try {
    symlinkSync(to, path);
  } catch (error) {
    // Another start made it a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Copies what is absent, so that a copy half made, or thinned out by a cleaner of temporary folders, mends itself. */
function copyMissing(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (NOT_FOR_RUNNING.test(entry.name)) continue;
    if (entry.isDirectory()) copyMissing(source, target);
    else if (entry.isFile()) copyFileUnlessSame(source, target);
  }
}

function copyFileUnlessSame(source: string, target: string): void {
  const { mode, size } = statSync(source);
  if (statSync(target, { throwIfNoEntry: false })?.size === size) return;
  const unfinished = `${target}.${randomUUID()}`;
  copyFileSync(source, unfinished);
  chmodSync(unfinished, mode & 0o100 ? 0o755 : 0o644);
  renameSync(unfinished, target);
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
