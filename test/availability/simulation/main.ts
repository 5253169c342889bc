import { parseArgs } from 'node:util';
import { LOADS, type Load } from './loads';
import { POLICIES, type PolicyName, Simulation } from './simulation';
import { missed, type Row, table } from './table';

/** A run of so many reads takes about half a minute; more change the figures little. */
const READS_MAX = 800_000;
const OUTAGE = { fromHour: 1, toHour: 1 + 10 / 60 };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints the table, and ends with 1 when the store misses an aim. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { hours: { type: 'string' }, seed: { type: 'string', default: '7' }, store: { type: 'boolean' } },
  });
  const seed = Number(values.seed);
  const asked = values.hours === undefined ? undefined : Number(values.hours);
  if (!Number.isInteger(seed) || (asked !== undefined && !(asked > 0)))
    throw new Error('usage: npm run simulate -- [--hours 2] [--seed 7] [--store]');
  const policies = (Object.keys(POLICIES) as PolicyName[]).filter((name) => !values.store || name === 'the store');
  const failures: string[] = [];
  for (const load of LOADS) failures.push(...(await runLoad(load, policies, asked ?? hoursOf(load), seed)));
  failures.push(...(await runOutage(seed)));
  for (const failure of failures) say(`MISSED: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

async function runLoad(load: Load, policies: PolicyName[], hours: number, seed: number): Promise<string[]> {
  const rows: Row[] = [];
  for (const policy of policies)
    rows.push({ policy, outcome: await new Simulation({ ...load, policy, hours, seed }).run() });
  say(`## ${load.name}, ${hours} h\n\n${table(rows)}\n`);
  return rows.filter(({ policy }) => policy === 'the store').flatMap(({ outcome }) => missed(load.name, outcome));
}

/** A day, or as long as there are reads enough. */
function hoursOf({ readsPerSecond }: Load): number {
  return Math.min(24, Math.ceil(READS_MAX / (readsPerSecond * 3_600)));
}

async function runOutage(seed: number): Promise<string[]> {
  const load = LOADS[1]!;
  const { outage } = await new Simulation({ ...load, policy: 'the store', hours: 1.5, seed, outage: OUTAGE }).run();
  const { warm, answered, marked } = outage;
  say(`## The provider down for 10 minutes, ${load.name}\n`);
  say(`${warm} warm reads, ${answered} answered, ${marked} of them marked\n`);
  return answered >= 0.999 * warm ? [] : ['fewer than 99.9 % of warm reads answered during the outage'];
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
