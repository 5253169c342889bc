import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Passes one place three times in a process of its own. */
function passing(env: Record<string, string>): { signal: string | null; lines: number } {
  const module = pathToFileURL(join(__dirname, 'failpoints.ts')).href;
  const program = `import('${module}').then(({ failpoint }) => {
    for (let pass = 1; pass <= 3; pass++) {
      require('node:fs').writeSync(1, 'here\\n');
      failpoint('wrote', 'intended');
    }
  })`;
  const { signal, stdout } = spawnSync(process.execPath, ['-e', program], { env: { PATH: '', ...env } });
  return { signal, lines: stdout.toString().split('\n').length - 1 };
}

describe('a named place', () => {
  it('ends the process as by kill -9 at the pass that was asked for', () => {
    expect(passing({ CHAOS_FAILPOINT: 'wrote intended:2' })).toEqual({ signal: 'SIGKILL', lines: 2 });
  });

  it.each([
    ['without being asked for', {}],
    ['when another place was asked for', { CHAOS_FAILPOINT: 'writing intended:1' }],
    ['in production', { CHAOS_FAILPOINT: 'wrote intended:1', NODE_ENV: 'production' }],
  ])('does nothing %s', (_, env) => {
    expect(passing(env)).toEqual({ signal: null, lines: 3 });
  });
});
