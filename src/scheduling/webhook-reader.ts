import type { EpochMs, ProviderBookingStatus } from './words';

/** What a delivery says happened. `other` covers everything that concerns no booking or that we do not know. */
export type WebhookEffect = 'created' | 'requested' | 'rescheduled' | 'cancelled' | 'rejected' | 'other';

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
