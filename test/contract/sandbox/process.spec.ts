import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createTestDatabase, TestDatabase } from '../../support/test-database';
import { SandboxClient } from '../fidelity/sandbox-client';
import { DAY } from './sandbox-world';

const root = resolve(__dirname, '../../..');
/** Inside the project, so that the built files find its packages. */
const built = join(root, '.tmp', `sandbox-${process.pid}`);

describe('the sandbox as a process of its own', () => {
  let database: TestDatabase;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    const swc = join(root, 'node_modules/@swc/cli/bin/swc.js');
    const folders = ['src/sandbox', 'src/foundation'];
    execFileSync(process.execPath, [swc, ...folders, '--out-dir', built, '--quiet'], { cwd: root });
    database = await createTestDatabase();
  });

  afterEach(() => child?.kill('SIGKILL'));

  afterAll(async () => {
    await database.drop();
    rmSync(built, { recursive: true, force: true });
  });

  function spawnSandbox(variables: Record<string, string>): ChildProcess {
    const env = { PATH: process.env.PATH ?? '', SANDBOX_DATABASE_URL: database.url, SANDBOX_PORT: '0', ...variables };
    child = spawn(process.execPath, [join(built, 'src/sandbox/main.js')], { env });
    return child;
  }

  /** A client of a sandbox that listens. */
  async function start(variables: Record<string, string> = {}): Promise<SandboxClient> {
    const { stdout } = spawnSandbox(variables);
    for await (const line of createInterface({ input: stdout as NodeJS.ReadableStream })) {
      const { msg, url } = JSON.parse(line) as { msg: string; url: string };
      if (msg !== 'sandbox listening') continue;
      // Its further lines have to go somewhere, or it would wait for a reader.
      stdout?.resume();
      return new SandboxClient(url);
    }
    throw new Error('the sandbox ended before it listened');
  }

  it('has after kill -9 in the middle of a call every booking that was committed', async () => {
    const client = await start();
    await client.fresh();
    const type = await client.eventType('killed');
    const before = await client.book(type, `${DAY}T08:00:00Z`, 'before');
    await client.control('POST', '/_sandbox/scenarios', { scenario: 'slow', delayMs: 60_000 });
    const cut = expect(client.book(type, `${DAY}T09:00:00Z`, 'during')).rejects.toThrow('fetch failed');
    const taken = async (): Promise<boolean> =>
      (await client.control('GET', '/_sandbox/scenarios')).every(({ remaining }: any) => remaining === 0);
    while (!(await taken()));
    child?.kill('SIGKILL');
    await cut;

    const again = await start();
    const bookings: { uid: string }[] = await again.control('GET', '/_sandbox/bookings');
    expect(bookings.map(({ uid }) => uid)).toEqual([before.uid]);
    expect((await again.book(type, `${DAY}T09:00:00Z`, 'after')).status).toBe('accepted');
  });

  it('is told its port, rate limit, teams and dialect by its environment, and ends with 0 on SIGTERM', async () => {
    const client = await start({ SANDBOX_TEAMS: 'off', SANDBOX_HOSTED: 'on', SANDBOX_RATE_LIMIT: '7/30/90' });
    await client.control('POST', '/_sandbox/reset');
    expect(await client.control('GET', '/_sandbox/settings')).toEqual({
      rateLimit: { limit: 7, windowMs: 30_000, blockMs: 90_000 },
      rateLimitReset: 'seconds',
      teams: false,
      hosted: true,
      slotsCacheMs: 0,
    });
    const ended = once(child as ChildProcess, 'exit');
    child?.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it.each([
    ['SANDBOX_RATE_LIMIT', '120', /^SANDBOX_RATE_LIMIT must be /],
    ['SANDBOX_PORT', 'http', /^SANDBOX_PORT must be /],
    ['SANDBOX_TEAMS', 'no', /^SANDBOX_TEAMS must be /],
    ['SANDBOX_HOSTED', 'yes', /^SANDBOX_HOSTED must be /],
  ])('refuses to start with %s=%s, in one clear line', async (name, value, message) => {
    const started = spawnSandbox({ [name]: value });
    let errors = '';
    started.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const [code] = (await once(started, 'close')) as [number];
    expect([code, errors.trim().split('\n').length]).toEqual([1, 1]);
    expect(errors).toMatch(message);
  });
});
