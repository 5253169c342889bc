import { loadavg } from 'node:os';
import {
  bothWays,
  compared,
  round,
  sideBySide,
  tell,
  tellColumns,
  tellCost,
  tellMachine,
  type Timed,
} from '../side-by-side';
import { type Lateness, openVisitDesk, type VisitDesk } from './desk';

const ROUNDS = 7;
/** What the compilers and caches need. */
const WARM_UP = 20;
const COUNTED = 45;
const AIM = 1.1;
/** A fortnight ahead: more than one round books. */
const LOOK_DAYS = 14;

/** In one round so many visits, each way. */
const CASES: { title: string; lateness: Lateness; visits: number; aim?: number }[] = [
  { title: '0 ms behind it', lateness: { ms: 0, calls: 'bookings' }, visits: 15 },
  { title: '250 ms behind each booking', lateness: { ms: 250, calls: 'bookings' }, visits: 4, aim: AIM },
  { title: '250 ms behind every call', lateness: { ms: 250, calls: 'all' }, visits: 4, aim: AIM },
];

/**
 * What a visit of three segments costs through the service beside three calls made one after another to the same sandbox.
 * Days are looked at before they are booked. `--statements` prints every statement.
 */
async function main(): Promise<void> {
  await sideBySide<VisitDesk>('visit', openVisitDesk, async (desk, count) => {
    const load = loadavg()[0]!;
    await desk.look(LOOK_DAYS);
    for (let visit = 0; visit < WARM_UP; visit++) await bothWays(desk);
    tellColumns(`a visit of 3 segments, p50, medians of ${ROUNDS} rounds`, 'three calls');
    for (const { title, lateness, visits, aim } of CASES) {
      const rounds: Timed[] = [];
      for (let done = 0; done < ROUNDS; done++) {
        await lookedAt(desk);
        await desk.delay(lateness);
        rounds.push(await round(desk, visits));
      }
      tell(`${title}, ${visits} a round`, compared(rounds), aim);
    }
    await lookedAt(desk);
    tellCost('visit', await count(COUNTED));
    tellMachine(load);
  });
}

async function lookedAt(desk: VisitDesk): Promise<void> {
  await desk.delay({ ms: 0, calls: 'all' });
  await desk.look(LOOK_DAYS);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
