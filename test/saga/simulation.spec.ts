import { type Report, Schedule } from './simulation/schedule';
import { VirtualTime } from './simulation/virtual-time';

const SCHEDULES = Number(process.env.SAGA_SCHEDULES ?? 10_000);

describe(`${SCHEDULES} schedules of faults in virtual time, driven by the real driver`, () => {
  const time = new VirtualTime();

  beforeAll(() => time.install());
  afterAll(() => jest.restoreAllMocks());

  it('break no promise', async () => {
    const reports: Report[] = [];
    const broken: Record<number, string[]> = {};
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      time.reset();
      const manners = { stubborn: seed % 10 === 0, lateAfterAll: seed % 4 === 0 ? 0.02 : 0, confirms: seed % 3 === 0 };
      const report = await new Schedule(time, seed, manners).run();
      reports.push(report);
      if (report.violations.length > 0) broken[seed] = report.violations;
    }
    process.stdout.write(summary(reports));
    expect(Object.entries(broken).slice(0, 20)).toEqual([]);
    // Otherwise the schedules would prove little.
    expect(sum(reports, 'takeovers')).toBeGreaterThan(SCHEDULES / 5);
    expect(sum(reports, 'lateEffects')).toBeGreaterThan(SCHEDULES / 500);
    expect(sum(reports, 'revivals')).toBeGreaterThan(SCHEDULES / 500);
    expect(sum(reports, 'strays')).toBeGreaterThan(SCHEDULES / 500);
  }, 120_000);
});

type Counted = 'looks' | 'posts' | 'takeovers' | 'lateEffects' | 'strays' | 'revivals';

function sum(reports: Report[], what: Counted): number {
  return reports.reduce((total, report) => total + report[what], 0);
}

function summary(reports: Report[]): string {
  const of = (status: Report['status']): Report[] => reports.filter((report) => report.status === status);
  const lines = (['confirmed', 'compensated', 'needs_attention'] as const).map((status) => {
    const told = of(status).map(({ toldAfterMs }) => toldAfterMs);
    const rest = of(status).map(({ restAfterMs }) => restAfterMs);
    return `${status}: ${told.length}, told after ${quantiles(told)}, at rest after ${quantiles(rest)}`;
  });
  const counts = (['posts', 'looks', 'takeovers', 'lateEffects', 'strays', 'revivals'] as const).map(
    (what) => `${what} ${sum(reports, what)}`,
  );
  return `\n${[...lines, counts.join(', ')].join('\n')}\n`;
}

/** Median, 99 of 100, and the longest, in seconds. */
function quantiles(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => ((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1000).toFixed(1);
  return `${at(0.5)} s (p99 ${at(0.99)} s, longest ${at(1)} s)`;
}
