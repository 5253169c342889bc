import { Injectable } from '@nestjs/common';
import { Clock } from '../../../foundation/time/clock';
import { formatInstant } from '../../../foundation/time/instants';
import { canonicalTimeZone } from '../../../foundation/time/zones';
import type { CallContext } from '../../../scheduling/call-context';
import { askedRange } from '../asked-range';
import { type AskedFor, type AskedType, askedTypes } from '../asked-types';
import { groupByDay, LocalSlot } from '../days';
import { FreeStarts } from '../free-starts.service';
import { ReadMeter } from './read-meter.service';
import type { ReadOutcome } from './slot-store';
import { SoldTypes } from './sold-types.service';
import { type SpokenOption, spokenOptions } from '../spoken';
import { type OfferedSlot, type Union, unionOf } from '../union';

export interface AvailabilityQuestion extends AskedFor {
  start: string;
  end: string;
  timeZone?: string;
  /** At most so many free times, the earliest ones. */
  limit?: number;
  spoken?: boolean;
}

export interface Availability {
  timeZone: string;
  fetchedAt: string;
  stale: boolean;
  days: Record<string, LocalSlot[]>;
  /** For answers that are read out. */
  now?: string;
  options?: SpokenOption[];
}

/** An answer, and how long it may be given again without looking. */
export interface AvailabilityAnswer {
  body: Availability;
  outcome: ReadOutcome;
  goodUntilMs: number;
  isUnchanged: () => boolean;
}

/** Free times from the store, in the words of the API. */
@Injectable()
export class SlotReads {
  constructor(
    private readonly types: SoldTypes,
    private readonly free: FreeStarts,
    private readonly meter: ReadMeter,
    private readonly clock: Clock,
  ) {}

  /**
   * One read of the store for each distinct event type, and so at most one call for it.
   *
   * @throws ApiError `VALIDATION_ERROR` for a range that is not one, and as {@link askedTypes}.
   * @throws SchedulingError when nothing is known of an event type and the provider cannot be asked.
   */
  async answer(companyId: string, question: AvailabilityQuestion, context?: CallContext): Promise<AvailabilityAnswer> {
    const version = this.types.versionOf(companyId);
    const asked = await askedTypes(this.types, companyId, question);
    const { companyTimeZone, locale } = asked[0]!.type;
    const timeZone = (question.timeZone && canonicalTimeZone(question.timeZone)) || companyTimeZone;
    const { fromMs, toMs } = askedRange(question.start, question.end, timeZone);
    const found = await this.read(asked, fromMs, toMs, context);
    const { outcome, goodUntilMs } = found;
    this.meter.count(outcome);
    const isUnchanged = (): boolean => found.isUnchanged() && this.types.versionOf(companyId) === version;
    const body = bodyOf(found, timeZone, question.limit);
    if (!question.spoken) return { body, outcome, goodUntilMs, isUnchanged };
    const options = spokenOptions(body.days, timeZone, locale);
    const now = formatInstant(this.clock.now(), timeZone);
    return { body: { ...body, now, options }, outcome, goodUntilMs: 0, isUnchanged };
  }

  count(outcome: ReadOutcome): void {
    this.meter.count(outcome);
  }

  /** @throws as {@link answer} */
  async offered(
    companyId: string,
    wanted: AskedFor,
    fromMs: number,
    toMs: number,
    context?: CallContext,
  ): Promise<OfferedSlot[]> {
    return (await this.read(await askedTypes(this.types, companyId, wanted), fromMs, toMs, context)).slots;
  }

  private async read(asked: AskedType[], fromMs: number, toMs: number, context?: CallContext): Promise<Union> {
    const distinct = new Map(asked.map(({ type }) => [type.eventType.id, type]));
    const reads = [...distinct].map(
      async ([id, type]) => [id, await this.free.of(type, fromMs, toMs, context)] as const,
    );
    return unionOf(asked, new Map(await Promise.all(reads)));
  }
}

function bodyOf({ slots, fetchedAtMs, stale }: Union, timeZone: string, limit?: number): Availability {
  const days = groupByDay(slots.slice(0, limit), timeZone);
  return { timeZone, fetchedAt: formatInstant(fetchedAtMs), stale, days };
}
