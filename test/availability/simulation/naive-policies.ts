import { DAY_MS, daysOf } from '../../../src/features/availability/store/slot-windows';
import { type Answer, type Policy, Refused } from './policy';
import type { Provider, Reply } from './provider';
import type { Appointment, SoldTypeOfOne } from './salons';
import type { VirtualTime } from './virtual-time';

/** Sends whatever it is asked, at once. */
export class OneCallPerRead implements Policy {
  constructor(
    protected readonly time: VirtualTime,
    private readonly provider: Provider,
  ) {}

  read(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Answer> {
    return this.ask(type, fromMs, toMs);
  }

  async book(type: SoldTypeOfOne, startMs: number): Promise<Appointment | undefined> {
    return bodyOf(await this.provider.book(type, startMs));
  }

  async cancel(appointment: Appointment): Promise<void> {
    bodyOf(await this.provider.cancel(appointment));
  }

  protected async ask(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Answer> {
    const fetchedAtMs = this.time.now();
    const starts = bodyOf(await this.provider.slots(type, fromMs, toMs)) ?? [];
    return { starts, fetchedAtMs, isMarked: false };
  }
}

/** What a caching proxy does: the same question gets the same answer for a while. Refusals are not kept. */
export class ExactQueries extends OneCallPerRead {
  private readonly answers = new Map<string, Promise<Answer>>();

  constructor(
    time: VirtualTime,
    provider: Provider,
    private readonly keptMs: number,
  ) {
    super(time, provider);
  }

  override async read(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Answer> {
    const question = `${type.sold.eventType.id} ${fromMs} ${toMs}`;
    const known = this.answers.get(question) ?? this.keep(question, this.ask(type, fromMs, toMs));
    const answer = await known;
    const nowMs = this.time.now();
    return { ...answer, starts: answer.starts.filter((startMs) => startMs > nowMs) };
  }

  private keep(question: string, asked: Promise<Answer>): Promise<Answer> {
    this.answers.set(question, asked);
    const forget = (): void => void this.answers.delete(question);
    asked.then(() => this.time.after(this.keptMs, forget), forget);
    return asked;
  }
}

/** Keeps days of UTC, and asks for the stretch of those that are missing. */
export class DayBuckets extends OneCallPerRead {
  private readonly days = new Map<string, Answer>();

  constructor(
    time: VirtualTime,
    provider: Provider,
    private readonly keptMs: number,
  ) {
    super(time, provider);
  }

  override async read(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Answer> {
    const { fromDay, toDay } = daysOf(fromMs, toMs);
    const days = Array.from({ length: toDay - fromDay }, (_, index) => fromDay + index);
    const missing = days.filter((day) => !this.fresh(type, day));
    if (missing.length > 0) await this.fetch(type, missing[0]!, missing.at(-1)! + 1);
    const parts = days.map((day) => this.days.get(keyOf(type, day))!);
    const firstMs = Math.max(fromMs, this.time.now());
    const starts = parts.flatMap((part) => part.starts).filter((startMs) => startMs >= firstMs && startMs < toMs);
    return { starts, fetchedAtMs: Math.min(...parts.map(({ fetchedAtMs }) => fetchedAtMs)), isMarked: false };
  }

  private fresh(type: SoldTypeOfOne, day: number): boolean {
    const known = this.days.get(keyOf(type, day));
    return known !== undefined && this.time.now() - known.fetchedAtMs <= this.keptMs;
  }

  private async fetch(type: SoldTypeOfOne, fromDay: number, toDay: number): Promise<void> {
    const answer = await this.ask(type, fromDay * DAY_MS, toDay * DAY_MS);
    for (let day = fromDay; day < toDay; day += 1) {
      const starts = answer.starts.filter((startMs) => Math.floor(startMs / DAY_MS) === day);
      this.days.set(keyOf(type, day), { ...answer, starts });
    }
  }
}

function keyOf({ sold }: SoldTypeOfOne, day: number): string {
  return `${sold.eventType.id} ${day}`;
}

function bodyOf<T>({ status, body }: Reply<T>): T | undefined {
  if (status !== 200) throw new Refused(String(status));
  return body;
}
