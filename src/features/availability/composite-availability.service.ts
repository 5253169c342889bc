import { Injectable } from '@nestjs/common';
import { formatInstant } from '../../foundation/time/instants';
import { canonicalTimeZone } from '../../foundation/time/zones';
import type { CallContext } from '../../scheduling/call-context';
import type { EventTypeRecord } from '../event-types/event-types.service';
import { type ServicePlan, ServicesService } from '../services/services.service';
import { askedRange } from './asked-range';
import { assertDoesSomething } from './asked-types';
import { firstStartOf, optionIdOf } from './composite-option';
import { longestVisit, typesOf, visitSegments } from './composite-question';
import { searchVisits } from './composite-search';
import type { Minute, VisitChain } from './composite-visit';
import { FreeStarts } from './free-starts.service';
import { ReadMeter } from './read-meter.service';
import type { ReadOutcome } from './slot-store';
import { SoldTypes } from './sold-types.service';
import { worstOutcome } from './union';

const MINUTE_MS = 60_000;
/** What is free a day before says nothing about a visit: a free stretch never begins earlier than a segment is long. */
const MARGIN_MS = 86_400_000;
const SHOWN = 50;

export interface CompositeQuestion {
  /** A date or an instant, as for simple availability: when the visit may begin. */
  start: string;
  end: string;
  timeZone?: string;
  staffId?: string;
  limit?: number;
}

/** One segment of a visit, instants in milliseconds. */
export interface VisitPart {
  segmentId: string;
  name: string;
  staffId: string;
  staffName: string;
  eventType: EventTypeRecord;
  startMs: number;
  endMs: number;
}

export interface VisitOption {
  optionId: string;
  startMs: number;
  endMs: number;
  /** How often the customer is handed over to somebody else. */
  changes: number;
  parts: VisitPart[];
}

export interface CompositeAnswer {
  plan: ServicePlan;
  timeZone: string;
  fetchedAt: string;
  stale: boolean;
  /** First starts at which the visit is possible; `options` has the best of them. */
  found: number;
  options: VisitOption[];
  /** Where it came from. */
  outcome: ReadOutcome;
}

interface Known {
  starts: Map<string, Minute[]>;
  fetchedAtMs: number;
  stale: boolean;
  outcome: ReadOutcome;
}

/** Visits of several segments that can be had, searched in what the store knows. */
@Injectable()
export class CompositeAvailability {
  constructor(
    private readonly services: ServicesService,
    private readonly types: SoldTypes,
    private readonly free: FreeStarts,
    private readonly meter: ReadMeter,
  ) {}

  /**
   * The earliest way to do the visit for each first start, best first. One read of the store for each distinct event
   * type, and so at most one call for it.
   *
   * @throws ApiError `VALIDATION_ERROR`, `SERVICE_NOT_FOUND`, `SERVICE_NOT_READY`; `STAFF_NOT_FOUND` for somebody who
   *   cannot be booked for any of its segments.
   * @throws SchedulingError when nothing is known of an event type and the provider cannot be asked.
   */
  async answer(
    companyId: string,
    id: string,
    asked: CompositeQuestion,
    context?: CallContext,
  ): Promise<CompositeAnswer> {
    const plan = await this.types.bookablePlan(companyId, id);
    const staffId = asked.staffId?.toLowerCase();
    if (staffId !== undefined) assertDoesSomething(plan, staffId);
    const [type] = typesOf(plan);
    const companyZone = type ? (await this.types.find(companyId, type.id)).companyTimeZone : 'UTC';
    const timeZone = (asked.timeZone && canonicalTimeZone(asked.timeZone)) || companyZone;
    const { fromMs, toMs } = askedRange(asked.start, asked.end, timeZone);
    const known = await this.known(plan, fromMs, toMs, context);
    this.meter.count(known.outcome);
    const chains = search(plan, known, fromMs, toMs, staffId);
    const options = chains.slice(0, asked.limit ?? SHOWN).map((chain) => optionOf(plan, chain));
    const { fetchedAtMs, stale, outcome } = known;
    return { plan, timeZone, fetchedAt: formatInstant(fetchedAtMs), stale, found: chains.length, options, outcome };
  }

  /**
   * What an option stands for, when it can still be had exactly as it was shown; else undefined. The service is read
   * anew.
   *
   * @throws ApiError and SchedulingError as {@link answer}
   */
  async resolve(
    companyId: string,
    id: string,
    optionId: string,
    context?: CallContext,
  ): Promise<VisitOption | undefined> {
    const first = firstStartOf(optionId);
    if (first === undefined) return undefined;
    const plan = await this.services.findBookable(companyId, id);
    const fromMs = first * MINUTE_MS;
    const toMs = fromMs + MINUTE_MS;
    const known = await this.known(plan, fromMs, toMs, context);
    // It may have been shown to somebody who asked for one person.
    const people = new Set(plan.segments.flatMap(({ staff }) => staff.map(({ staffId }) => staffId)));
    for (const staffId of [undefined, ...people]) {
      const chain = search(plan, known, fromMs, toMs, staffId).find((each) => optionIdOf(plan, each) === optionId);
      if (chain) return optionOf(plan, chain);
    }
    return undefined;
  }

  private async known(plan: ServicePlan, fromMs: number, toMs: number, context?: CallContext): Promise<Known> {
    const untilMs = toMs + longestVisit(plan) * MINUTE_MS;
    const read = typesOf(plan).map((type) => this.startsOf(type, fromMs - MARGIN_MS, untilMs, context));
    const found = await Promise.all(read);
    return {
      starts: new Map(found.map(({ id, starts }) => [id, starts])),
      fetchedAtMs: Math.min(...found.map(({ fetchedAtMs }) => fetchedAtMs)),
      stale: found.some(({ stale }) => stale),
      outcome: worstOutcome(found.map(({ outcome }) => outcome)),
    };
  }

  private async startsOf({ companyId, id }: EventTypeRecord, fromMs: number, toMs: number, context?: CallContext) {
    const type = await this.types.find(companyId, id);
    const { starts, ...rest } = await this.free.of(type, fromMs, toMs, context);
    return { id, starts: starts.map((startMs) => Math.floor(startMs / MINUTE_MS)), ...rest };
  }
}

function search(plan: ServicePlan, known: Known, fromMs: number, toMs: number, staffId?: string): VisitChain[] {
  return searchVisits({
    segments: visitSegments(plan, known.starts),
    person: plan.onePerson,
    from: Math.ceil(fromMs / MINUTE_MS),
    to: Math.ceil(toMs / MINUTE_MS),
    ...(staffId === undefined ? {} : { staffId }),
  });
}

function optionOf(plan: ServicePlan, chain: VisitChain): VisitOption {
  const parts = chain.steps.map(({ offer, start, end }, at): VisitPart => {
    const segment = plan.segments[at]!;
    const { staffId, name: staffName, eventType } = segment.staff[offer]!;
    const { id: segmentId, name } = segment;
    return { segmentId, name, staffId, staffName, eventType, startMs: start * MINUTE_MS, endMs: end * MINUTE_MS };
  });
  const [startMs, endMs] = [parts[0]!.startMs, parts.at(-1)!.endMs];
  return { optionId: optionIdOf(plan, chain), startMs, endMs, changes: chain.changes, parts };
}
