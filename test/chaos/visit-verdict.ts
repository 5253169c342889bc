import type { OurVisit, ProviderBooking } from './evidence';
import type { ToldPart, Wish } from './journal';
import type { Salon } from './salon';
import type { Sold } from './sold';

const MINUTE_MS = 60_000;

/** Each segment there exactly once, in order, by one of its people, with gaps as they are sold. */
export function isWhole({ segments }: Sold, { staff }: Salon, active: ProviderBooking[]): boolean {
  if (active.length !== segments.length) return false;
  const inOrder = active.toSorted((a, b) => a.startMs - b.startMs);
  return segments.every(({ minutes, gap, by }, index) => {
    const { startMs, endMs, hostIds } = inOrder[index]!;
    const next = inOrder[index + 1];
    const isTheirs = hostIds.length === 1 && by.some((who) => staff[who]!.hostId === hostIds[0]);
    return isTheirs && endMs - startMs === minutes * MINUTE_MS && (!next || isGap(next.startMs - endMs, gap));
  });
}

function isGap(ms: number, { minMinutes, maxMinutes } = { minMinutes: 0, maxMinutes: 0 }): boolean {
  return ms >= minMinutes * MINUTE_MS && ms <= maxMinutes * MINUTE_MS;
}

/** Exactly what its caller was told: each segment at its time, by its person. */
export function isAsTold(parts: ToldPart[], { staff }: Salon, active: ProviderBooking[]): boolean {
  const hosts = new Map(staff.map(({ id, hostId }) => [id, hostId]));
  const told = parts.map(({ startMs, endMs, staffId }) => `${startMs} ${endMs} ${hosts.get(staffId)}`);
  const there = active.map(({ startMs, endMs, hostIds }) => `${startMs} ${endMs} ${hostIds.join()}`);
  return told.sort().join() === there.sort().join();
}

/** Where the wish must be, or, with a move that was never answered, where it may be. */
export function isWhereItMayBe({ parts, mayStartAt }: Wish, salon: Salon, active: ProviderBooking[]): boolean {
  if (parts) return isAsTold(parts, salon, active);
  return !mayStartAt || mayStartAt.includes(Math.min(...active.map(({ startMs }) => startMs)));
}

/** What a record of a visit says otherwise than the provider does; undefined when both say the same. */
export function differenceOf(visit: OurVisit, salon: Salon, active: ProviderBooking[]): string | undefined {
  const { status, parts } = visit;
  if (status === 'cancelled' || status === 'compensated') return active.length === 0 ? undefined : 'active there';
  if (status !== 'confirmed') return status === 'disrupted' ? 'disrupted, though nobody else changed it' : undefined;
  if (parts.some((part) => part.status !== 'confirmed')) return 'not all of its segments are confirmed';
  return isAsTold(parts, salon, active) ? undefined : 'not as it is there';
}

/** A segment booked twice: two active bookings of one visit at one time. */
export function isDoubled(active: ProviderBooking[]): boolean {
  const sorted = active.toSorted((a, b) => a.startMs - b.startMs);
  return sorted.some(({ endMs }, index) => (sorted[index + 1]?.startMs ?? Infinity) < endMs);
}
