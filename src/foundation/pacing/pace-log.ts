/** So many calls in any stretch of time of this length. */
export interface PaceBudget {
  calls: number;
  windowMs: number;
}

/**
 * 116 in any 61 s, not 120 in 60 s: Cal.com counts in its own window, which never lines up with ours, calls arrive up
 * to a second after their permit, and an overrun blocks the key for a minute.
 */
export const CALCOM_BUDGET: PaceBudget = { calls: 116, windowMs: 61_000 };

/** Best first. Whatever a lane may do, a better one may do too. */
export const LANES = ['write', 'interactive', 'background'] as const;
export type Lane = (typeof LANES)[number];

/** What a lane may use, over the whole window and over the younger part of it. */
export interface LaneRules {
  whole: PaceBudget;
  young: PaceBudget;
}

/** What is known of one credential. All times are of the store's clock, milliseconds since the epoch. */
export interface PaceLog {
  /** When permits were given, oldest first; older ones than the window may be missing. */
  permitsMs: number[];
  /** The provider has blocked the credential until then; 0 = never. */
  silentUntilMs: number;
  /** The provider leaves less than our log believes: others use the credential too, or its limit is lower. */
  cap?: ProviderCap;
}

/** At most so many permits given after `sinceMs`, until the provider's window ends. */
export interface ProviderCap {
  sinceMs: number;
  untilMs: number;
  calls: number;
}

/** Of 116 calls: reads never touch the last 2, so that the next write finds a place, whoever asks first. */
const LAST_SHARE = 2 / 116;
/**
 * Of 116 calls: what reads leave for writes, and half of it more background for interactive reads. After a burst of reads no place
 * comes back for a minute: the reserve then has to carry 20 writes a minute and their chance.
 */
const RESERVE_SHARE = 26 / 116;
/**
 * Of 61 s: that long before old permits run out the reserve need not be kept idle, they will refill it. In the other
 * 46 s a steady stream takes 86 places: fewer than the 90 that are free to reads, so the reserve costs no throughput.
 */
const REFILL_SHARE = 15 / 61;

/**
 * Reads leave a reserve for writes without wasting it: they use 90 in any 46 s, and 114 in any 61 s. A burst of reads
 * so leaves 26 places for writes, while a steady stream uses all but two, for places come back one by one.
 */
export function rulesFor(lane: Lane, budget: PaceBudget): LaneRules {
  const { calls, windowMs } = budget;
  const rank = LANES.indexOf(lane);
  if (rank === 0) return { whole: budget, young: budget };
  const but = (share: number): number => Math.max(1, calls - Math.max(rank, Math.round(calls * share)));
  return {
    whole: { calls: but(LAST_SHARE * rank), windowMs },
    young: { calls: but((RESERVE_SHARE * (rank + 1)) / 2), windowMs: Math.round(windowMs * (1 - REFILL_SHARE)) },
  };
}

/** The permits that still count. One from the future (the clock was set back) counts as of now. */
export function stillCounting(permitsMs: number[], nowMs: number, windowMs: number): number[] {
  return permitsMs.slice(placeAfter(permitsMs, nowMs - windowMs)).map((at) => Math.min(at, nowMs));
}

/** The place of the first permit later than this, for logs are in order. */
function placeAfter(permitsMs: number[], ms: number): number {
  let [low, high] = [0, permitsMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (permitsMs[middle]! > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many of `want` permits may be given now. The statement of the Postgres store decides alike. */
export function permitsFree(log: PaceLog, nowMs: number, rules: LaneRules, want: number): number {
  if (log.silentUntilMs > nowMs) return 0;
  const left = [rules.whole, rules.young].map(
    ({ calls, windowMs }) => calls - countAfter(log.permitsMs, nowMs - windowMs),
  );
  const capped = log.cap && log.cap.untilMs > nowMs ? [log.cap.calls - usedOfCap(log.cap, log, nowMs, rules)] : [];
  return Math.max(0, Math.min(want, ...left, ...capped));
}

/**
 * The earliest moment at which the next permit but `ahead` could be given, if nobody else asked meanwhile. Never
 * before `nowMs`.
 */
export function permittedAt(log: PaceLog, nowMs: number, rules: LaneRules, ahead: number): number {
  const { cap } = log;
  const isCapped = cap && cap.untilMs > nowMs && usedOfCap(cap, log, nowMs, rules) + ahead >= cap.calls;
  return Math.max(
    nowMs,
    log.silentUntilMs,
    isCapped ? cap.untilMs : 0,
    placeFreeAt(log, nowMs, rules.whole, ahead),
    placeFreeAt(log, nowMs, rules.young, ahead),
  );
}

function placeFreeAt(log: PaceLog, nowMs: number, rule: PaceBudget, ahead: number): number {
  const first = placeAfter(log.permitsMs, nowMs - rule.windowMs);
  const mustRunOut = log.permitsMs.length - first + ahead + 1 - rule.calls;
  if (mustRunOut <= 0) return nowMs;
  return Math.min(nowMs, log.permitsMs[first + mustRunOut - 1] ?? nowMs) + rule.windowMs;
}

function usedOfCap(cap: ProviderCap, log: PaceLog, nowMs: number, { whole }: LaneRules): number {
  return countAfter(log.permitsMs, Math.max(nowMs - whole.windowMs, cap.sinceMs));
}

function countAfter(permitsMs: number[], ms: number): number {
  return permitsMs.length - placeAfter(permitsMs, ms);
}
