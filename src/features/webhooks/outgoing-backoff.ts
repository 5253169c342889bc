const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses after each failed attempt: quick for a restart, then through a night. 11 attempts in 23 h 43 min, so that a
 * receiver that was repaired within a day has missed nothing.
 */
const PAUSES_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  8 * HOUR,
];

/** A fifth to either side, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * How long to wait after the nth failure of a round (1, 2 ...); undefined = it is given up.
 *
 * @param random from 0 to below 1
 */
export function pauseAfter(failures: number, random = Math.random()): number | undefined {
  const pause = PAUSES_MS[failures - 1];
  return pause === undefined ? undefined : Math.round(pause * (1 - JITTER + 2 * JITTER * random));
}
