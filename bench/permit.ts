import { DataSource } from 'typeorm';
import { migrateDatabase } from '../src/foundation/database/migrate';
import { createDatabaseIfMissing, startEmbeddedPostgres } from '../src/foundation/database/embedded-postgres';
import { CALCOM_BUDGET, rulesFor } from '../src/foundation/pacing/pace-log';
import { PostgresPaceStore } from '../src/foundation/pacing/postgres-pace-store';

const ROUNDS = 7;
const CALLS = 300;

/** What a permit costs beside the cheapest statement on the same connection: medians of several rounds, side by side. */
async function main(): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: '.tmp/bench-postgres' });
  try {
    await createDatabaseIfMissing(postgres, 'bench');
    await migrateDatabase(postgres.url('bench'));
    const source = await new DataSource({ type: 'postgres', url: postgres.url('bench'), poolSize: 2 }).initialize();
    await compare(source);
    await source.destroy();
  } finally {
    await postgres.stop();
  }
}

async function compare(source: DataSource): Promise<void> {
  const permits = new PostgresPaceStore(source);
  // The lane with the most rules: its permits cost most.
  const rules = rulesFor('background', CALCOM_BUDGET);
  const [baseline, permit]: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    baseline!.push(await msPerCall(() => source.query('select 1')));
    permit!.push(await msPerCall(() => permits.take(`bench ${round}`, rules, 1)));
  }
  const [ofBaseline, ofPermit] = [median(baseline!), median(permit!)];
  console.log(`select 1    ${ofBaseline.toFixed(3)} ms (median of ${ROUNDS} rounds of ${CALLS})`);
  console.log(`permit      ${ofPermit.toFixed(3)} ms, ${(ofPermit / ofBaseline).toFixed(1)} times as much`);
}

async function msPerCall(call: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  for (let count = 0; count < CALLS; count++) await call();
  return (performance.now() - begun) / CALLS;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
