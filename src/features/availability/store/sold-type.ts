import type { EventTypeRecord } from '../../event-types/event-types.service';

/** An event type with all that a read of its free times needs to know, so that no read has to ask a database. */
export interface SoldType {
  eventType: EventTypeRecord;
  /** Where its hosts' ids mean something. */
  account: string;
  /** The provider's grid follows the zone it is asked in: always the host's, so that all callers see one grid. */
  gridTimeZone: string;
  companyTimeZone: string;
  locale: string;
  /** Differs when anything that decides about free times does. */
  signature: string;
}

export function keyOf({ eventType: { connectionId, providerId } }: SoldType): string {
  return `${connectionId} ${providerId}`;
}
