import { Outcome, simulate, Situation } from '../../../bench/pacer-simulation';

const DEMANDS_PER_MINUTE = [60, 100, 150, 222, 600, 1_766, 6_000];

/** Near the limit a lull stays a lull: only background work waits, and it leaves room for people. */
const usedAtLeast = (demandPerMinute: number): number =>
  demandPerMinute > 200 ? 112 : Math.min(108, demandPerMinute * 0.93);

const situations: Situation[] = DEMANDS_PER_MINUTE.flatMap((demandPerMinute, index) =>
  [1, 4].map((replicas) => ({ demandPerMinute, replicas, seed: 1_000 + index })),
);

describe('the pace through an hour of virtual time, against the exact limiter', () => {
  const rows: string[] = [];

  afterAll(() => {
    const head = 'demand/min  replicas  used/min  429  fullest minute  writes not sent  longest wait of a write';
    process.stdout.write(`${[head, ...rows].join('\n')}\n`);
  });

  function tell({ demandPerMinute, replicas }: Situation, outcome: Outcome): void {
    const cells: [string | number, number][] = [
      [demandPerMinute, 10],
      [replicas, 10],
      [outcome.perMinute.toFixed(1), 10],
      [outcome.refusals429, 5],
      [outcome.fullestMinute, 16],
      [`${outcome.writesNotSent} of ${outcome.writesAsked}`, 17],
      [`${Math.round(outcome.writeWaitMaxMs)} ms`, 25],
    ];
    rows.push(cells.map(([cell, width]) => String(cell).padStart(width)).join(''));
  }

  it.each(situations)(
    'provokes no 429, wastes no budget and keeps no write behind reads: $demandPerMinute a minute, $replicas replicas',
    async (situation) => {
      const outcome = await simulate(situation);
      tell(situation, outcome);
      expect(outcome.refusals429).toBe(0);
      // The provider's window may begin anywhere.
      expect(outcome.fullestMinute).toBeLessThanOrEqual(120);
      expect(outcome.perMinute).toBeGreaterThanOrEqual(usedAtLeast(situation.demandPerMinute));
      expect(outcome.readsBeforeWrites).toBe(0);
      expect(outcome.writesNotSent).toBe(0);
    },
    60_000,
  );
});
