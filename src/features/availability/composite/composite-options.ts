import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { ServicePlan } from '../../services/services.service';
import { optionIdOf } from './composite-option';
import { type StartsByType, visitSegments } from './composite-question';
import { searchVisits } from './composite-search';
import type { VisitChain } from './composite-visit';

const MINUTE_MS = 60_000;

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

/** Visits of a plan whose first start lies in [fromMs, toMs), best first. */
export function searchPlan(
  plan: ServicePlan,
  starts: StartsByType,
  fromMs: number,
  toMs: number,
  staffId?: string,
): VisitChain[] {
  return searchVisits({
    segments: visitSegments(plan, starts),
    person: plan.onePerson,
    from: Math.ceil(fromMs / MINUTE_MS),
    to: Math.ceil(toMs / MINUTE_MS),
    ...(staffId === undefined ? {} : { staffId }),
  });
}

export function optionOf(plan: ServicePlan, chain: VisitChain): VisitOption {
  const parts = chain.steps.map(({ offer, start, end }, at): VisitPart => {
    const segment = plan.segments[at]!;
    const { staffId, name: staffName, eventType } = segment.staff[offer]!;
    const { id: segmentId, name } = segment;
    return { segmentId, name, staffId, staffName, eventType, startMs: start * MINUTE_MS, endMs: end * MINUTE_MS };
  });
  const [startMs, endMs] = [parts[0]!.startMs, parts.at(-1)!.endMs];
  return { optionId: optionIdOf(plan, chain), startMs, endMs, changes: chain.changes, parts };
}
