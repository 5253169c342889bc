import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { Clock } from '../../foundation/time/clock';
import { formatInstant } from '../../foundation/time/instants';
import { canonicalTimeZone } from '../../foundation/time/zones';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import { askedRange } from './asked-range';
import { groupByDay, LocalSlot } from './days';
import { HostTimes } from './host-times.service';
import { type ReadOutcome, SlotStore, type StoredSlots } from './slot-store';
import type { SoldType } from './sold-type';
import { SoldTypes } from './sold-types.service';
import { type SpokenOption, spokenOptions } from './spoken';

export interface AvailabilityQuestion {
  /** Ours; or else the provider's id. */
  eventTypeId?: string;
  providerId?: string;
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
  private readonly reads: Counter<'outcome'>;

  constructor(
    private readonly types: SoldTypes,
    private readonly store: SlotStore,
    private readonly times: HostTimes,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.reads = new Counter({
      name: 'slotbridge_availability_reads_total',
      help: 'Reads of free times, by where the answer came from: warm and stale from memory, cold and provider after a call',
      labelNames: ['outcome'] as const,
      registers: [metrics.registry],
    });
    registerSizes(metrics, store);
  }

  /**
   * @throws ApiError `VALIDATION_ERROR` for a range that is not one, `EVENT_TYPE_NOT_FOUND`.
   * @throws SchedulingError when nothing is known and the provider cannot be asked.
   */
  async answer(companyId: string, question: AvailabilityQuestion, context?: CallContext): Promise<AvailabilityAnswer> {
    const version = this.types.versionOf(companyId);
    const type = await this.typeOf(companyId, question);
    const timeZone = (question.timeZone && canonicalTimeZone(question.timeZone)) || type.companyTimeZone;
    const { fromMs, toMs } = askedRange(question.start, question.end, timeZone);
    const isFree = await this.freeInTheDatabase(type, fromMs, toMs);
    const found = await this.store.read(type, fromMs, toMs, context);
    this.count(found.outcome);
    const lengthMs = type.eventType.lengthMinutes * 60_000;
    const slots = found.starts
      .map((startMs): Slot => ({ startMs, endMs: startMs + lengthMs }))
      .filter(isFree)
      .slice(0, question.limit);
    const { outcome, goodUntilMs } = found;
    const isUnchanged = (): boolean => found.isUnchanged() && this.types.versionOf(companyId) === version;
    const body = this.bodyOf(found, slots, timeZone);
    if (!question.spoken) return { body, outcome, goodUntilMs, isUnchanged };
    const options = spokenOptions(body.days, timeZone, type.locale);
    const now = formatInstant(this.clock.now(), timeZone);
    return { body: { ...body, now, options }, outcome, goodUntilMs: 0, isUnchanged };
  }

  count(outcome: ReadOutcome): void {
    this.reads.inc({ outcome });
  }

  private typeOf(companyId: string, { eventTypeId, providerId = '' }: AvailabilityQuestion): Promise<SoldType> {
    if (eventTypeId === undefined) return this.types.findByProviderId(companyId, providerId);
    return this.types.find(companyId, eventTypeId.toLowerCase());
  }

  /** Whoever does not hear of claims looks them up; before the provider is asked, as {@link HostTimes.unclaimed} says. */
  private async freeInTheDatabase({ eventType }: SoldType, fromMs: number, toMs: number) {
    return this.store.isHearing ? () => true : this.times.unclaimed(eventType, fromMs, toMs);
  }

  private bodyOf({ fetchedAtMs, stale }: StoredSlots, slots: Slot[], timeZone: string): Availability {
    return { timeZone, fetchedAt: formatInstant(fetchedAtMs), stale, days: groupByDay(slots, timeZone) };
  }
}

function registerSizes({ registry }: Metrics, { shelf }: SlotStore): void {
  new Gauge({
    name: 'slotbridge_availability_stored_types',
    help: 'Event types whose free times are in memory',
    registers: [registry],
    collect() {
      this.set(shelf.size.types);
    },
  });
  new Gauge({
    name: 'slotbridge_availability_stored_bytes',
    help: 'Memory that they take, roughly',
    registers: [registry],
    collect() {
      this.set(shelf.size.bytes);
    },
  });
}
