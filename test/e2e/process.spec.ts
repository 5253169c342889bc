import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startTestService, TestCompany, TestService } from '../support/service';

const root = resolve(__dirname, '../..');
/** Inside the project, so that the built files find its packages. */
const built = join(root, '.tmp', `dist-${process.pid}`);

beforeAll(() => {
  const swc = join(root, 'node_modules/@swc/cli/bin/swc.js');
  execFileSync(process.execPath, [swc, 'src', 'migrations', '--out-dir', built, '--quiet'], { cwd: root });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

function start(env: Record<string, string>): ChildProcess {
  const clean = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  return spawn(process.execPath, [join(built, 'src/main.js')], { cwd: built, env: { ...clean, ...env } });
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; errors: string[] }> {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors: text.split('\n').filter((line) => line !== '') };
}

describe('a start with a faulty environment', () => {
  const fine = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: 'a'.repeat(24),
  };

  it.each([
    ['without an encryption key in production', { ENCRYPTION_KEY: '' }, /^slotbridge: ENCRYPTION_KEY: /],
    ['with a short encryption key', { ENCRYPTION_KEY: 'c2hvcnQ=' }, /^slotbridge: ENCRYPTION_KEY: /],
    ['with an unknown variable of ours', { CALCOM_TIMEOUTS: '9' }, /^slotbridge: CALCOM_TIMEOUTS: /],
    ['with the demo asked for in production', { DEMO: 'true' }, /^slotbridge: DEMO: /],
  ])('%s ends at once, with one clear line', async (_, change, line) => {
    const { code, errors } = await outcome(start({ ...fine, ...change }));
    expect(code).toBe(1);
    expect(errors).toEqual([expect.stringMatching(line)]);
  });
});

describe('a running process', () => {
  /** Brings the database, the sandbox and a company; the process under test is a second one beside it. */
  let house: TestService;
  let company: TestCompany;
  let eventTypeId: string;
  let day: number;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    house = await startTestService();
    company = await house.createCompany();
    const type = { title: 'Haircut', slug: 'haircut', lengthMinutes: 30 };
    const made = await house.call('POST', '/api/event-types', { key: company.secretKey, body: type });
    eventTypeId = made.body.id;
    day = nextMonday();
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await house.stop();
  });

  async function startBeside(): Promise<{ child: ChildProcess; url: string }> {
    const port = 21_000 + Math.floor(Math.random() * 8_000);
    const child = start({
      DATABASE_URL: house.databaseUrl,
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      ADMIN_API_KEY: house.adminKey,
      ENCRYPTION_KEY: house.config.encryptionKeys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(','),
      CALCOM_TIMEOUT: '3',
      ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
    });
    running.push(child);
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await answerOf(`${url}/readyz`)) === 200);
    return { child, url };
  }

  const book = (url: string, hour: number, name = `jonas-${hour}`) =>
    fetch(`${url}/api/bookings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${company.secretKey}`,
        'content-type': 'application/json',
        'idempotency-key': `visit of ${name}`,
      },
      body: JSON.stringify({
        eventTypeId,
        start: new Date(day + hour * 3_600_000).toISOString(),
        attendee: { name: 'Jonas Weber', email: `${name}@example.com`, timeZone: 'Europe/Berlin' },
      }),
    });

  const atProvider = async (hour: number) => {
    const { body } = await house.sandboxCall('GET', `/_sandbox/bookings?key=${company.providerKey}`);
    return (body as unknown[]).filter((booking) => JSON.stringify(booking).includes(`jonas-${hour}@example.com`));
  };

  const appointments = async (hour: number) => {
    const query = `attendeeEmail=jonas-${hour}%40example.com`;
    const { body } = await house.call('GET', `/api/bookings?${query}`, { key: company.secretKey });
    return body.data as { status: string }[];
  };

  const slowly = (operation: string, delayMs: number, times = 1) =>
    house.sandboxCall('POST', '/_sandbox/scenarios', {
      scenario: 'slow',
      operation,
      key: company.providerKey,
      times,
      delayMs,
    });

  /** A fault that was used up: its call has reached the provider. */
  const hasArrived = async () => {
    const { body } = await house.sandboxCall('GET', '/_sandbox/scenarios');
    return (body as { remaining: number }[]).every(({ remaining }) => remaining === 0);
  };

  it('that gets SIGTERM finishes the booking in flight and ends with 0', async () => {
    const { child, url } = await startBeside();
    await slowly('bookings.create', 1_500);
    const answer = book(url, 9);
    await until(hasArrived);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect((await answer).status).toBe(201);
    expect((await ended)[0]).toBe(0);
    expect(await atProvider(9)).toHaveLength(1);
  });

  it('that gets SIGTERM with 100 bookings in flight loses none of them, and is not ready first', async () => {
    const { child, url } = await startBeside();
    // 100 people for the 12 half hours of a day: each time is somebody's, and nobody's twice.
    const hours = Array.from({ length: 100 }, (_, index) => 24 + 8 + (index % 12) / 2);
    await slowly('bookings.create', 1_000, 12);
    const answers = hours.map((hour, index) =>
      book(url, hour, `guest-${index}`).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    await until(hasArrived);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    const readiness = await answerOf(`${url}/readyz`);
    const statuses = await Promise.all(answers);
    expect((await ended)[0]).toBe(0);
    expect([503, 0]).toContain(readiness);
    expect(statuses.filter((status) => status === 201)).toHaveLength(12);
    expect(new Set(statuses)).toEqual(new Set([201, 409]));
    const { body } = await house.sandboxCall('GET', `/_sandbox/bookings?key=${company.providerKey}`);
    const booked = (body as unknown[]).filter((booking) => JSON.stringify(booking).includes('guest-'));
    expect(booked).toHaveLength(12);
  }, 60_000);

  it('that is killed in the middle of a booking is taken over by another within 3 s, and its booking is one', async () => {
    const { child, url } = await startBeside();
    await slowly('bookings.create', 1_000);
    const lost = book(url, 10).then(
      () => 'answered',
      () => 'cut',
    );
    await until(hasArrived);
    child.kill('SIGKILL');
    const killedAt = performance.now();
    expect(await lost).toBe('cut');
    // Nobody asks again: the house itself goes on with it.
    await until(async () => (await appointments(10))[0]?.status === 'confirmed');
    expect(performance.now() - killedAt).toBeLessThan(3_000);
    expect(await atProvider(10)).toHaveLength(1);
    const { url: again } = await startBeside();
    const repeat = await book(again, 10);
    expect([repeat.status, repeat.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await atProvider(10)).toHaveLength(1);
  }, 60_000);

  it('that is killed while it cancels leaves a record that agrees with the provider within 4 s', async () => {
    const { child, url } = await startBeside();
    const booked = (await (await book(url, 11)).json()) as { id: string };
    await slowly('bookings.cancel', 500);
    const headers = { authorization: `Bearer ${company.secretKey}`, 'content-type': 'application/json' };
    const lost = fetch(`${url}/api/bookings/${booked.id}/cancel`, { method: 'POST', headers, body: '{}' }).catch(
      () => 0,
    );
    await until(hasArrived);
    child.kill('SIGKILL');
    const killedAt = performance.now();
    expect(await lost).toBe(0);
    await until(async () => (await appointments(11))[0]?.status === 'cancelled');
    expect(performance.now() - killedAt).toBeLessThan(4_000);
  }, 60_000);
});

async function answerOf(url: string): Promise<number> {
  return fetch(url).then(
    ({ status }) => status,
    () => 0,
  );
}

async function until(holds: () => Promise<boolean>, patienceMs = 15_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('did not come true in time');
    await new Promise((wait) => setTimeout(wait, 100));
  }
}

/** 00:00Z of a Monday at least a week away: 9 and 10 o'clock UTC are working hours in Berlin all year. */
function nextMonday(): number {
  const DAY = 86_400_000;
  const today = Math.floor(Date.now() / DAY) * DAY;
  return today + (((8 - new Date(today).getUTCDay()) % 7) + 7) * DAY;
}
