import { shownWhileRenewedMs } from '../store/freshness';
import type { StoredType } from '../store/stored-type';

/**
 * What a stored answer is worth: shown as it is; shown while it is renewed; shown only if it cannot be renewed in time
 * (`old`, and `doubtful` when something has changed in it); not there.
 */
export type Condition = 'fresh' | 'due' | 'old' | 'doubtful' | 'missing';

export function conditionOf(stored: StoredType, fromMs: number, toMs: number, nowMs: number, ttl: number): Condition {
  const windows = stored.windowsFor(fromMs, toMs);
  if (!windows) return 'missing';
  const touched = stored.doubts
    .map((doubt) => ({ ...doubt, ...stored.startsTouching(doubt.fromMs, doubt.toMs) }))
    .filter((doubt) => doubt.fromMs < toMs && doubt.toMs > fromMs);
  if (touched.some(({ wasAsked }) => !wasAsked)) return 'doubtful';
  const ageMs = nowMs - Math.min(...windows.map(({ askedAtMs }) => askedAtMs));
  if (ageMs > shownWhileRenewedMs(ttl)) return 'old';
  const isToBeAsked = touched.some(({ trustedFromMs }) => nowMs >= trustedFromMs);
  return ageMs > ttl || isToBeAsked ? 'due' : 'fresh';
}
