import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { ServicePlan } from '../../services/services.service';
import { withStartsBetween } from './composite-free-runs';
import type { Minute, SegmentOffer, VisitSegment } from './composite-visit';

/** Providers begin free stretches on this grid wherever the event type's own interval allows it. */
const GRID_MINUTES = 5;

/** Free starts by our id of the event type. */
export type StartsByType = ReadonlyMap<string, readonly Minute[]>;

/** The event types that a plan needs to know about, each once. */
export function typesOf({ segments }: ServicePlan): EventTypeRecord[] {
  const all = segments.flatMap(({ staff }) => staff.map(({ eventType }) => eventType));
  return [...new Map(all.map((type) => [type.id, type])).values()];
}

/** Minutes from the first start to the last end when every gap is as long as it may be. */
export function longestVisit({ segments }: ServicePlan): number {
  return segments.reduce((sum, { durationMinutes, gapAfter }) => sum + durationMinutes + gapAfter.maxMinutes, 0);
}

/**
 * The segments of a plan with what is free. The first one begins on the provider's grid; later ones may begin between
 * its starts too, where one host's free stretch has room: a provider checks hours and bookings, not the grid.
 */
export function visitSegments(plan: ServicePlan, starts: StartsByType): VisitSegment[] {
  const step = stepOf(plan);
  const between = new Map<string, ArrayLike<Minute>>();
  const offGrid = (type: EventTypeRecord): ArrayLike<Minute> => {
    const known = between.get(type.id) ?? startsBetween(type, starts.get(type.id) ?? [], step);
    between.set(type.id, known);
    return known;
  };
  return plan.segments.map(({ durationMinutes, gapAfter, gapFreesStaff, staff }, at) => ({
    duration: durationMinutes,
    gapAfter: { min: gapAfter.minMinutes, max: gapAfter.maxMinutes },
    gapFreesStaff,
    offers: staff.map(({ staffId, eventType: type }): SegmentOffer => ({
      staffId,
      eventTypeId: type.id,
      beforeBuffer: type.definition.beforeBufferMinutes,
      afterBuffer: type.definition.afterBufferMinutes,
      starts: at === 0 ? (starts.get(type.id) ?? []) : offGrid(type),
    })),
  }));
}

/** Of several hosts each may be free for a part of a stretch only, and a start with seats is one start. */
function startsBetween(type: EventTypeRecord, starts: readonly Minute[], step: number): ArrayLike<Minute> {
  const { hosts, seatsPerSlot } = type.definition;
  if (hosts.length !== 1 || seatsPerSlot !== undefined) return starts;
  return withStartsBetween(starts, type.lengthMinutes, step);
}

/** Every minute, where the service or an event type of it is not made of multiples of the grid. */
function stepOf(plan: ServicePlan): number {
  const lengths = plan.segments.flatMap(({ durationMinutes, gapAfter }) => [durationMinutes, gapAfter.minMinutes]);
  const types = typesOf(plan).flatMap(({ lengthMinutes, definition }) => [
    definition.slotIntervalMinutes ?? lengthMinutes,
    definition.beforeBufferMinutes,
    definition.afterBufferMinutes,
  ]);
  return [...lengths, ...types].every((minutes) => minutes % GRID_MINUTES === 0) ? GRID_MINUTES : 1;
}
