import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allCases, type CrashCase, nameOf, someCases } from './cases';
import { type Result, Trial } from './trial';
import { World, type WorldOptions } from './world';

const USAGE = `npm run crash-matrix -- [--cases=<all>] [--only=<part of a name>] [--at-once=20] [--no-intent]
  [--folder=.tmp/crash-matrix-run]`;
/** So many places may be passed otherwise than expected: calls take their own time on a busy machine. */
const MISSED_SHARE = 0.05;
/** A long run says after so many that it goes on. */
const PROGRESS = 50;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Options extends WorldOptions {
  cases: CrashCase[];
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      cases: { type: 'string', default: '100000' },
      only: { type: 'string', default: '' },
      'at-once': { type: 'string', default: '20' },
      'no-intent': { type: 'boolean', default: false },
      folder: { type: 'string', default: '.tmp/crash-matrix-run' },
    },
  });
  const cases = someCases(Number(values.cases)).filter((one) => nameOf(one).includes(values.only));
  // A company is opened for each case at a time: for a few cases few are enough.
  const atOnce = Math.min(Number(values['at-once']), Math.ceil(cases.length / 2));
  return { cases, atOnce, intent: !values['no-intent'], folder: values.folder };
}

/** Where it may take until the deadline, 8 s for each further segment: these are begun first. */
function isLong({ place, outcome, faults }: CrashCase): boolean {
  const neverLeft = ['prepared', 'writing intended', 'wrote intended', 'sending'].includes(place);
  return neverLeft || outcome.includes('before') || faults.some(({ scenario }) => scenario === 'conflict');
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const began = Date.now();
  const undo: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (let next = undo.pop(); next; next = undo.pop()) await next();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().then(() => process.exit(1)));
  }
  try {
    const world = await World.open(options, undo);
    say(`${options.cases.length} of ${allCases().length} cases, ready after ${seconds(began)}`);
    const results = await runAll(world, options);
    const leftOver = await world.leftOver();
    tell(results, leftOver, options.folder);
    say(`took ${seconds(began)}`);
  } finally {
    await end();
  }
}

async function runAll(world: World, { cases, atOnce }: Options): Promise<Result[]> {
  const waiting = [...cases.entries()].sort(([, a], [, b]) => weight(b) - weight(a));
  const results: Result[] = [];
  const trials: Trial[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, crash] = next;
      await world.lend(async (salon) => {
        const trial = new Trial(world, salon, crash, index);
        trials.push(trial);
        const result = await trial.run();
        for (const violation of result.violations) say(`violated: ${violation}`);
        results.push(result);
        if (results.length % PROGRESS === 0) say(`${results.length} cases done`);
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const trial of trials) await trial.stillHolds();
  return results;
}

const weight = (one: CrashCase): number => (isLong(one) ? one.segments : 0);

function tell(results: Result[], leftOver: string[], folder: string): void {
  const groups = Map.groupBy(results, ({ crash }) => `${crash.what}, ${crash.outcome}`);
  say(`${'what, and the provider'.padEnd(32)}${['cases', 'all', 'none', 'neither', 'missed'].map(column).join('')}`);
  for (const [title, of] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) tellGroup(title, of);
  tellGroup('all', results);
  const found = results.flatMap(({ violations }) => violations);
  const violations = new Set([...found, ...leftOver.map((what) => `left over: ${what}`)]);
  const missed = results.filter(({ isHit }) => !isHit);
  for (const { crash } of missed) say(`missed: ${nameOf(crash)}`);
  const places = Map.groupBy(results, ({ crash }) => `${crash.place}:${crash.pass}`).size;
  const rests = results.map(({ restMs }) => restMs).sort((a, b) => a - b);
  say(
    `${places} places with their passes; at rest after ${rests.length ? share(rests, 0.5) : '-'} (median), ${share(rests, 1)} (longest)`,
  );
  say(`violations: ${violations.size}`);
  for (const violation of violations) say(`  ${violation}`);
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results, undefined, 1));
  const isClean = violations.size === 0 && missed.length <= results.length * MISSED_SHARE && results.length > 0;
  process.exitCode = isClean ? 0 : 1;
}

function tellGroup(title: string, of: Result[]): void {
  const ending = (end: Result['end']): number => of.filter((result) => result.end === end).length;
  const missed = of.filter(({ isHit }) => !isHit).length;
  const cells = [of.length, ending('all'), ending('none'), ending('neither'), missed];
  say(title.padEnd(32) + cells.map((cell) => column(String(cell))).join(''));
}

const column = (text: string): string => text.padStart(9);
const share = (sorted: number[], part: number): string =>
  `${((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) / 1000).toFixed(1)} s`;
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(0)} s`;

if (process.argv.includes('--help')) say(USAGE);
else {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}
