import { Outcome, simulate, Situation, table } from '../pacer-simulation';

const DEMANDS_PER_MINUTE = [60, 80, 100, 110, 120, 130, 150, 222, 400, 600, 1_000, 1_766, 3_000, 6_000];

/** Prints the pace at every demand, each through an hour of virtual time. `npm test` holds the same promises. */
async function main(): Promise<void> {
  const rows: { situation: Situation; outcome: Outcome }[] = [];
  for (const replicas of [1, 4]) {
    for (const demandPerMinute of DEMANDS_PER_MINUTE) {
      const situation = { demandPerMinute, replicas, minutes: 60, seed: 1_000 + demandPerMinute };
      rows.push({ situation, outcome: await simulate(situation) });
    }
  }
  console.log(table(rows));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
