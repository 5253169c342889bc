import { Injectable } from '@nestjs/common';
import { formatInstant } from '../../../foundation/time/instants';
import { canonicalTimeZone } from '../../../foundation/time/zones';
import type { CallContext } from '../../../scheduling/call-context';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { ServicePlan } from '../../services/services.service';
import { askedRange } from '../asked-range';
import { assertDoesSomething } from '../asked-types';
import { optionOf, searchPlan, type VisitOption } from './composite-options';
import { longestVisit, typesOf } from './composite-question';
import type { Minute } from './composite-visit';
import { FreeStarts } from '../free-starts.service';
import { ReadMeter } from '../store/read-meter.service';
import type { ReadOutcome } from '../store/slot-store';
import { SoldTypes } from '../store/sold-types.service';
import { worstOutcome } from '../union';

const MINUTE_MS = 60_000;
/** What is free a day before says nothing about a visit: a free stretch never begins earlier than a segment is long. */
const MARGIN_MS = 86_400_000;
const SHOWN = 50;

export type { VisitOption, VisitPart } from './composite-options';

export interface CompositeQuestion {
  /** A date or an instant, as for simple availability: when the visit may begin. */
  start: string;
  end: string;
  timeZone?: string;
  staffId?: string;
  limit?: number;
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
    const chains = searchPlan(plan, known.starts, fromMs, toMs, staffId);
    const options = chains.slice(0, asked.limit ?? SHOWN).map((chain) => optionOf(plan, chain));
    const { fetchedAtMs, stale, outcome } = known;
    return { plan, timeZone, fetchedAt: formatInstant(fetchedAtMs), stale, found: chains.length, options, outcome };
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
