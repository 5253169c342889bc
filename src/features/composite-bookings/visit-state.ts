/**
 * `outcome_pending`: being booked. `disrupted`: a segment was cancelled or moved from the provider's side.
 * `compensating`: it did not come about, and what was booked of it is being cancelled. `compensated`: nothing of it is
 * booked. `needs_attention`: a segment is in doubt, and only a person can settle it.
 */
export const VISIT_STATUSES = [
  'outcome_pending',
  'confirmed',
  'rescheduling',
  'cancelling',
  'disrupted',
  'cancelled',
  'compensating',
  'compensated',
  'needs_attention',
] as const;
export type VisitStatus = (typeof VISIT_STATUSES)[number];

/** What may become of a visit, and by what. What is not here cannot happen. */
export const VISIT_TRANSITIONS: Record<VisitStatus, Partial<Record<VisitStatus, string>>> = {
  outcome_pending: {
    confirmed: 'every segment is booked, the pivot',
    compensating: 'a segment was refused, or the deadline has come',
  },
  confirmed: {
    rescheduling: 'a new time is asked for',
    cancelling: 'the cancellation is asked for',
    disrupted: 'a segment changed at the provider',
    cancelled: 'every segment was cancelled at the provider',
    needs_attention: 'a booking that a move has replaced cannot be cancelled',
  },
  rescheduling: {
    confirmed: 'moved as a whole, or back where it was',
    disrupted: 'a segment changed at the provider meanwhile',
    cancelled: 'every segment was cancelled at the provider meanwhile',
    needs_attention: 'a segment could not be moved back',
  },
  cancelling: {
    cancelled: 'every segment is cancelled',
    needs_attention: 'the provider refuses for good to cancel a segment',
  },
  disrupted: {
    rescheduling: 'a new time is asked for',
    cancelling: 'the cancellation of the rest is asked for',
    confirmed: 'every segment is where it was agreed on again',
    cancelled: 'every segment was cancelled at the provider',
    needs_attention: 'a booking that a move has replaced cannot be cancelled',
  },
  cancelled: {
    disrupted: 'a host has brought a segment back, long after it',
    confirmed: 'a host has brought back what was left of it, long after it',
    needs_attention: 'what came back to life cannot be cancelled again',
  },
  compensating: {
    compensated: 'nothing is booked, nothing can come any more',
    needs_attention: 'the provider refuses for good to cancel a segment',
  },
  compensated: {
    outcome_pending: 'the same request was made anew',
    compensating: 'a booking appeared after all',
  },
  needs_attention: {
    compensating: 'retried, after it did not come about',
    cancelling: 'retried, after its cancellation',
    rescheduling: 'retried, after its move',
    needs_attention: 'another part of what is done with it needs a person as well',
    compensated: 'resolved: nothing of it is booked',
    cancelled: 'resolved: nothing of it is left',
    confirmed: 'resolved: every segment is where it was agreed on',
    disrupted: 'resolved: a segment is not where it was agreed on',
  },
};

export function canBecome(from: VisitStatus, to: VisitStatus): boolean {
  return VISIT_TRANSITIONS[from][to] !== undefined;
}

/** From which statuses a visit can come to this one. */
export function sourcesOf(to: VisitStatus): VisitStatus[] {
  return VISIT_STATUSES.filter((from) => canBecome(from, to));
}
