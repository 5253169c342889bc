/** What a company's own programs are told of; the table of `docs/outgoing-events.md`. */
export const OUTGOING_EVENT_TYPES = [
  'booking.created',
  'booking.rescheduled',
  'booking.cancelled',
  'booking.confirmed',
  'booking.rejected',
  'booking.updated',
  'booking.needs_attention',
  'composite_booking.confirmed',
  'composite_booking.rescheduled',
  'composite_booking.cancelled',
  'composite_booking.disrupted',
  'composite_booking.needs_attention',
] as const;
export type OutgoingEventType = (typeof OUTGOING_EVENT_TYPES)[number];

/** Sent on request, to one endpoint, whatever types it listens to. */
export const TEST_EVENT_TYPE = 'test';
