// A stranger's test of the promise "the whole visit or none of it": a service of its own is started in demo mode, a visit
// of three segments is booked, the service is killed (kill -9) between the segments and started again on the same data.
// Then the provider (the sandbox) is asked which segments exist. Twice: once the provider has booked what the killed
// process never heard of, once the call in flight dies with it.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const project = dirname(dirname(fileURLToPath(import.meta.url)));
const START_PATIENCE_MS = 60_000;
const END_PATIENCE_MS = 45_000;
// The service drains for up to 20 s, then the database shuts down.
const STOP_PATIENCE_MS = 30_000;
const DAYS_AHEAD = 14;
const zone = 'Europe/Berlin';
// Deadlines as short as the service allows, so that nobody waits for minutes: 25 and 120 s otherwise; each further
// segment adds 8 s. Two kills within a minute are not to meet the provider's limit of 120 calls.
const SETTINGS = { BOOKING_DEADLINE: '5', BOOKING_SETTLE: '10', CALCOM_RATE_LIMIT: '1000' };

const ROUNDS = [
  {
    name: 'the provider has booked what the killed process never heard of',
    // Effect at once, its answer one character each millisecond: one second and more.
    faults: [{ scenario: 'pass' }, { scenario: 'drip', delayMs: 1 }],
    slowed: 'the answer to the second call takes seconds, its effect does not',
  },
  {
    name: 'the call in flight dies with the process',
    // In demo mode the sandbox lives in the service's process.
    faults: [
      { scenario: 'pass', times: 2 },
      { scenario: 'slow', delayMs: 3_000 },
    ],
    slowed: 'the third call takes seconds, and its effect as well',
  },
];

const data = mkdtempSync(join(tmpdir(), 'slotbridge-composite-'));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const say = (text) => console.log(`   ${text}`);
let steps = 0;
const step = (title) => console.log(`\n${(steps += 1)}. ${title}`);

function check(holds, promise) {
  if (!holds) throw new Error(`not as promised: ${promise}`);
  say(`✓ ${promise}`);
}

async function until(what, patienceMs, find) {
  for (const deadline = Date.now() + patienceMs; ; await pause(30)) {
    const found = await find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
  }
}

// ---- the service as a process

let service;
let demo;

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

/** The same main program that `npm start` runs; only what it needs of the surroundings, and no `.env`. */
async function start(port) {
  const { PATH, HOME, USER, TMPDIR, LANG } = process.env;
  const kept = Object.fromEntries(
    Object.entries({ PATH, HOME, USER, TMPDIR, LANG }).filter(([, value]) => value !== undefined),
  );
  const began = Date.now();
  const main = join(project, 'dist', 'src', 'main.js');
  const env = { ...kept, ...SETTINGS, PORT: String(port), DEMO_DATA_DIR: data };
  const child = spawn(process.execPath, ['--enable-source-maps', main], { cwd: data, env });
  service = { child, hasEnded: false };
  const own = service;
  own.ended = new Promise((resolve) => child.once('exit', resolve)).then(() => (own.hasEnded = true));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  // The last line of what the service prints when it can be used.
  await until('the service is ready', START_PATIENCE_MS, () => {
    if (own.hasEnded) throw new Error(`the service ended by itself:\n${said}`);
    return said.includes('npm run demo');
  });
  demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'));
  await ok('PUT', '/_sandbox/settings', { base: demo.sandboxUrl, body: { rateLimit: null } });
  say(`running as process ${child.pid} after ${seconds(began)}: ${demo.apiUrl}`);
}

async function kill() {
  const { pid } = service.child;
  service.child.kill('SIGKILL');
  await service.ended;
  say(`kill -9 ${pid}`);
}

async function stop() {
  if (service && !service.hasEnded) {
    service.child.kill('SIGTERM');
    await until('the service stops', STOP_PATIENCE_MS, () => service.hasEnded).catch(() => undefined);
    if (!service.hasEnded) service.child.kill('SIGKILL');
    await service.ended;
  }
  // A service that was stopped has stopped its database; one that was killed has not.
  const { removeEmbeddedPostgres } = require('../dist/src/foundation/database/embedded-postgres.js');
  await removeEmbeddedPostgres(join(data, 'postgres'));
  rmSync(data, { recursive: true, force: true });
}

// ---- the service and the provider as HTTP

async function send(method, path, { body, headers = {}, base = demo.apiUrl } = {}) {
  const own = base === demo.apiUrl ? { authorization: `Bearer ${demo.secretKey}` } : {};
  const type = body ? { 'content-type': 'application/json' } : {};
  const answer = await fetch(new URL(path, base), {
    method,
    headers: { ...own, ...type, ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  return { status: answer.status, json: text ? JSON.parse(text) : undefined, headers: answer.headers };
}

async function ok(method, path, options) {
  const { status, json } = await send(method, path, options);
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(json)}`);
  return json;
}

/** What the provider has of one customer, by start; asked at the sandbox, not at the service. */
async function atProvider(email) {
  const all = await ok('GET', '/_sandbox/bookings', { base: demo.sandboxUrl });
  const own = all.filter(({ attendees }) => attendees.some((one) => one.email === email));
  return own.sort((a, b) => a.start.localeCompare(b.start));
}

const isLive = ({ status }) => status === 'accepted' || status === 'pending';
const clock = (instant) => new Date(instant).toLocaleTimeString('de-DE', { timeZone: zone, timeStyle: 'short' });

/** The first three segments of the demo company's root colour, by the same people and event types. */
async function sellVisit() {
  const colour = await ok('GET', `/api/services/${demo.serviceId}`);
  const { maps } = await ok('GET', `/api/services/${demo.serviceId}/event-type-maps`);
  const parts = colour.segments.slice(0, 3);
  const staffOf = ({ id }) => [...new Set(maps.filter(({ segmentId }) => segmentId === id).map((map) => map.staffId))];
  const segments = parts.map((part) => ({
    name: part.name,
    durationMinutes: part.durationMinutes,
    ...(part.gapAfter ? { gapAfter: part.gapAfter } : {}),
    staffIds: staffOf(part),
  }));
  const sold = await ok('POST', '/api/services', { body: { name: 'Colour, wash and cut', segments } });
  const own = parts.flatMap(({ id }, place) =>
    maps.filter(({ segmentId }) => segmentId === id).map((map) => ({ ...map, segmentId: sold.segments[place].id })),
  );
  await ok('PUT', `/api/services/${sold.id}/event-type-maps`, { body: { maps: own } });
  return sold;
}

/** The first way on the last day that has one: never a day that is over while this runs. */
async function chooseOption(serviceId) {
  for (let ahead = DAYS_AHEAD; ahead > 1; ahead--) {
    const day = new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const path = `/api/services/${serviceId}/composite-availability?start=${day}&end=${day}&timeZone=${zone}`;
    const [option] = (await ok('GET', path)).options;
    if (option) return option;
  }
  throw new Error('there is no time for such a visit');
}

const visitsOf = async (serviceId) => (await ok('GET', `/api/composite-bookings?serviceId=${serviceId}`)).data;

// ---- the story

const OPEN = ['outcome_pending', 'compensating'];

async function showProvider(email) {
  const all = await atProvider(email);
  for (const one of all) say(`  ${clock(one.start)} to ${clock(one.end)}  ${one.title}: ${one.status}`);
  return all.filter(isLive);
}

function showTimeline({ timeline }) {
  for (const { at, what, segmentName, attempt, code, replica } of timeline) {
    const who = [segmentName, attempt && `attempt ${attempt}`].filter(Boolean).join(', ');
    say(`  ${at.slice(11, 23)}  process ${replica.slice(0, 8)}  ${[what, who, code].filter(Boolean).join('  ')}`);
  }
}

/** Books and kills between the segments: some exist at the provider, not all. */
async function bookAndKill(order, email) {
  const asking = send('POST', '/api/composite-bookings', order).then(
    ({ status, json }) => `${status} ${json?.error?.code ?? json?.status}`,
    () => 'no answer',
  );
  await until('two segments at the provider', 15_000, async () => (await atProvider(email)).length >= 2);
  const there = await showProvider(email);
  await kill();
  check(there.length === 2, 'between the segments: two of three were booked');
  check((await asking) === 'no answer', 'whoever asked for the visit got no answer');
}

/** As a caller would: the same bytes with the same key, again while the answer is "later". */
async function repeat(order) {
  let last = '';
  return until('a final answer to the repeated request', END_PATIENCE_MS, async () => {
    const { status, json, headers } = await send('POST', '/api/composite-bookings', order);
    const replayed = headers.get('idempotency-replayed') ? ', marked as a replay' : '';
    const told = `answered ${status} ${json.error?.code ?? json.status}${replayed}`;
    if (told !== last) say(told);
    last = told;
    const isFinal = status !== 202 && status !== 503 && json.error?.code !== 'IDEMPOTENCY_KEY_IN_USE';
    if (!isFinal) await pause(500);
    return isFinal && { status, json };
  });
}

async function round({ name, faults, slowed }, port, sold) {
  console.log(`\n--- ${name} ---`);
  const email = `ada-${randomUUID().slice(0, 8)}@example.com`;
  const option = await chooseOption(sold.id);
  step(`Book ${option.start}: ${option.segments.map((one) => `${one.name} ${clock(one.start)}`).join(', ')}`);
  const before = new Set((await visitsOf(sold.id)).map(({ id }) => id));
  const order = {
    headers: { 'idempotency-key': randomUUID() },
    body: { serviceId: sold.id, optionId: option.optionId, customer: { name: 'Ada', email, timeZone: zone } },
  };
  for (const fault of faults) {
    const body = { operation: 'bookings.create', key: demo.providerKey, ...fault };
    await ok('POST', '/_sandbox/scenarios', { base: demo.sandboxUrl, body });
  }
  say(`the provider is slow: ${slowed}`);
  await bookAndKill(order, email);

  step('Start again on the same data');
  await start(port);
  await ok('DELETE', '/_sandbox/scenarios', { base: demo.sandboxUrl });
  const began = Date.now();
  // The killed request told nobody an id.
  const { id } = (await visitsOf(sold.id)).find((one) => !before.has(one.id));
  const visit = await until('the visit comes to its end', END_PATIENCE_MS, async () => {
    const now = await ok('GET', `/api/composite-bookings/${id}`);
    return !OPEN.includes(now.status) && now;
  });
  say(`at its end after another ${seconds(began)}`);

  step('Ask the provider which segments exist');
  const live = await showProvider(email);
  check([0, 3].includes(live.length), `all three or none: ${live.length}`);

  step('What does the service say, and why?');
  say(`${visit.status}; ${visit.segments.map((one) => `${one.name} ${one.status}`).join(', ')}`);
  showTimeline(visit);
  check(visit.status === (live.length === 3 ? 'confirmed' : 'compensated'), 'it says what is so');

  step('Send the very same request again');
  const { status, json } = await repeat(order);
  const after = await showProvider(email);
  if (live.length === 3) check(json.id === visit.id, 'the same visit, not a second one');
  else say('Nothing was booked, so the request was made anew.');
  check(
    status === 201 && json.status === 'confirmed' && after.length === 3,
    'told 201, and exactly three segments exist',
  );
}

async function main() {
  const began = Date.now();
  const port = await twoFreePorts();
  step('Start the service in demo mode, with data of its own');
  await start(port);
  const sold = await sellVisit();
  say(`sold here: ${sold.name}`);
  for (const each of ROUNDS) await round(each, port, sold);
  return began;
}

let result;
// Whatever ends this program ends what it started.
process.once('exit', () => service?.child.kill('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop().finally(() => process.exit(1)));
try {
  const began = await main();
  result = `\nAll or none, both times (${seconds(began)}).`;
} catch (error) {
  process.exitCode = 1;
  result = `\nFAILED: ${error.message}`;
  showLog();
} finally {
  await stop();
}
console.log(result);

function showLog() {
  try {
    console.error(readFileSync(join(data, 'service.log'), 'utf8').split('\n').slice(-15).join('\n'));
  } catch {
    // it never began to write one
  }
}
