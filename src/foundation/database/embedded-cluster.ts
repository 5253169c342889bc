import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnFolder, programFolder, publicFolder } from './embedded-binaries';
import { runProgram } from './embedded-program';
import { isReachableByOthers, serverUser, type ServerUser } from './embedded-user';

/** A folder of Postgres's ("cluster" in its words), the user it runs as, and the programs to run it with. */
export interface Cluster {
  folder: string;
  user?: ServerUser;
  programs: string;
  /** Where the password is kept: a file that only the service's own user can read. */
  stateFile: string;
}

interface State {
  cluster: string;
  password: string;
}

/** Finds where the database of a data directory lives. As root it may have to be outside it; see `isReachableByOthers`. */
export function locateCluster(dataDirectory: string): Cluster {
  const stateFile = join(dataDirectory, 'postgres.json');
  const inside = join(dataDirectory, 'postgres');
  let user = serverUser();
  let folder = inside;
  if (user && existsSync(join(inside, 'PG_VERSION'))) user = ownerOf(inside);
  else if (user && !isReachableByOthers(dataDirectory)) {
    const name = createHash('sha256').update(realpathSync(dataDirectory)).digest('hex').slice(0, 16);
    folder = join(publicFolder(), `slotbridge-${name}`);
  }
  return { folder, user, stateFile, programs: programFolder(user !== undefined) };
}

function ownerOf(folder: string): ServerUser {
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

/** The password of a cluster made before; undefined when there is none yet, or none that belongs to this folder. */
export function knownPassword(cluster: Cluster): string | undefined {
  if (!existsSync(join(cluster.folder, 'PG_VERSION')) || !existsSync(cluster.stateFile)) return undefined;
  isOwnFolder(cluster.folder, cluster.user?.uid);
  try {
    const state = JSON.parse(readFileSync(cluster.stateFile, 'utf8')) as State;
    // A copy or a moved project brings its state file along, but a cluster outside it stays with its first owner.
    return belongsTogether(state, cluster) ? state.password : undefined;
  } catch (error) {
    throw new Error(`Cannot read ${cluster.stateFile}: remove its folder to start afresh.`, { cause: error });
  }
}

function belongsTogether(state: State, cluster: Cluster): boolean {
  return state.cluster === reference(cluster);
}

/** "postgres" for a cluster inside the data directory, which may be moved as a whole, else its absolute path. */
function reference({ folder, stateFile }: Cluster): string {
  return join(stateFile, '..', 'postgres') === folder ? 'postgres' : folder;
}

/**
 * Makes an empty cluster and returns its password. It is made beside its place and renamed last, so a start that was
 * cut off leaves nothing that looks finished. Whatever was in its place is removed.
 */
export async function createCluster(cluster: Cluster): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  const unfinished = `${cluster.folder}-unfinished`;
  const passwordFile = `${unfinished}-password`;
  for (const leftover of [unfinished, passwordFile]) rmSync(leftover, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  for (const path of [unfinished, passwordFile]) if (cluster.user) chownSync(path, cluster.user.uid, cluster.user.gid);
  try {
    await runInitdb(cluster, unfinished, passwordFile);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(cluster.folder, { recursive: true, force: true });
  writeState(cluster, password);
  renameSync(unfinished, cluster.folder);
  return password;
}

async function runInitdb(cluster: Cluster, folder: string, passwordFile: string): Promise<void> {
  const authentication = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const text = ['--locale=C.UTF-8', '--encoding=UTF8', '--no-instructions'];
  // Writing to the disk once at the end is quicker than after each of initdb's steps, and as safe.
  await runProgram(cluster, 'initdb', ['-D', folder, ...authentication, ...text, '--no-sync']);
  await runProgram(cluster, 'initdb', ['-D', folder, '--sync-only']);
}

function writeState(cluster: Cluster, password: string): void {
  const state: State = { cluster: reference(cluster), password };
  rmSync(cluster.stateFile, { force: true });
  writeFileSync(cluster.stateFile, `${JSON.stringify(state)}\n`, { mode: 0o600, flag: 'wx' });
}
