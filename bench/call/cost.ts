import { DataSource } from 'typeorm';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../../src/foundation/database/embedded-postgres';
import { migrateDatabase } from '../../src/foundation/database/migrate';
import { PostgresPaceStore } from '../../src/foundation/pacing/postgres-pace-store';
import { sendAtOnce } from '../../src/scheduling/prepared-write';
import type { SchedulingProvider } from '../../src/scheduling/provider-port';
import { PaceStoreInMemory } from '../../test/fixtures/pacing/pace-store-in-memory';
import { bareRequest } from './bare-request';
import { startChild } from './child';
import { openRoom, type Room } from './room';

const ROUNDS = 9;
/** In one round, one after another. */
const CALLS = 200;
const KEY = 'cal_bench';
const UID = '5f0f4a4e-9a52-4c9a-bf0e-0d8f5bb2a9c1';

type Call = () => Promise<unknown>;

/** One way of making the same call; the first of a group is what the others are compared with. */
interface Way {
  name: string;
  call: Call;
}

interface Sample {
  cpuUs: number;
  p50Us: number;
}

/** What a call through the client costs beside a bare request to the same server, in the same run and by turns. */
async function main(): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: '.tmp/bench-postgres' });
  try {
    for (const name of ['bench', 'bench_sandbox']) await createDatabaseIfMissing(postgres, name);
    await migrateDatabase(postgres.url('bench'));
    const source = await new DataSource({ type: 'postgres', url: postgres.url('bench'), poolSize: 10 }).initialize();
    const rooms = {
      memory: await openRoom(new PaceStoreInMemory()),
      shared: await openRoom(new PostgresPaceStore(source)),
    };
    await compareAll(rooms, postgres.url('bench_sandbox'));
    for (const room of Object.values(rooms)) await room.close();
    await source.destroy();
  } finally {
    await postgres.stop();
  }
}

type Rooms = Record<'memory' | 'shared', Room>;

async function compareAll(rooms: Rooms, databaseUrl: string): Promise<void> {
  const sandbox = await startChild('sandbox-process.js', databaseUrl);
  const account = { key: KEY, username: 'bench', name: 'Bench', email: 'bench@desk.example', timeZone: 'UTC' };
  await fetch(`${sandbox.url}/_sandbox/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const bare = await startChild('bare-server.js');
  console.log(`one call, medians of ${ROUNDS} rounds of ${CALLS}`.padEnd(42) + HEAD);
  for (const [where, { url }] of Object.entries({ 'the sandbox': sandbox, 'a server that does nothing': bare })) {
    await compare(`read (GET me) at ${where}`, reads(rooms, url));
    await compare(`write (DELETE reservation) at ${where}`, writes(rooms, url));
  }
  sandbox.stop();
  bare.stop();
}

function reads(rooms: Rooms, url: string): Way[] {
  return ways(rooms, url, 'GET', '/v2/me', (provider) => () => provider.me());
}

/** The cheapest write: answered alike whether there is such a reservation or not. */
function writes(rooms: Rooms, url: string): Way[] {
  const write = (provider: SchedulingProvider) => () => sendAtOnce(() => provider.prepare.endReservation(UID));
  return ways(rooms, url, 'DELETE', `/v2/slots/reservations/${UID}`, write);
}

function ways(
  { memory, shared }: Rooms,
  url: string,
  method: string,
  path: string,
  through: (provider: SchedulingProvider) => Call,
): Way[] {
  return [
    { name: 'bare request', call: () => bareRequest(method, url + path, KEY) },
    { name: 'client, permit from memory', call: through(memory.provider(url, KEY)) },
    { name: 'client, permit from Postgres', call: through(shared.provider(url, KEY)) },
  ];
}

const HEAD = 'CPU'.padStart(10) + 'times'.padStart(8) + 'p50'.padStart(10) + 'more'.padStart(10);

async function compare(title: string, all: Way[]): Promise<void> {
  const samples = all.map((): Sample[] => []);
  // The first round is for the compiler.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, { call }] of all.entries()) {
      const measured = await sample(call);
      if (round >= 0) samples[index]!.push(measured);
    }
  }
  const medians = samples.map((of) => ({
    cpuUs: median(of.map(({ cpuUs }) => cpuUs)),
    p50Us: median(of.map(({ p50Us }) => p50Us)),
  }));
  console.log(title);
  const [first] = medians;
  for (const [index, { name }] of all.entries()) console.log(line(name, medians[index]!, first!));
}

function line(name: string, { cpuUs, p50Us }: Sample, bare: Sample): string {
  const cells = [`${cpuUs.toFixed(0)} us`, (cpuUs / bare.cpuUs).toFixed(1), ms(p50Us), `+${ms(p50Us - bare.p50Us)}`];
  return `  ${name}`.padEnd(42) + cells.map((cell, index) => cell.padStart([10, 8, 10, 10][index]!)).join('');
}

const ms = (us: number): string => `${(us / 1000).toFixed(2)} ms`;

async function sample(call: Call): Promise<Sample> {
  const tookMs: number[] = [];
  const before = process.cpuUsage();
  for (let count = 0; count < CALLS; count++) {
    const begun = performance.now();
    await call();
    tookMs.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: (user + system) / CALLS, p50Us: median(tookMs) * 1000 };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
