/** Younger answers are not asked for again, however often they are read. */
export const TTL_MIN_MS = 45_000;
export const TTL_MAX_MS = 3_600_000;
/**
 * The ages of all answers that were shown since the last call may add up to this before the next one is due: what many
 * read is asked for often, what few read seldom. With the same number of calls nothing makes answers younger on average.
 * `npm run simulate` gave the number: at 12.8 reads a second it costs 119 calls for a thousand reads.
 */
const SHOWN_MAX_MS = 2_700_000;
/** What is hardly ever read is not older than this for days that are near. */
const RARE_MAX_MS = 900_000;
/** So much longer an old answer is shown while it is being renewed. */
const REVALIDATE_MAX_MS = 120_000;
/** What is shown while the provider cannot be asked; older knowledge is none. */
export const OUTAGE_AGE_MAX_MS = 2 * 3_600_000;
/** An answer that is given again without asking the store is not counted, so beyond the least age only for so long. */
const UNCOUNTED_MS = 5_000;

const NEAR_DAYS = 2;
const FAR_DAYS = 14;

export interface Reading {
  /** Of the credential's calls in its window, 0 to 1. */
  usedShare: number;
  /** Of the nearest day that is shown. */
  daysAhead: number;
  /** Ages of the answers that were shown since the last call, added up. */
  shownMs: number;
}

/**
 * How long an answer counts as fresh: 45 s to 15 minutes, the shorter the more it is read; at least as much of an hour as
 * is used of the credential's budget, so that calls grow rarer as it fills; twice as long for days from the second on and
 * four times from the fourteenth on, for there bookings and changes are rarer; at most an hour.
 */
export function ttlMs({ usedShare, daysAhead, shownMs }: Reading): number {
  const byBudget = TTL_MIN_MS + usedShare * (TTL_MAX_MS - TTL_MIN_MS);
  const byReaders = Math.min(RARE_MAX_MS, SHOWN_MAX_MS - shownMs);
  const byDistance = daysAhead < NEAR_DAYS ? 1 : daysAhead < FAR_DAYS ? 2 : 4;
  return Math.min(TTL_MAX_MS, byDistance * Math.max(byBudget, byReaders));
}

/** The age up to which an answer is shown while it is being renewed. */
export function shownWhileRenewedMs(ttl: number): number {
  return ttl + Math.min(ttl, REVALIDATE_MAX_MS);
}

/** For how long an answer of this age may be given again without asking the store. */
export function repeatableMs(ttl: number, ageMs: number): number {
  return Math.min(ttl - ageMs, Math.max(TTL_MIN_MS - ageMs, UNCOUNTED_MS));
}
