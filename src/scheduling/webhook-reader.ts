import type { EpochMs, ProviderBookingStatus } from './words';

/**
 * What a delivery says happened. `reschedule-requested`: cancelled by a host who asks for another time. `changed`:
 * something else about a booking, or a body that names a booking and does not say what happened: to be read.
 * `event-types`: the offer changed, not a booking. `other`: concerns no booking.
 */
export type WebhookEffect =
  | 'created'
  | 'requested'
  | 'rescheduled'
  | 'cancelled'
  | 'reschedule-requested'
  | 'rejected'
  | 'changed'
  | 'event-types'
  | 'other';

/** A delivery after verification: a hint about one booking, never the last word. */
export interface WebhookNotice {
  /** The provider's own trigger name, `UNKNOWN` when the body names none. */
  trigger: string;
  effect: WebhookEffect;
  /** Uid of the booking as it is after the event. */
  uid?: string;
  /** Uid before a reschedule. */
  previousUid?: string;
  bookingId?: string;
  eventTypeId?: string;
  /** The status that the event gave the booking; absent where the event is about something else. */
  status?: ProviderBookingStatus;
  startMs?: EpochMs;
  endMs?: EpochMs;
  attendee?: { name: string; email?: string; phoneNumber?: string; timeZone: string; language?: string };
  title?: string;
  location?: string;
  reason?: string;
  ref?: string;
  metadata: Record<string, string>;
  createdAtMs?: EpochMs;
}

/** The provider's half of receiving: whether bytes are genuine, and what they mean. */
export interface WebhookReader {
  /**
   * Whether one of the secrets signed exactly these bytes. No secret, no signature, two signatures or a provider's
   * "no secret" marker is never genuine. Compares in constant time.
   */
  isGenuine(rawBody: Buffer, headers: Record<string, string | string[] | undefined>, secrets: string[]): boolean;
  /** Never throws: a body that cannot be understood is `other`, because it is stored and answered all the same. */
  parse(rawBody: Buffer): WebhookNotice;
}
