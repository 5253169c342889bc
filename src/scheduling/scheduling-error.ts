/**
 * What can go wrong at a provider, by meaning. The stage decides what may be done next:
 * - refused (`SLOT_UNAVAILABLE`, `REFUSED`, `INVALID_REQUEST`, `*_NOT_FOUND`): nothing happened; repeating is pointless.
 * - not sent (`RATE_LIMITED`, `AUTHENTICATION_FAILED`, `UNAVAILABLE`): nothing happened; may be repeated later.
 * - `NOT_SENT`: a prepared write that waited too long to be sent, or lost its connection first: nothing happened; prepare
 *   it again at once.
 * - `OUTCOME_UNKNOWN`: the request had left and no trustworthy answer came; it may have taken effect. Never repeat it, look.
 */
export type SchedulingErrorCode =
  | 'SLOT_UNAVAILABLE'
  | 'REFUSED'
  | 'INVALID_REQUEST'
  | 'EVENT_TYPE_NOT_FOUND'
  | 'BOOKING_NOT_FOUND'
  | 'NOT_FOUND'
  | 'AUTHENTICATION_FAILED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'NOT_SENT'
  | 'OUTCOME_UNKNOWN'
  | 'UNSUPPORTED';

/** Why a provider refused, where it can be told apart; a closed set, so that callers never parse a message. */
export type RefusalReason =
  | 'HOST_BUSY'
  | 'SEATS_FULL'
  | 'LIMIT_REACHED'
  | 'OUTSIDE_BOOKING_WINDOW'
  | 'IN_THE_PAST'
  | 'ATTENDEE_LIMIT_REACHED'
  | 'ATTENDEE_BLOCKED'
  | 'FIELD_MISSING_OR_INVALID'
  | 'LENGTH_NOT_ALLOWED'
  | 'CANCELLING_DISABLED'
  | 'ALREADY_ENDED'
  | 'NOT_STARTED'
  | 'ALREADY_CANCELLED'
  | 'ALREADY_RESCHEDULED'
  | 'ALREADY_CONFIRMED'
  | 'REJECTED_EARLIER'
  | 'MANAGED_PARENT'
  | 'NO_HOSTS'
  | 'AUTHENTICATION_REQUIRED'
  | 'SLUG_TAKEN'
  | 'DUPLICATE'
  | 'FORBIDDEN'
  | 'OTHER';

export interface SchedulingErrorDetails {
  reason?: RefusalReason;
  /** Seconds after which a repeat makes sense; present for `RATE_LIMITED`, and for `UNAVAILABLE` where it is known. */
  retryAfterSeconds?: number;
  /** The provider's HTTP status, when there was an answer. */
  providerStatus?: number;
  /** The uid of the booking that replaced the one asked for (`ALREADY_RESCHEDULED`). Never shown to a caller. */
  successorUid?: string;
}

/** An expected failure at a provider. `message` is for our log; it may hold the provider's words and is never shown. */
export class SchedulingError extends Error {
  override readonly name = 'SchedulingError';

  constructor(
    readonly code: SchedulingErrorCode,
    message: string,
    readonly details: SchedulingErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
