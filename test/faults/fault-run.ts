import { isWrite } from '../../src/providers/calcom-v2/operations';
import { arrange, type Arranged, type Case, run } from './fault-case';
import { CLOCK_BACK_MS } from './desk';
import type { FaultWorld } from './fault-world';
import { type Scenario, SCENARIOS } from './scenarios';
import type { Subject } from './subject';

/** Most of a case is waiting; more at once would make short time-outs pass without a fault. */
const AT_ONCE = 24;

/** Every subject under every scenario, each with an account of its own. */
export async function runAll(world: FaultWorld, subjects: readonly Subject[]): Promise<Case[]> {
  const earlier = subjects.filter(({ isEarlier }) => isEarlier);
  world.turnClock(-CLOCK_BACK_MS);
  const begun = await eachOf(pairs(earlier), ([subject, scenario]) => arrange(world, subject, scenario));
  world.turnClock(0);
  const others = subjects.filter(({ isEarlier }) => !isEarlier);
  const arranged = [
    ...begun,
    ...(await eachOf(pairs(others), ([subject, scenario]) => arrange(world, subject, scenario))),
  ];
  const cases: Case[] = [];
  for (const as of ['seconds', 'epoch'] as const) {
    await world.writeReset(as);
    const isNow = ({ scenario }: Arranged): boolean => (scenario.reset?.as ?? 'seconds') === as;
    cases.push(...(await eachOf(arranged.filter(isNow), (each) => run(world, each))));
  }
  return cases;
}

function pairs(subjects: readonly Subject[]): [Subject, Scenario][] {
  const happensTo = ({ of }: Scenario, { operation }: Subject): boolean =>
    of === undefined || (of === 'writes') === isWrite(operation);
  return SCENARIOS.flatMap((scenario) =>
    subjects
      .filter((subject) => happensTo(scenario, subject))
      .map((subject): [Subject, Scenario] => [subject, scenario]),
  );
}

/** So many at once, in the order of the list; results in the same order. */
async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
