/** What can wait for a person, with what a person can do about it. */
export const ATTENTION_KINDS = {
  saga: 'The provider refuses for good to cancel a booking that must not be there: cancel it at the provider by hand.',
  composite_booking:
    'A segment of a visit could not be undone: GET /api/composite-bookings/{id} says which one, why, and what can be done; then retry or resolve it.',
  booking:
    'The booking was marked as one that the service cannot settle: compare it with the provider, and call the customer if they differ.',
  outcome_pending:
    'Nobody is finding out any more whether this was booked: look for it at the provider, and cancel it there or tell the customer.',
  unconfirmed: 'The start has passed, and nobody confirmed or declined the booking: do so, or cancel it.',
  webhook_delivery: 'The webhook could not be applied in an hour of tries: see its last error, then replay it.',
  credential_refused:
    'The provider refuses the credential: put a new one to the connection, or verify the same one again.',
  webhook_registration:
    'The provider does not send webhooks, so changes are seen minutes later: repair the subscription, or register it by hand.',
  synchronisation:
    'The bookings were not compared with the provider for two hours: see the log for the error, and whether the provider is up.',
  endpoint_disabled: 'Events are not sent to this endpoint any more: have its receiver repaired, then enable it again.',
} as const;

export type AttentionKind = keyof typeof ATTENTION_KINDS;
export const ATTENTION_KIND_NAMES = Object.keys(ATTENTION_KINDS) as AttentionKind[];
