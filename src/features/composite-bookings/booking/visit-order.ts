import type { VisitPart } from '../../availability/composite/visit-offers.service';
import type { VisitOrder } from '../../../foundation/config/app-config';
import type { ServicePlan } from '../../services/services.service';

/**
 * Places of the segments in the order of a saga's steps, of which the last is done first. `last-first`: from the end of
 * the visit to its beginning. `hardest-first`: what fewest can do, and of that the longest, so that what is likeliest to
 * be refused is refused before anything else was booked.
 */
export function stepOrder(order: VisitOrder, { segments }: ServicePlan, parts: readonly VisitPart[]): number[] {
  const places = [...parts.keys()];
  if (order === 'last-first') return places;
  const choices = (place: number): number => segments[place]?.staff.length ?? 0;
  const length = (place: number): number => parts[place]!.endMs - parts[place]!.startMs;
  return places.sort((a, b) => choices(b) - choices(a) || length(a) - length(b) || a - b);
}
