import { Outcome, simulate, Situation, table } from '../../../bench/pacer-simulation';

const DEMANDS_PER_MINUTE = [60, 100, 120, 130, 150, 222, 600, 6_000];

const situations: Situation[] = DEMANDS_PER_MINUTE.flatMap((demandPerMinute, index) =>
  [1, 4].map((replicas) => ({
    demandPerMinute,
    replicas,
    seed: 1_000 + index,
    // Far above the limit little is left to chance; `bench/pace-run/simulation-table` takes an hour of everything.
    minutes: demandPerMinute < 600 ? 60 : 15,
  })),
);

/**
 * 112 a minute is what the budget is for, and less only where less is asked. At 120 a minute chance decides: lulls and
 * crowds of arrivals leave 111.5 to 112.8 even to a pacer that keeps nothing for writes.
 */
function usedAtLeast(demandPerMinute: number, { askedPerMinute }: Outcome): number {
  if (demandPerMinute < 120) return askedPerMinute * 0.985;
  return demandPerMinute === 120 ? 111 : 112;
}

describe('the pace in virtual time, against the exact limiter', () => {
  const rows: { situation: Situation; outcome: Outcome }[] = [];

  const { stackTraceLimit } = Error;
  // Jest keeps a hundred frames of every error, and the hours make half a million refusals.
  beforeAll(() => void (Error.stackTraceLimit = 0));
  afterAll(() => void (Error.stackTraceLimit = stackTraceLimit));
  afterAll(() => void process.stdout.write(`${table(rows)}\n`));

  it.each(situations)(
    'provokes no 429, wastes no budget and keeps no write behind reads: $demandPerMinute a minute, $replicas replicas',
    async (situation) => {
      const outcome = await simulate(situation);
      rows.push({ situation, outcome });
      expect(outcome.refusals429).toBe(0);
      // The provider's window may begin anywhere.
      expect(outcome.fullestMinute).toBeLessThanOrEqual(120);
      expect(outcome.perMinute).toBeGreaterThanOrEqual(usedAtLeast(situation.demandPerMinute, outcome));
      expect(outcome.readsBeforeWrites).toBe(0);
      expect(outcome.writesNotSent).toBe(0);
    },
    60_000,
  );
});
