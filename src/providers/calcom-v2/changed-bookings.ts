import type { EpochMs } from '../../scheduling/words';
import type { Caller } from './call';
import { CalcomV2Client } from './client';
import { type Change, markOf } from './list-place';
import { toInstant } from './mapper';
import type { WireBooking } from './wire';

/** Most that an answer holds. */
const TAKE_MAX = 250;

interface Changes {
  items: WireBooking[];
  next?: Change;
}

/**
 * Bookings by their last change, those changed longest ago first. A page begins at the instant of the last change that
 * was seen, never behind a number of bookings: one that changes meanwhile moves to the end of the list, and the one
 * behind it would be skipped. Bookings of that same instant come in any order, so those that were seen are remembered.
 */
export class ChangedBookings {
  constructor(private readonly client: CalcomV2Client) {}

  async page(caller: Caller, from: Change, size: number): Promise<Changes> {
    const items = await this.fresh(caller, from, size + 1);
    if (items.length <= size) return { items };
    const page = items.slice(0, size);
    return { items: page, next: behind(from, page) };
  }

  /** As many of the bookings behind a place as are wanted, or all there are. */
  private async fresh(caller: Caller, { sinceMs, seen }: Change, wanted: number): Promise<WireBooking[]> {
    const known = new Set(seen);
    const items: WireBooking[] = [];
    const take = Math.min(TAKE_MAX, wanted + seen.length);
    for (let skip = 0; items.length < wanted; skip += take) {
      const found = await this.read(caller, sinceMs, { skip, take });
      items.push(
        ...found.filter((item) => {
          const at = changedAt(item);
          return at > sinceMs || (at === sinceMs && !known.has(markOf(item.uid)));
        }),
      );
      if (found.length < take) break;
    }
    return items;
  }

  /** Servers may take the bound as exclusive; so it lies a millisecond before. */
  private read(caller: Caller, sinceMs: EpochMs, part: { skip: number; take: number }): Promise<WireBooking[]> {
    return this.client.listBookings(caller, {
      afterUpdatedAt: toInstant(sinceMs - 1),
      sortUpdatedAt: 'asc',
      ...part,
    });
  }
}

function behind({ sinceMs, seen }: Change, page: WireBooking[]): Change {
  const lastMs = Math.max(...page.map(changedAt));
  const marks = page.filter((item) => changedAt(item) === lastMs).map(({ uid }) => markOf(uid));
  return { sinceMs: lastMs, seen: lastMs === sinceMs ? [...seen, ...marks] : marks };
}

function changedAt({ updatedAt }: WireBooking): EpochMs {
  return updatedAt ? Date.parse(updatedAt) : 0;
}
