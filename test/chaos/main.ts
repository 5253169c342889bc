import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Blows } from './blows';
import { Dice } from './dice';
import { atOurs, atProvider, isUp, Records, visitsAtOurs } from './evidence';
import { Faults } from './faults';
import { call, freePort } from './http';
import { saysYes, toldBy } from './journal';
import { Load } from './load';
import { type Options, readOptions, USAGE } from './options';
import { ownPostgres, type Postgres } from './postgres';
import { reported, written } from './report';
import { Replica, runNode, untilAnswers } from './replica';
import { openSalons, type Salon } from './salon';
import { undisturbed } from './takeovers';
import { DRIFT, judge, type Violations } from './verdict';
import { WebhookDoor } from './webhook-door';

const REPLICAS = 3;
const SALONS = 3;
/** The settle window and its last back-off, for sagas; a job of a killed worker comes back after 30 to 90 s, for webhooks. */
const QUIET_SAGAS_MS = 90_000;
const QUIET_WEBHOOKS_MS = 240_000;
/** Short, so that a campaign sees the ends of what it begins; the latest effect comes 7.5 s after sending. */
const DEADLINE_SECONDS = '5';
const SETTLE_SECONDS = '10';
const CALL_SECONDS = '3';

export interface World {
  options: Options;
  dice: Dice;
  postgres: Postgres;
  sandbox: string;
  replicas: Replica[];
  door: WebhookDoor;
  blows: Blows;
  salons: Salon[];
  records: Records;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const folder = resolve(options.folder);
  const ends: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (let next = ends.pop(); next; next = ends.pop()) await next();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().then(() => process.exit(1)));
  try {
    const world = await open({ ...options, folder }, ends);
    const violations = await campaign(world);
    const isClean = [...violations.values()].every((cases) => cases.length === 0);
    say(isClean ? 'No violation.' : 'VIOLATED; the cases are in violations.txt of the folder.');
    process.exitCode = isClean ? 0 : 1;
  } finally {
    await end();
  }
}

async function open(options: Options, ends: (() => unknown)[]): Promise<World> {
  for (const old of ['logs', 'blows.txt', 'violations.txt']) {
    rmSync(join(options.folder, old), { recursive: true, force: true });
  }
  const logs = join(options.folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const dice = new Dice(options.seed);
  const given = process.env.DATABASE_URL;
  const own = (name: string) => ownPostgres(join(options.folder, name), 'chaos');
  const postgres: Postgres = given ? { url: given, stop: async () => {} } : await own('service');
  ends.push(() => postgres.stop());
  // A server of its own: the provider loses nothing when our database crashes.
  const providers = await own('provider');
  ends.push(() => providers.stop());
  const sandbox = await startSandbox(logs, providers.url, ends);
  const door = await WebhookDoor.open(dice);
  ends.push(() => door.close());
  const blows = new Blows(options, dice, postgres.crash);
  const adminKey = randomBytes(24).toString('hex');
  const env = environment(options, { databaseUrl: postgres.url, publicUrl: door.url, adminKey });
  const replicas = await startReplicas(logs, env, blows, ends);
  door.replicas = replicas;
  const salons = await openSalons({ service: replicas[0]!.url, sandbox, adminKey }, SALONS);
  const records = new Records(postgres.url);
  await records.watchTakeovers();
  await records.shortenJobs();
  return { options, dice, postgres, sandbox, replicas, door, blows, salons, records };
}

async function startSandbox(logs: string, databaseUrl: string, ends: (() => unknown)[]): Promise<string> {
  const port = String(await freePort());
  const env = { SANDBOX_DATABASE_URL: databaseUrl, SANDBOX_PORT: port, SANDBOX_RATE_LIMIT: 'off' };
  const child = runNode('sandbox/main.js', logs, 'sandbox', env);
  ends.push(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/_sandbox/settings`);
  return url;
}

function environment(
  { intent }: Options,
  { databaseUrl, publicUrl, adminKey }: { databaseUrl: string; publicUrl: string; adminKey: string },
): Record<string, string> {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: publicUrl,
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: `chaos:${randomBytes(32).toString('base64')}`,
    DEPLOYMENT_ID: 'chaos',
    ALLOW_PRIVATE_PROVIDER_HOSTS: 'true',
    BOOKING_DEADLINE: DEADLINE_SECONDS,
    BOOKING_SETTLE: SETTLE_SECONDS,
    CALCOM_TIMEOUT: CALL_SECONDS,
    CALCOM_RATE_LIMIT: '10000',
    QUOTA_SECRET: '1000000',
    ...(intent ? {} : { CHAOS_NO_INTENT: 'true' }),
  };
}

async function startReplicas(
  logs: string,
  env: Record<string, string>,
  blows: Blows,
  ends: (() => unknown)[],
): Promise<Replica[]> {
  const replicas: Replica[] = [];
  for (let index = 0; index < REPLICAS; index++) {
    const replica = new Replica(`replica-${index}`, logs, { ...env, PORT: String(await freePort()) }, blows);
    replicas.push(replica);
    ends.push(() => replica.stop());
    replica.start();
    // The first one migrates; the others would only wait for it.
    if (index === 0) await replica.ready();
  }
  await Promise.all(replicas.map((replica) => replica.ready()));
  return replicas;
}

async function campaign(world: World): Promise<Violations> {
  const { dice, sandbox, replicas, blows, salons, options } = world;
  const faults = new Faults(sandbox, dice);
  await faults.start();
  const load = new Load(salons, replicas, dice, randomBytes(3).toString('hex'));
  const began = Date.now();
  load.start();
  blows.isOn = true;
  await blows.strike();
  blows.isOn = false;
  await faults.stop();
  await load.stop();
  say(`blows and load: ${seconds(began)}`);
  const quietAt = Date.now();
  const sagas = await heal(world);
  say(`quiet after the last blow: ${seconds(quietAt)}; of sagas: ${sagas}`);
  await repeatAnswers(world, load);
  const violations = await judged(world, load);
  writeFileSync(join(options.folder, 'violations.txt'), written(violations));
  for (const line of await reported(world, { load, faults, violations })) say(line);
  return violations;
}

/** Once all is quiet; as long as only our record differs, synchronisation gets the time that it is given. */
async function judged(world: World, load: Load): Promise<Violations> {
  const { sandbox, replicas, salons, door, records, blows, options } = world;
  for (const began = Date.now(); ; await pause(5_000)) {
    const violations = judge({
      salons,
      wishes: load.wishes,
      provider: await atProvider(sandbox),
      ours: await atOurs(replicas[0]!.url, salons),
      visits: await visitsAtOurs(replicas[0]!.url, salons),
      acknowledged: door.acknowledged.keys(),
      deliveries: await records.deliveries(),
      leftOver: await records.leftOver(),
      byItself: blows.byItself,
      takeovers: undisturbed(await records.takeovers(), blows.outages),
    });
    const others = [...violations].filter(([rule, cases]) => rule !== DRIFT && cases.length > 0);
    const drift = violations.get(DRIFT)!.length;
    const isOver = Date.now() - began > options.syncSeconds * 1_000;
    if (drift === 0 || others.length > 0 || isOver) {
      say(`records compared for ${seconds(began)}`);
      return violations;
    }
  }
}

/** Everybody up, nothing wrong any more; until nothing is under way, or patience ends. Says when sagas had ended. */
async function heal({ replicas, records }: World): Promise<string> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(200)) {
    const up = await Promise.all(replicas.map(({ url }) => isUp(url)));
    if (up.every(Boolean)) break;
  }
  const began = Date.now();
  await until(async () => (await records.unfinished()).sagas === 0, QUIET_SAGAS_MS);
  const ended = seconds(began);
  await until(async () => (await records.unfinished()).deliveries === 0, began + QUIET_WEBHOOKS_MS - Date.now());
  // A webhook may have woken one.
  await until(async () => (await records.unfinished()).sagas === 0, began + QUIET_SAGAS_MS - Date.now());
  return ended;
}

async function until(isSo: () => Promise<boolean>, patienceMs: number): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await isSo()) && Date.now() < deadline;) await pause(500);
}

/** Whoever was told 201 is told the same again, by every replica. */
async function repeatAnswers({ replicas, salons }: World, load: Load): Promise<void> {
  const told = load.wishes.filter(({ told }) => told.some(saysYes));
  for (const [index, wish] of told.entries()) {
    const replica = replicas[index % replicas.length]!;
    const headers = { 'idempotency-key': wish.key };
    const key = salons[wish.salon]!.secretKey;
    const answer = await call('POST', replica.url + wish.path, { key, headers, body: wish.body });
    const told = toldBy('book', answer, replica.name);
    const id = answer.status === 201 ? told.id! : `${answer.status} instead of 201`;
    wish.told.push({ ...told, status: 201, id });
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

if (process.argv.includes('--help')) say(USAGE);
else {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}
