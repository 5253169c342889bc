import { readFileSync, statSync } from 'node:fs';
import { dirname, parse } from 'node:path';

/** Numbers of the operating-system user that runs Postgres. */
export interface ServerUser {
  uid: number;
  gid: number;
}

// In this order: made for the purpose; present on nearly every machine.
const STAND_INS = ['postgres', 'nobody'];
// The number of `nobody` on Linux, for machines whose user list names neither.
const UNLISTED: ServerUser = { uid: 65534, gid: 65534 };

/** The first stand-in for root that is named in the text of a passwd file; 65534 when there is none. */
export function standInForRoot(passwd: string): ServerUser {
  const lines = passwd.split('\n').map((line) => line.split(':'));
  for (const name of STAND_INS) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? [];
    // A negative number is macOS's nobody, which a process cannot be started as.
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return UNLISTED;
}

/** Whom to run Postgres as, which refuses root: undefined means "as ourselves". */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return standInForRoot(readFileSync('/etc/passwd', 'utf8'));
}

/** True when users other than the owner can enter `path` and every folder above it (all exist and are absolute). */
export function isReachableByOthers(path: string): boolean {
  // 0o005: others may read and enter; above it entering alone (0o001) is enough.
  if ((statSync(path).mode & 0o005) !== 0o005) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === parse(folder).root) return true;
  }
}
