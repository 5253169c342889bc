import type { EpochMs } from '../../scheduling/words';
import type { Caller } from './call';
import { CalcomV2Client } from './client';
import type { Change } from './list-place';
import { toInstant } from './mapper';
import type { WireBooking } from './wire';

/** Most that an answer holds. */
const TAKE_MAX = 250;
/** Read beside a page, so that a few bookings that slipped in before the last one seen do not hide it. */
const SPARE = 10;

interface Changes {
  items: WireBooking[];
  next?: Change;
}

interface Read {
  sinceMs: EpochMs;
  skip: number;
  take: number;
}

/**
 * Bookings by their last change, those changed longest ago first. A page begins behind the last booking of the page
 * before, never behind a number of bookings: one that changes meanwhile moves to the end of the list, and the one behind
 * it would be skipped. Where the last one has itself moved, the page begins anew at its instant: twice is better than
 * never.
 */
export class ChangedBookings {
  constructor(private readonly client: CalcomV2Client) {}

  async page(caller: Caller, from: EpochMs | Change, size: number): Promise<Changes> {
    if (typeof from === 'number') return this.fromStart(caller, from, size);
    const before = Math.max(0, from.skip - 1);
    const take = Math.min(TAKE_MAX, size + 1 + SPARE);
    const found = await this.read(caller, { sinceMs: from.sinceMs, skip: before, take });
    // Changed again, it is further behind, and what was not seen may be before it.
    const last = found.findIndex((item) => item.uid === from.last && changedAt(item) <= from.sinceMs);
    if (last < 0) return this.fromStart(caller, from.sinceMs, size);
    const rest = { items: found.slice(last + 1), skipped: before + last + 1, isAll: found.length < take };
    return cut(rest, from.sinceMs, size);
  }

  private async fromStart(caller: Caller, sinceMs: EpochMs, size: number): Promise<Changes> {
    const items = await this.read(caller, { sinceMs, skip: 0, take: size });
    return cut({ items, skipped: 0, isAll: items.length < size }, sinceMs, size);
  }

  /** Servers may take the bound as exclusive; so it lies a millisecond before. */
  private read(caller: Caller, { sinceMs, skip, take }: Read): Promise<WireBooking[]> {
    const query = { afterUpdatedAt: toInstant(sinceMs - 1), sortUpdatedAt: 'asc', skip, take };
    return this.client.listBookings(caller, query);
  }
}

function cut(rest: { items: WireBooking[]; skipped: number; isAll: boolean }, sinceMs: EpochMs, size: number): Changes {
  const items = rest.items.slice(0, size);
  const last = items.at(-1);
  if (!last || (rest.isAll && rest.items.length <= size)) return { items: since(items, sinceMs) };
  const lastMs = changedAt(last);
  // Those of the last instant will be met again, in front of what follows.
  const again = items.filter((item) => changedAt(item) === lastMs).length;
  const place = lastMs > sinceMs ? { sinceMs: lastMs, skip: again } : { sinceMs, skip: rest.skipped + items.length };
  return { items: since(items, sinceMs), next: { ...place, last: last.uid } };
}

function since(items: WireBooking[], sinceMs: EpochMs): WireBooking[] {
  return items.filter((item) => !item.updatedAt || changedAt(item) >= sinceMs);
}

function changedAt({ updatedAt }: WireBooking): EpochMs {
  return updatedAt ? Date.parse(updatedAt) : 0;
}
