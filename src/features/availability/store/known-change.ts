import { startPlaceOf } from '../claims/claimed-times';
import type { TimeClaim } from '../claims/time-claim';

/**
 * What happened to hosts' times. `taken`: nobody else can have it any more. `changed`: it may be free again, so the
 * provider is to be asked.
 */
export interface TimeChange {
  kind: 'taken' | 'changed';
  /** As in claims: `host 5`. */
  hosts: string[];
  /** The provider's id of the type that was booked, where known. */
  eventType?: string;
  fromMs: number;
  toMs: number;
  /** Whose time it is: a later change of the same subject counts instead of an earlier one. */
  subject: string;
}

/** A hold or a booking in flight has this time, until it ends or expires. */
export interface ClaimMade {
  kind: 'claimed';
  claimant: string;
  host: string;
  fromMs: number;
  toMs: number;
  expiresAtMs?: number;
}

export interface ClaimEnded {
  kind: 'ended';
  claimant: string;
}

export type KnownChange = TimeChange | ClaimMade | ClaimEnded;

/** As claims, to be held against others; of its own type it takes the start as well, as a hold of it would. */
export function claimsOf(account: string, { hosts, eventType, fromMs, toMs }: TimeChange): TimeClaim[] {
  const places = eventType === undefined ? hosts : [...hosts, startPlaceOf(eventType)];
  return places.map((host) => ({ account, host, fromMs, toMs }));
}
