import { CALCOM_BUDGET, Lane, LANES, PaceLog, permitsFree, permittedAt, rulesFor } from './pace-log';

const START_MS = 1_700_000_000_000;
const SECOND = 1_000;

/** Takes whatever the lane may have at that second, and says how much it was. */
function takeAll(log: PaceLog, lane: Lane, second: number): number {
  const nowMs = START_MS + second * SECOND;
  const taken = permitsFree(log, nowMs, rulesFor(lane, CALCOM_BUDGET), 1_000);
  log.permitsMs.push(...Array<number>(taken).fill(nowMs));
  return taken;
}

describe('the log of permits', () => {
  let log: PaceLog;
  beforeEach(() => {
    log = { permitsMs: [], silentUntilMs: 0 };
  });

  it('keeps 26 places for writes after a burst of reads, and 13 for people after one of background work', () => {
    expect(takeAll(log, 'background', 0)).toBe(77);
    expect(takeAll(log, 'background', 1)).toBe(0);
    expect(takeAll(log, 'interactive', 1)).toBe(13);
    expect(takeAll(log, 'interactive', 1)).toBe(0);
    expect(takeAll(log, 'write', 1)).toBe(26);
    expect(takeAll(log, 'write', 60)).toBe(0);
    expect(takeAll(log, 'write', 61)).toBe(77);
  });

  it('gives the reserve to reads only as the places of the burst are about to come back', () => {
    takeAll(log, 'interactive', 0);
    const taken = Array.from({ length: 61 }, (_, second) => takeAll(log, 'interactive', second));
    expect([46, 51, 56, 60].map((second) => taken[second])).toEqual([9, 9, 6, 1]);
    expect(taken.reduce((sum, each) => sum + each, 0)).toBe(25);
    expect(takeAll(log, 'write', 60)).toBe(1);
  });

  it.each(LANES)('lets a steady stream of the %s lane alone use more than 113 calls a minute', (lane) => {
    let used = 0;
    const rules = rulesFor(lane, CALCOM_BUDGET);
    for (let nowMs = START_MS; nowMs < START_MS + 600 * SECOND;) {
      nowMs = Math.max(nowMs + 500, permittedAt(log, nowMs, rules, 0));
      used += permitsFree(log, nowMs, rules, 1);
      log.permitsMs.push(...Array<number>(permitsFree(log, nowMs, rules, 1)).fill(nowMs));
    }
    expect(used / 10).toBeGreaterThan(113);
  });

  it.each(LANES)('gives the %s lane something of the smallest budget', (lane) => {
    expect(permitsFree(log, START_MS, rulesFor(lane, { calls: 1, windowMs: SECOND }), 5)).toBe(1);
  });
});
