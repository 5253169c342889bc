import { DAY_MS } from '../../../src/features/availability/store/slot-windows';
import { Chance } from '../../saga/simulation/chance';
import { Browsing, exponential, type Question, READS_PER_VISIT, zipf } from './demand';
import { DayBuckets, ExactQueries, OneCallPerRead } from './naive-policies';
import { type Answer, type Policy, Refused } from './policy';
import { end, Provider, take } from './provider';
import { type Appointment, type Company, OPEN_MS, openSalons, type SoldTypeOfOne, TYPES, trueStarts } from './salons';
import { StorePolicy } from './store-policy';
import { Tally } from './tally';
import { VirtualTime } from './virtual-time';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** A Monday, three weeks before clocks change in Europe and two before they do in America. */
const BEGIN_MS = Date.UTC(2027, 2, 1);

const VISITS_THAT_BOOK = 0.02;
const CANCELLED = 0.15;
const WEBHOOKS_LOST = 0.005;
const WEBHOOK_MS = { min: 1_000, max: 3_000 };
const PAGE_MS = { min: 2_000, max: 15_000 };
const CHOICE_MS = { min: 10_000, max: 60_000 };
const SOLD_DAYS = 60;

export const POLICIES = {
  'one call per read': (time: VirtualTime, provider: Provider) => new OneCallPerRead(time, provider),
  'exact queries, 60 s': (time: VirtualTime, provider: Provider) => new ExactQueries(time, provider, MINUTE_MS),
  'exact queries, 300 s': (time: VirtualTime, provider: Provider) => new ExactQueries(time, provider, 5 * MINUTE_MS),
  'UTC days, 60 s': (time: VirtualTime, provider: Provider) => new DayBuckets(time, provider, MINUTE_MS),
  'the store': (time: VirtualTime, provider: Provider) => new StorePolicy(time, provider),
} satisfies Record<string, (time: VirtualTime, provider: Provider) => Policy>;
export type PolicyName = keyof typeof POLICIES;

export interface Situation {
  policy: PolicyName;
  /** All of them together. */
  readsPerSecond: number;
  companies: number;
  hours: number;
  seed: number;
  /** What happens before is not counted. */
  warmUpHours?: number;
  /** The provider is down in this time, in hours from the beginning. */
  outage?: { fromHour: number; toHour: number };
}

/** Reads of types that had been read before the provider went down, while it was down. */
export interface OutageSeen {
  warm: number;
  answered: number;
  marked: number;
}

export interface Outcome {
  tally: Tally;
  outage: OutageSeen;
  slotCalls: number;
  /** Share of its 120 calls a minute that the busiest key made, bookings and refused calls included. */
  busiestShare: number;
}

/** Salons and their visitors in virtual time. The same visitors come for the same seed, whatever the policy. */
export class Simulation {
  readonly time = new VirtualTime(BEGIN_MS);
  tally = new Tally();
  private readonly provider: Provider;
  private readonly policy: Policy;
  private readonly companies: Company[];
  /** One for each matter: what one does more often under another policy changes nothing for the others. */
  private readonly visits: Chance;
  private readonly others: Chance;
  private readonly whichCompany: (chance: Chance) => number;
  private readonly whichType = zipf(TYPES);
  private readonly readBefore = new Set<SoldTypeOfOne>();
  private readonly outage: OutageSeen = { warm: 0, answered: 0, marked: 0 };

  constructor(private readonly situation: Situation) {
    const { seed, companies, hours, policy } = situation;
    this.provider = new Provider(this.time, new Chance(seed + 1));
    this.policy = POLICIES[policy](this.time, this.provider);
    this.visits = new Chance(seed + 2);
    this.others = new Chance(seed + 3);
    this.companies = openSalons(companies, BEGIN_MS, SOLD_DAYS + 7 + Math.ceil(hours / 24), new Chance(seed));
    this.whichCompany = zipf(companies);
  }

  async run(): Promise<Outcome> {
    const { hours, warmUpHours = 0 } = this.situation;
    this.comeAgain();
    for (const company of this.companies) this.changeCalendars(company);
    this.breakDown();
    await this.time.runUntil(BEGIN_MS + warmUpHours * HOUR_MS);
    this.tally = new Tally();
    const before = { slotCalls: this.provider.slotCalls, busiest: this.provider.limiter.busiest };
    await this.time.runUntil(BEGIN_MS + hours * HOUR_MS);
    return {
      tally: this.tally,
      outage: this.outage,
      slotCalls: this.provider.slotCalls - before.slotCalls,
      busiestShare: (this.provider.limiter.busiest - before.busiest) / ((hours - warmUpHours) * 60 * 120),
    };
  }

  private comeAgain(): void {
    const visitsPerMs = this.situation.readsPerSecond / READS_PER_VISIT / SECOND_MS;
    this.time.after(-Math.log(1 - this.visits.next()) / visitsPerMs, () => {
      this.comeAgain();
      void this.visit(new Chance(Math.floor(this.visits.next() * 2 ** 32)));
    });
  }

  private async visit(chance: Chance): Promise<void> {
    const company = this.companies[this.whichCompany(chance)]!;
    const type = company.types[this.whichType(chance)]!;
    const browsing = new Browsing(chance);
    let last: Answer | undefined;
    do {
      last = (await this.read(type, browsing.look(this.time.now()))) ?? last;
      await this.time.elapse(chance.between(PAGE_MS.min, PAGE_MS.max));
    } while (browsing.goOn());
    if (!chance.is(VISITS_THAT_BOOK)) return;
    this.bookDirectly(company);
    await this.time.elapse(chance.between(CHOICE_MS.min, CHOICE_MS.max));
    if (last && last.starts.length > 0) await this.book(type, early(last.starts, chance));
  }

  private async read(type: SoldTypeOfOne, { fromMs, toMs }: Question): Promise<Answer | undefined> {
    const askedMs = this.time.now();
    const answered = await this.policy.read(type, fromMs, toMs).catch((error: unknown) => this.refused(error));
    this.seeOutage(type, askedMs, answered);
    if (answered) this.tally.answered(type, fromMs, toMs, answered, askedMs, this.time.now());
    else this.tally.turnedAway();
    return answered;
  }

  private async book(type: SoldTypeOfOne, startMs: number): Promise<void> {
    try {
      const made = await this.policy.book(type, startMs);
      if (!made) {
        this.tally.disappointed += 1;
        return;
      }
      made.toldAtMs = this.time.now();
      this.tally.booked += 1;
      this.perhapsCancel(made);
    } catch (error) {
      this.refused(error);
    }
  }

  /** By telephone, or at the counter. */
  private bookDirectly(company: Company): void {
    this.time.after(this.others.between(0, 5 * MINUTE_MS), () => {
      const type = company.types[this.whichType(this.others)]!;
      const dayMs = this.time.now() + exponential(this.others, 7) * DAY_MS;
      const startMs = trueStarts(type, dayMs, dayMs + DAY_MS).at(0);
      const made = startMs === undefined ? undefined : take(type, startMs);
      if (!made) return;
      this.tally.bookedDirectly += 1;
      this.webhook('taken', made);
      this.perhapsCancel(made);
    });
  }

  /** Half of them through us. */
  private perhapsCancel(appointment: Appointment): void {
    if (!this.others.is(CANCELLED)) return;
    this.time.after(exponential(this.others, 2 * HOUR_MS), () => {
      if (appointment.startMs < this.time.now()) return;
      this.tally.cancelled += 1;
      if (this.others.is(0.5)) {
        this.policy.cancel(appointment).catch((error: unknown) => this.refused(error));
        return;
      }
      this.webhook('changed', end(appointment));
    });
  }

  private webhook(kind: 'taken' | 'changed', appointment: Appointment): void {
    if (this.others.is(WEBHOOKS_LOST)) return;
    this.time.after(this.others.between(WEBHOOK_MS.min, WEBHOOK_MS.max), () => {
      // Nothing to be told of a booking that is over already.
      if (kind === 'taken' && appointment.isOver) return;
      this.policy.hear?.({ kind, appointment });
      if (this.policy.hear) appointment.toldAtMs = this.time.now();
    });
  }

  /** Each host does something else for one to three hours, once a day; nobody is told. */
  private changeCalendars(company: Company): void {
    for (const host of company.hosts) {
      const change = (): void => {
        const day = Math.floor(this.time.now() / DAY_MS) + exponential(this.others, 7);
        const fromMs = host.opensMs(Math.min(day, Math.floor(BEGIN_MS / DAY_MS) + SOLD_DAYS));
        const startMs = fromMs + this.others.whole(0, OPEN_MS / HOUR_MS - 1) * HOUR_MS;
        host.block(startMs, startMs + this.others.whole(1, 3) * HOUR_MS);
        this.time.after(exponential(this.others, DAY_MS), change);
      };
      this.time.after(exponential(this.others, DAY_MS), change);
    }
  }

  /** @param answer undefined for a read that got none. */
  private seeOutage(type: SoldTypeOfOne, askedMs: number, answer?: Answer): void {
    const { fromHour, toHour } = this.situation.outage ?? { fromHour: Infinity, toHour: Infinity };
    const [beganMs, overMs] = [BEGIN_MS + fromHour * HOUR_MS, BEGIN_MS + toHour * HOUR_MS];
    if (askedMs < beganMs && answer) this.readBefore.add(type);
    if (askedMs < beganMs || askedMs >= overMs || !this.readBefore.has(type)) return;
    this.outage.warm += 1;
    if (!answer) return;
    this.outage.answered += 1;
    if (answer.isMarked) this.outage.marked += 1;
  }

  private breakDown(): void {
    const { outage } = this.situation;
    if (!outage) return;
    this.time.after(outage.fromHour * HOUR_MS, () => void (this.provider.isDown = true));
    this.time.after(outage.toHour * HOUR_MS, () => void (this.provider.isDown = false));
  }

  private refused(error: unknown): undefined {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Near times are chosen more often than far ones. */
function early(starts: number[], chance: Chance): number {
  return starts[Math.floor(starts.length * chance.next() ** 2)]!;
}
