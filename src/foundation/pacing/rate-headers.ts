/** What an answer says about the rate. */
export interface RateWord {
  limit?: number;
  remaining?: number;
  /** Until the provider's window or block ends. */
  resetSeconds: number;
  /** The call was refused for its rate (429). */
  refused: boolean;
}

/** Where no header tells: the usual window, and the usual block. */
const RESET_DEFAULT_SECONDS = 60;
/** A block never lasts an hour; a larger number is a mistake that would silence a company. */
const RESET_MAX_SECONDS = 3_600;
/** Numbers above are moments in time (epoch), in seconds or milliseconds; below, durations in seconds. */
const EPOCH_FROM = 1_000_000_000;
const EPOCH_MS_FROM = 1_000_000_000_000;

/**
 * Reads `X-RateLimit-{Limit,Remaining,Reset}[-<name of the limit>]` and `Retry-After`. Where an answer names several
 * limits, the one that leaves least speaks.
 */
export function rateWord(headers: Record<string, unknown>, status: number, nowMs: number): RateWord {
  const { limit, remaining, reset } = tightest(headers);
  const refused = status === 429;
  const retryAfter = refused ? numberIn(headers['retry-after']) : undefined;
  const seconds = Math.max(secondsFrom(reset, nowMs), secondsFrom(retryAfter, nowMs));
  const resetSeconds = seconds > 0 ? Math.min(RESET_MAX_SECONDS, seconds) : RESET_DEFAULT_SECONDS;
  return { limit, remaining, resetSeconds, refused };
}

interface Limit {
  limit?: number;
  remaining?: number;
  reset?: number;
}

function tightest(headers: Record<string, unknown>): Limit {
  const limits = new Map<string, Limit>();
  for (const [name, value] of Object.entries(headers)) {
    const [, field, of = ''] = /^x-ratelimit-(limit|remaining|reset)(-.*)?$/.exec(name.toLowerCase()) ?? [];
    const number = field ? numberIn(value) : undefined;
    if (field && number !== undefined) limits.set(of, { ...limits.get(of), [field]: number });
  }
  return [...limits.values()].sort((a, b) => (a.remaining ?? Infinity) - (b.remaining ?? Infinity))[0] ?? {};
}

function numberIn(value: unknown): number | undefined {
  const isText = typeof value === 'string' && /^\d{1,15}(\.\d+)?$/.test(value.trim());
  return isText || typeof value === 'number' ? Number(value) : undefined;
}

function secondsFrom(value: number | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  if (value < EPOCH_FROM) return Math.ceil(value);
  return Math.ceil(((value < EPOCH_MS_FROM ? value * 1000 : value) - nowMs) / 1000);
}
