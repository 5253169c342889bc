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

/** What a lane may use, over the whole window and over younger parts of it: all of it must hold. */
export interface LaneRules {
  whole: PaceBudget;
  younger: PaceBudget[];
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

/**
 * What reads may use of younger parts of the window, in seconds of 61 and calls of 116. After a burst of reads no place
 * comes back for a minute: the first step keeps 26 places for writes (20 a minute and their chance), the next ones let
 * that reserve melt until old permits run out and refill it, and the last one has a place come back within a second
 * of any write. Each step allows as much as a steady stream takes (1.9 a second), so the reserve costs no throughput.
 */
const READS_OF_YOUNGER: readonly [seconds: number, calls: number][] = [
  [46, 90],
  [51, 99],
  [56, 108],
  [60, 114],
];
/** After a burst of background work 13 places more are left for people; it too fills the budget when it is alone. */
const BACKGROUND_OF_YOUNGER: typeof READS_OF_YOUNGER = [[40, 77], ...READS_OF_YOUNGER];

/**
 * Reads leave a reserve for writes, and background work one for people, without wasting it: it binds in bursts only,
 * for in a steady stream places come back one by one. One call is always left to writes alone.
 */
export function rulesFor(lane: Lane, budget: PaceBudget): LaneRules {
  if (lane === 'write') return { whole: budget, younger: [] };
  const steps = lane === 'interactive' ? READS_OF_YOUNGER : BACKGROUND_OF_YOUNGER;
  const callsMax = Math.max(1, budget.calls - 1);
  const younger = steps.map(([seconds, calls]) => ({
    calls: Math.max(1, Math.min(callsMax, Math.round((budget.calls * calls) / CALCOM_BUDGET.calls))),
    windowMs: Math.round((budget.windowMs * seconds * 1000) / CALCOM_BUDGET.windowMs),
  }));
  return { whole: { ...budget, calls: callsMax }, younger };
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
  const left = [rules.whole, ...rules.younger].map(
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
    ...[rules.whole, ...rules.younger].map((rule) => placeFreeAt(log, nowMs, rule, ahead)),
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
