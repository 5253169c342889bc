// A stranger's first minutes, done by a machine: a fresh clone of what is committed is started, booked through, stopped,
// started again, killed and started once more. Nothing may be left behind. The packages are those installed here.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const START_PATIENCE_MS = 60_000;
// The service drains for up to 20 s, then the database shuts down.
const STOP_PATIENCE_MS = 30_000;
const STORY_PATIENCE_MS = 120_000;
// The last line of what the service prints when it can be used.
const READY = 'npm run demo';

// Every process that comes from here carries this in its environment, however it was started and by whom.
const mark = `SMOKE_RUN=${randomUUID()}`;
const work = mkdtempSync(join(tmpdir(), 'slotbridge-smoke-'));
const clone = join(work, 'clone');
const data = join(work, 'data');
const log = createWriteStream(join(work, 'output.log'));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(2)} s`;

/** What a stranger's shell has: neither this project's Node nor settings of ours. */
function strangersEnvironment(port) {
  const kept = ['HOME', 'USER', 'TMPDIR', 'LANG', 'TERM'].filter((name) => process.env[name] !== undefined);
  const path = process.env.PATH.split(':').filter((entry) => !entry.includes('node_modules'));
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    PATH: path.join(':'),
    PORT: String(port),
    DEMO_DATA_DIR: data,
    SMOKE_RUN: mark.split('=')[1],
  };
}

const answersAt = (port, path) =>
  fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1000) }).then(
    (answer) => answer.ok,
    () => false,
  );

async function isFree(port) {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The sandbox takes the port after the service's. */
async function twoFreePorts() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

/** Numbers and command lines of the living processes that came from here; Linux only, none elsewhere. */
function leftBehind() {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return []; // it ended meanwhile, or belongs to somebody else
      }
    });
}

async function until(what, patience, holds) {
  for (const deadline = Date.now() + patience; !(await holds()); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${patience / 1000} s`);
  }
}

function makeClone() {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', project, clone]);
  try {
    // Hard links: as good as a copy, for installed packages are never written to. Not across file systems.
    execFileSync('cp', ['-al', join(project, 'node_modules'), clone], { stdio: 'ignore' });
  } catch {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    execFileSync('cp', ['-a', join(project, 'node_modules'), clone]);
  }
}

async function start(port, title, promised) {
  const began = Date.now();
  const child = spawn('npm', ['start'], { cwd: clone, env: strangersEnvironment(port), detached: true });
  let said = '';
  let ended = false;
  child.once('exit', () => (ended = true));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (said += chunk));
    stream.pipe(log, { end: false });
  }
  await until(`${title}: ready`, START_PATIENCE_MS, async () => {
    if (ended) throw new Error(`${title}: npm start ended:\n${said}`);
    return said.includes(READY) && (await answersAt(port, '/readyz'));
  });
  console.log(`✓ ${title}: ${seconds(began)} from "npm start" to usable (promised: under ${promised} s)`);
  return { child, ended: () => ended };
}

async function stop(service, port) {
  const began = Date.now();
  service.child.kill('SIGTERM');
  await until('stop after SIGTERM', STOP_PATIENCE_MS, async () => service.ended() && leftBehind().length === 0).catch(
    (error) => {
      const left = leftBehind().map(({ pid, command }) => `\n  ${pid} ${command}`);
      throw new Error(`${error.message}; left behind:${left.join('')}`);
    },
  );
  for (const used of [port, port + 1]) {
    if (!(await isFree(used))) throw new Error(`port ${used} is still taken after the stop`);
  }
  console.log(`✓ SIGTERM: everything gone after ${seconds(began)}, no process and no port left`);
}

async function killService() {
  const service = leftBehind().find(({ command }) => /\bnode\b.*dist\/src\/main\.js/.test(command));
  if (!service) throw new Error('the process of the service was not found');
  process.kill(service.pid, 'SIGKILL');
  await until(
    'npm ends with the service',
    STOP_PATIENCE_MS,
    () => !leftBehind().some((one) => /npm|node/.test(one.command)),
  );
}

function tell(port, command, args) {
  const began = Date.now();
  try {
    execFileSync(command, args, {
      cwd: clone,
      env: strangersEnvironment(port),
      timeout: STORY_PATIENCE_MS,
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(`${[command, ...args].join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
  console.log(`✓ ${[command, ...args].join(' ')}: ${seconds(began)}`);
}

function story(port) {
  tell(port, 'npm', ['run', '--silent', 'demo']);
  tell(port, 'bash', ['scripts/test/test-calcom-availability.sh']);
  tell(port, 'bash', ['scripts/test/test-calcom-booking.sh']);
}

async function main() {
  makeClone();
  const port = await twoFreePorts();
  const first = await start(port, 'first start', 5);
  story(port);
  await stop(first, port);
  const second = await start(port, 'second start', 2);
  await stop(second, port);
  if (process.platform === 'linux') {
    await start(port, 'third start', 2);
    await killService();
    console.log('✓ kill -9 of the service');
    const fourth = await start(port, 'start after kill -9', 2);
    tell(port, 'npm', ['run', '--silent', 'demo']);
    await stop(fourth, port);
  }
}

/** Ends what a failed run left running, and deletes everything it made, the database outside its folder too. */
async function cleanUp() {
  for (const { pid } of leftBehind().filter(({ command }) => !command.includes('postgres'))) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended meanwhile
    }
  }
  const script = `require(process.argv[1]).removeEmbeddedPostgres(process.argv[2])`;
  const compiled = join(clone, 'dist/src/foundation/database/embedded-postgres.js');
  const database = join(data, 'postgres');
  if (existsSync(compiled)) {
    await pause(100);
    execFileSync(join(clone, 'node_modules/.bin/node'), ['-e', script, compiled, database], { stdio: 'inherit' });
  }
  rmSync(work, { recursive: true, force: true });
}

main()
  .catch((error) => {
    console.error(`FAILED: ${error.message}`);
    const tail = existsSync(join(work, 'output.log'))
      ? readFileSync(join(work, 'output.log'), 'utf8').slice(-4000)
      : '';
    console.error(tail);
    const serviceLog = join(data, 'service.log');
    if (existsSync(serviceLog)) console.error(readFileSync(serviceLog, 'utf8').slice(-4000));
    process.exitCode = 1;
  })
  .finally(cleanUp);
