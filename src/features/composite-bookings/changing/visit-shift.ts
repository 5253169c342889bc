import type { VisitOption, VisitPart } from '../../availability/composite/visit-offers.service';
import type { ServicePlan } from '../../services/services.service';
import type { AgreedSegment } from '../visit';

const MINUTE_MS = 60_000;

/** The same visit, by the same people, with the same gaps, at another time; undefined when the service is not like that any more. */
export function shifted(
  plan: ServicePlan,
  segments: readonly AgreedSegment[],
  startMs: number,
): Pick<VisitOption, 'startMs' | 'endMs' | 'parts'> | undefined {
  const byMs = startMs - (segments[0]?.startMs ?? startMs);
  const parts = segments.flatMap((agreed, index): VisitPart[] => {
    const { id: segmentId, name, staff } = plan.segments[index]!;
    const person = staff.find(({ staffId }) => staffId === agreed.staffId);
    if (!person) return [];
    const { staffId, name: staffName, eventType } = person;
    return [
      { segmentId, name, staffId, staffName, eventType, startMs: agreed.startMs + byMs, endMs: agreed.endMs + byMs },
    ];
  });
  if (parts.length < segments.length || !isAsSold(plan, segments)) return undefined;
  return { startMs, endMs: parts.at(-1)!.endMs, parts };
}

/** Lengths and gaps are those of the service as it is now. */
function isAsSold({ segments: sold }: ServicePlan, segments: readonly AgreedSegment[]): boolean {
  return segments.every(({ startMs, endMs }, index) => {
    const { durationMinutes, gapAfter } = sold[index]!;
    const gap = ((segments[index + 1]?.startMs ?? endMs + gapAfter.minMinutes * MINUTE_MS) - endMs) / MINUTE_MS;
    const isSameLength = endMs - startMs === durationMinutes * MINUTE_MS;
    return isSameLength && gapAfter.minMinutes <= gap && gap <= gapAfter.maxMinutes;
  });
}

/**
 * Whether every part is free, or is where a segment of the same visit is now: a provider that moves a booking does not
 * count its old time against it.
 */
export function isPossible(
  parts: readonly VisitPart[],
  segments: readonly AgreedSegment[],
  isFree: (part: VisitPart) => boolean,
): boolean {
  return parts.every((part) => {
    const isOwn = segments.some(({ staffId, startMs, endMs }) => {
      return staffId === part.staffId && startMs < part.endMs && part.startMs < endMs;
    });
    return isOwn || isFree(part);
  });
}
