import type { Chance } from '../../saga/simulation/chance';
import { beginOf, dayIn, mondayOf, nextMonth, monthOf, type Zone, ZONES } from './local-days';

/** Inclusive, exclusive; as a page asks for whole days of its visitor's zone. */
export interface Question {
  fromMs: number;
  toMs: number;
}

/** Of a visit, until the next page is looked at. */
const GOES_ON = 2 / 3;
export const READS_PER_VISIT = 1 / (1 - GOES_ON);
/** Whoever looks on looks at days about so far ahead. */
const LOOKS_AHEAD_DAYS = 9;
const SOLD_DAYS = 60;
const PAGES = { month: 0.35, week: 0.3, day: 0.35 };

/** Which of `count`, the n-th as often as the first divided by n. */
export function zipf(count: number): (chance: Chance) => number {
  const sums: number[] = [];
  for (let rank = 1, sum = 0; rank <= count; rank += 1) sums.push((sum += 1 / rank));
  return (chance) => {
    const at = chance.next() * sums.at(-1)!;
    return sums.findIndex((sum) => at < sum);
  };
}

/** The pages that one visitor looks at, each a month, a week or a day. */
export class Browsing {
  private readonly zone: Zone;
  private ahead = 0;

  constructor(private readonly chance: Chance) {
    this.zone = ZONES[chance.whole(0, ZONES.length - 1)]!;
  }

  look(nowMs: number): Question {
    const today = dayIn(this.zone, nowMs);
    const page = this.chance.pick(PAGES);
    const [fromDay, toDay] = daysOf(page, today + this.ahead);
    return { fromMs: beginOf(Math.max(today, fromDay), this.zone), toMs: beginOf(toDay, this.zone) };
  }

  /** Whether there is another page. */
  goOn(): boolean {
    this.ahead = Math.min(SOLD_DAYS - 31, exponential(this.chance, LOOKS_AHEAD_DAYS));
    return this.chance.is(GOES_ON);
  }
}

/** Whole, from 0. */
export function exponential(chance: Chance, mean: number): number {
  return Math.floor(-Math.log(1 - chance.next()) * mean);
}

function daysOf(page: keyof typeof PAGES, day: number): [number, number] {
  switch (page) {
    case 'month':
      return [monthOf(day), nextMonth(day)];
    case 'week':
      return [mondayOf(day), mondayOf(day) + 7];
    case 'day':
      return [day, day + 1];
  }
}
