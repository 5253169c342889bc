/** Idle budget is worth nothing, so it is spent on freshness. */
export const TTL_MIN_MS = 45_000;
export const TTL_MAX_MS = 3_600_000;
/** A page that was read once is often read again with a longer wait: so much longer an old answer is shown meanwhile. */
const REVALIDATE_MAX_MS = 600_000;
/** What is shown while the provider cannot be asked; older knowledge is none. */
export const OUTAGE_AGE_MAX_MS = 2 * 3_600_000;

/** Below this share of the budget nothing is stretched; above the second everything is. */
const STRETCH_FROM = 0.25;
const STRETCH_TO = 0.85;
const NEAR_DAYS = 2;
const FAR_DAYS = 14;

/**
 * How long an answer counts as fresh: 45 s while the credential's budget is idle, up to an hour as it fills, and longer
 * for days that are far away, for there bookings and changes are rarer.
 *
 * @param usedShare of the credential's calls in its window, 0 to 1
 * @param daysAhead of the nearest day that is shown
 */
export function ttlMs(usedShare: number, daysAhead: number): number {
  const stretch = Math.min(1, Math.max(0, (usedShare - STRETCH_FROM) / (STRETCH_TO - STRETCH_FROM)));
  const byBudget = TTL_MIN_MS * (TTL_MAX_MS / TTL_MIN_MS) ** stretch;
  const byDistance = daysAhead < NEAR_DAYS ? 1 : daysAhead < FAR_DAYS ? 2 : 4;
  return Math.min(TTL_MAX_MS, byBudget * byDistance);
}

/** The age up to which an answer is shown while it is being renewed. */
export function shownWhileRenewedMs(ttl: number): number {
  return ttl + Math.min(ttl, REVALIDATE_MAX_MS);
}
