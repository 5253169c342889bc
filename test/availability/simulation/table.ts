import { AIMS } from './loads';
import type { Outcome, PolicyName } from './simulation';

export interface Row {
  policy: PolicyName;
  outcome: Outcome;
}

const COLUMNS: [head: string, cell: (row: Row) => string][] = [
  ['policy', ({ policy }) => policy],
  ['reads', ({ outcome }) => outcome.tally.reads.toLocaleString('en')],
  ['calls', ({ outcome }) => perThousand(outcome, outcome.slotCalls)],
  ['stale', ({ outcome }) => perThousand(outcome, outcome.tally.stale)],
  ['stale though told', ({ outcome }) => String(outcome.tally.knownStale)],
  ['refused', ({ outcome }) => perThousand(outcome, outcome.tally.refused)],
  ['waited', ({ outcome }) => perThousand(outcome, outcome.tally.waited)],
  ['marked', ({ outcome }) => perThousand(outcome, outcome.tally.marked)],
  ['incomplete', ({ outcome }) => perThousand(outcome, outcome.tally.incomplete)],
  ['of 120/min', ({ outcome }) => `${(outcome.busiestShare * 100).toFixed(0)} %`],
  ['bookings', ({ outcome: { tally } }) => `${tally.booked} + ${tally.bookedDirectly}`],
  ['met a taken time', ({ outcome }) => String(outcome.tally.disappointed)],
];

/** In Markdown, one line for each policy. */
export function table(rows: Row[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, cell]) => cell(row)));
  const rule = COLUMNS.map((_, index) => (index === 0 ? '---' : '---:'));
  return [COLUMNS.map(([head]) => head), rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What the store did not hold at this load; empty when all is well. */
export function missed(load: string, { tally, slotCalls }: Outcome): string[] {
  const aim = AIMS[load];
  const each = 1_000 / tally.reads;
  const checks: [isMissed: boolean, what: string][] = [
    [tally.knownStale > 0, 'showed times that it had been told are taken'],
    [tally.refused > 0, 'refused reads'],
    [aim !== undefined && slotCalls * each > aim.calls, `more than ${aim?.calls} calls per 1,000 reads`],
    [aim?.stale !== undefined && tally.stale * each > aim.stale, `more than ${aim?.stale} stale reads per 1,000`],
  ];
  return checks.filter(([isMissed]) => isMissed).map(([, what]) => `${load}: ${what}`);
}

function perThousand({ tally }: Outcome, count: number): string {
  const value = (count / tally.reads) * 1_000;
  return value === 0 ? '0' : value.toFixed(value < 100 ? 2 : 0);
}
