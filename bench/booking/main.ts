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
import { type Desk, openDesk } from './desk';

const ROUNDS = 7;
/** By the milliseconds behind each call: so many in one round, each way. */
const BOOKINGS = [
  { delayMs: 0, times: 60 },
  { delayMs: 250, times: 20, aim: 1.05 },
];
/** What the compilers and caches need. */
const WARM_UP = 60;
const COUNTED = 150;
const COMMITS_AIM = 3;

/**
 * What a booking without a hold costs through the service beside the same booking made at the sandbox itself.
 * `--statements` prints every statement.
 */
async function main(): Promise<void> {
  await sideBySide<Desk>('booking', openDesk, async (desk, count) => {
    const load = loadavg()[0]!;
    for (let booked = 0; booked < WARM_UP; booked++) await bothWays(desk);
    tellColumns(`one booking, p50, medians of ${ROUNDS} rounds`, 'direct');
    for (const { delayMs, times, aim } of BOOKINGS) {
      await desk.delay(delayMs);
      const rounds: Timed[] = [];
      for (let done = 0; done < ROUNDS; done++) rounds.push(await round(desk, times));
      tell(`${delayMs} ms behind it, ${times} a round`, compared(rounds), aim);
    }
    await desk.delay(0);
    tellCost('booking', await count(COUNTED), COMMITS_AIM);
    tellMachine(load);
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
