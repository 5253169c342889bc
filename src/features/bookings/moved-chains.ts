import type { ProviderBooking } from '../../scheduling/words';
import type { Truth } from './provider-truth';

/** A booking with the uids it had before, newest first, as far as a list shows them. */
export interface MovedChain extends Truth {
  /** False when the list does not show where the chain begins. */
  isWhole: boolean;
}

/**
 * The bookings of a list that count: those that another one on it replaces become its former uids. Of a booking that is
 * on the list twice the later one counts.
 */
export function newestOfChains(bookings: ProviderBooking[]): MovedChain[] {
  const byUid = new Map(bookings.map((booking) => [booking.uid, booking]));
  const before = predecessors([...byUid.values()]);
  const replaced = new Set(before.values());
  return [...byUid.values()]
    .filter(({ uid }) => !replaced.has(uid))
    .map((booking) => {
      const former = formerUids(booking.uid, before);
      return { booking, formerUids: former, isWhole: former.every((uid) => byUid.has(uid)) };
    });
}

/** By uid, the uid that it was moved from; servers name one side of a move or both. */
function predecessors(bookings: ProviderBooking[]): Map<string, string> {
  const listed = new Set(bookings.map(({ uid }) => uid));
  const before = new Map<string, string>();
  for (const { uid, rescheduledFromUid, rescheduledToUid } of bookings) {
    if (rescheduledFromUid !== undefined) before.set(uid, rescheduledFromUid);
    if (rescheduledToUid !== undefined && listed.has(rescheduledToUid)) before.set(rescheduledToUid, uid);
  }
  return before;
}

function formerUids(uid: string, before: Map<string, string>): string[] {
  const found: string[] = [];
  for (let at = before.get(uid); at !== undefined && !found.includes(at); at = before.get(at)) found.push(at);
  return found;
}
