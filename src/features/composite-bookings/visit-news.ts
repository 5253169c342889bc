import type { VisitStatus } from './visit-state';

/** What a company's own programs are told of visits. */
export type VisitNews =
  | 'composite_booking.confirmed'
  | 'composite_booking.rescheduled'
  | 'composite_booking.cancelled'
  | 'composite_booking.disrupted'
  | 'composite_booking.needs_attention';

/** Of a visit that did not come about nobody was told before, so nobody is told that it did not. */
export function visitNews(before: VisitStatus, after: VisitStatus): VisitNews | undefined {
  if (before === after) return undefined;
  if (after === 'confirmed') return before === 'rescheduling' ? undefined : 'composite_booking.confirmed';
  if (after === 'cancelled' || after === 'disrupted' || after === 'needs_attention') {
    return `composite_booking.${after}`;
  }
  return undefined;
}
