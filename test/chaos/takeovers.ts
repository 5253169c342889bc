import type { Takeover } from './evidence';

/** Takeovers are to take no longer than this, 19 of 20. */
export const TAKEOVER_SECONDS = 3;
/** With fewer of them a single one decides. */
const ENOUGH = 100;
/** Whoever lost its connections needs a moment to have them again. */
const AFTER_OUTAGE_MS = 3_000;

/** In seconds; `share` of all took no longer. */
export function quantile(takeovers: Takeover[], share: number): number {
  const times = takeovers.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

/** Those that met no crash of Postgres: without it nobody can take over. */
export function undisturbed(takeovers: Takeover[], outages: { fromMs: number; toMs: number }[]): Takeover[] {
  return takeovers.filter(({ atMs, seconds }) =>
    outages.every(({ fromMs, toMs }) => atMs < fromMs || atMs - seconds * 1_000 > toMs + AFTER_OUTAGE_MS),
  );
}

/** What is wrong with how long they took, in words. */
export function tooSlow(takeovers: Takeover[]): string[] {
  const seconds = quantile(takeovers, 0.95);
  if (takeovers.length < ENOUGH || seconds <= TAKEOVER_SECONDS) return [];
  return [`p95 of ${takeovers.length} takeovers: ${seconds.toFixed(2)} s`];
}
