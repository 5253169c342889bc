import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../../scheduling/call-context';
import type { ServicePlan } from '../../services/services.service';
import { AvailabilityService } from '../availability.service';
import { firstStartOf as firstMinuteOf, optionIdOf } from './composite-option';
import { optionOf, searchPlan, type VisitOption, type VisitPart } from './composite-options';
import { longestVisit, type StartsByType, typesOf, visitSegments } from './composite-question';
import { firstFrom } from './composite-visit';
import { FreeStarts } from '../free-starts.service';
import { SoldTypes } from '../store/sold-types.service';

export type { VisitOption, VisitPart } from './composite-options';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** As for one booking: a time a week later is one for somebody who asked for a Monday. */
const NEAR = { beforeMs: DAY_MS, afterMs: 7 * DAY_MS };

/** Ways to do one visit, for whoever wants to book it. */
@Injectable()
export class VisitOffers {
  constructor(
    private readonly types: SoldTypes,
    private readonly free: FreeStarts,
    private readonly provider: AvailabilityService,
  ) {}

  /**
   * What an option stands for, when it can still be had exactly as it was shown: as known, or where that does not offer it,
   * as the provider says now, for alternatives are read there. Else undefined.
   *
   * @throws SchedulingError when it is not known to be free and the provider cannot be asked.
   */
  async option(plan: ServicePlan, optionId: string, context?: CallContext): Promise<VisitOption | undefined> {
    const first = firstMinuteOf(optionId);
    if (first === undefined) return undefined;
    const fromMs = first * MINUTE_MS;
    const toMs = fromMs + MINUTE_MS;
    const among = (starts: StartsByType): VisitOption | undefined => optionAmong(plan, starts, fromMs, optionId);
    const known = among(await this.stored(plan, fromMs, toMs, context));
    return known ?? among(await this.fresh(plan, fromMs, toMs, context));
  }

  /**
   * The best way to begin at this instant: as known, or where nothing is known to be free, as the provider says now.
   *
   * @param staff by segment: who has to do it.
   * @throws SchedulingError as {@link option}
   */
  async at(
    plan: ServicePlan,
    startMs: number,
    staff: ReadonlyMap<string, string>,
    context?: CallContext,
  ): Promise<VisitOption | undefined> {
    const wanted = withStaff(plan, staff);
    const toMs = startMs + MINUTE_MS;
    const best = (starts: StartsByType): VisitOption | undefined => {
      const [chain] = searchPlan(wanted, starts, startMs, toMs);
      return chain && optionOf(wanted, chain);
    };
    const known = best(await this.stored(wanted, startMs, toMs, context));
    return known ?? best(await this.fresh(wanted, startMs, toMs, context));
  }

  /** Whole visits that begin elsewhere, nearest first, freshly read. */
  async near(plan: ServicePlan, startMs: number, count: number, context?: CallContext): Promise<VisitOption[]> {
    const [fromMs, toMs] = [startMs - NEAR.beforeMs, startMs + NEAR.afterMs];
    const starts = await this.fresh(plan, fromMs, toMs, context);
    const distance = (option: VisitOption): number => Math.abs(option.startMs - startMs);
    return searchPlan(plan, starts, fromMs, toMs)
      .map((chain) => optionOf(plan, chain))
      .filter((option) => option.startMs !== startMs)
      .sort((a, b) => distance(a) - distance(b))
      .slice(0, count);
  }

  /** Whether the provider says now that this segment could be done so, and nobody here has claimed the time. */
  async freeNow(plan: ServicePlan, fromMs: number, toMs: number, context?: CallContext) {
    const starts = await this.fresh(plan, fromMs, toMs, context);
    const segments = visitSegments(plan, starts);
    return ({ segmentId, staffId, startMs }: VisitPart): boolean => {
      const index = plan.segments.findIndex(({ id }) => id === segmentId);
      const offers = segments[index]?.offers.filter((offer) => offer.staffId === staffId) ?? [];
      const minute = startMs / MINUTE_MS;
      return offers.some((offer) => offer.starts[firstFrom(offer.starts, minute)] === minute);
    };
  }

  private stored(plan: ServicePlan, fromMs: number, toMs: number, context?: CallContext): Promise<StartsByType> {
    return startsOf(plan, async ({ companyId, id }) => {
      const type = await this.types.find(companyId, id);
      return (await this.free.of(type, fromMs - DAY_MS, toMs + longestVisit(plan) * MINUTE_MS, context)).starts;
    });
  }

  private fresh(plan: ServicePlan, fromMs: number, toMs: number, context?: CallContext): Promise<StartsByType> {
    const untilMs = toMs + longestVisit(plan) * MINUTE_MS;
    return startsOf(plan, async (type) => {
      const slots = await this.provider.unclaimed(type, fromMs - DAY_MS, untilMs, context);
      return slots.map((slot) => slot.startMs);
    });
  }
}

/** When a visit begins that an option stands for; undefined for what is no option. */
export function firstStartOf(optionId: string): number | undefined {
  const minute = firstMinuteOf(optionId);
  return minute === undefined ? undefined : minute * MINUTE_MS;
}

function optionAmong(plan: ServicePlan, starts: StartsByType, fromMs: number, optionId: string) {
  // It may have been shown to somebody who asked for one person.
  const people = new Set(plan.segments.flatMap(({ staff }) => staff.map(({ staffId }) => staffId)));
  for (const staffId of [undefined, ...people]) {
    const chains = searchPlan(plan, starts, fromMs, fromMs + MINUTE_MS, staffId);
    const chain = chains.find((each) => optionIdOf(plan, each) === optionId);
    if (chain) return optionOf(plan, chain);
  }
  return undefined;
}

async function startsOf(
  plan: ServicePlan,
  read: (type: ReturnType<typeof typesOf>[number]) => Promise<number[]>,
): Promise<StartsByType> {
  const found = await Promise.all(
    typesOf(plan).map(async (type): Promise<[string, number[]]> => {
      const starts = await read(type);
      return [type.id, starts.map((startMs) => Math.floor(startMs / MINUTE_MS))];
    }),
  );
  return new Map(found);
}

/** A segment that nobody is left for can be done by nobody. */
function withStaff(plan: ServicePlan, wanted: ReadonlyMap<string, string>): ServicePlan {
  const segments = plan.segments.map((segment) => {
    const staffId = wanted.get(segment.id);
    if (staffId === undefined) return segment;
    return { ...segment, staff: segment.staff.filter((person) => person.staffId === staffId) };
  });
  return { ...plan, segments };
}
