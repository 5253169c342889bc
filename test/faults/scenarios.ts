import type { Manner } from './front';

/** What is ordered at the sandbox; docs/sandbox.md tells what each means. */
export interface Order {
  scenario: string;
  delayMs?: number;
  status?: number;
  body?: unknown;
  bytes?: number;
}

/** One way in which a call can go wrong. */
export interface Scenario {
  /** What happens, in words. */
  name: string;
  /** Whether a write takes effect; a `late` effect comes after we have given up. */
  effect: 'no' | 'yes' | 'late';
  order?: Order;
  manner?: Manner;
  /** What happens between preparing a write and sending it. */
  between?: 'connection lost' | 'intent grown old';
  /** What it can happen to; both when absent. */
  of?: 'reads' | 'writes';
  /** Whether the call gets to the provider at all; it does when absent. */
  arrives?: false;
  /** Asked with a time-out that is shorter than the provider's silence. */
  isImpatient?: true;
  /** The provider refuses, in words of its own: reads hear of it as well. */
  isRefusal?: true;
  /** Seconds after which the provider says it may be asked again, and how it says so. */
  reset?: { seconds: number; as: 'seconds' | 'epoch' };
}

/** Shorter than any silence below, longer than an answer takes on a busy machine. */
export const IMPATIENT_MS = 700;
const SILENCE_MS = 4_000;
/** After an impatient caller has gone. */
const LATE_MS = 1_500;
/** More than a caller takes, see the transport. */
const TOO_LARGE_BYTES = 6 * 1024 * 1024;
const RESET_SECONDS = 40;

const PAGE = '<html><head><title>Bad Gateway</title></head><body>nginx</body></html>';
const FORBIDDEN = {
  status: 'error',
  error: { code: 'ForbiddenException', message: 'Forbidden resource', details: { statusCode: 403 } },
};

const TAKEN = {
  status: 'error',
  error: { code: 'InternalServerError', message: 'User either already has booking at this time or is not available' },
};

const noEffect = (name: string, order: Order, more: Partial<Scenario> = {}): Scenario => ({
  name,
  effect: 'no',
  order,
  ...more,
});
const withEffect = (name: string, order: Order, more: Partial<Scenario> = {}): Scenario => ({
  name,
  effect: 'yes',
  order,
  ...more,
});

const IMPATIENT = { isImpatient: true } as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'nothing goes wrong', effect: 'yes' },

  { name: 'connection refused', effect: 'no', manner: 'refuses', arrives: false },
  { name: 'connection reset before use', effect: 'no', manner: 'resets-unused', of: 'reads', arrives: false },
  { name: 'connection lost while prepared', effect: 'no', of: 'writes', between: 'connection lost', arrives: false },
  { name: 'intent too old when sent', effect: 'no', of: 'writes', between: 'intent grown old', arrives: false },
  { name: 'reset before the request is read', effect: 'no', manner: 'resets-unread', arrives: false },
  { name: 'redirect', effect: 'no', manner: 'redirects', arrives: false },

  noEffect('500 before the effect', { scenario: 'error-before' }),
  noEffect('502 with a page', { scenario: 'answer', status: 502, body: PAGE }),
  noEffect('503 before the effect', { scenario: 'error-before', status: 503 }),
  noEffect('500 in the words of a refusal', { scenario: 'answer', status: 500, body: TAKEN }),
  withEffect('500 after the effect', { scenario: 'error-after' }),
  withEffect('503 after the effect', { scenario: 'error-after', status: 503 }),

  noEffect('cut before the effect', { scenario: 'cut-before' }),
  withEffect('cut after the effect', { scenario: 'answer-lost' }),
  withEffect('answer cut midway', { scenario: 'cut-midway' }),
  noEffect('silence without effect', { scenario: 'silent-before', delayMs: SILENCE_MS }, IMPATIENT),
  withEffect('silence after the effect', { scenario: 'silent-after', delayMs: SILENCE_MS }, IMPATIENT),
  withEffect('answer drips past the time-out', { scenario: 'drip', delayMs: 100 }, IMPATIENT),
  { name: 'cut, effect later', effect: 'late', order: { scenario: 'effect-late', delayMs: LATE_MS } },
  {
    name: 'effect after the time-out',
    effect: 'late',
    order: { scenario: 'slow', delayMs: LATE_MS },
    ...IMPATIENT,
  },

  noEffect(
    '429, reset in seconds',
    { scenario: 'rate-limited', delayMs: RESET_SECONDS * 1000 },
    { reset: { seconds: RESET_SECONDS, as: 'seconds' } },
  ),
  noEffect(
    '429, reset as epoch',
    { scenario: 'rate-limited', delayMs: RESET_SECONDS * 1000 },
    { reset: { seconds: RESET_SECONDS, as: 'epoch' } },
  ),
  noEffect('401, bad key', { scenario: 'unauthorized' }),
  noEffect('403', { scenario: 'answer', status: 403, body: FORBIDDEN }, { isRefusal: true }),
  noEffect('403 with a page', { scenario: 'answer', status: 403, body: PAGE }),
  noEffect('404 with a page', { scenario: 'answer', status: 404, body: PAGE }),
  noEffect('400, time taken', { scenario: 'conflict' }, { isRefusal: true }),
  noEffect('409', { scenario: 'conflict', status: 409 }, { isRefusal: true }),

  noEffect('200 with a page', { scenario: 'answer', body: PAGE }),
  withEffect('200 with a page, after the effect', { scenario: 'garbage' }),
  noEffect('200 and nothing', { scenario: 'answer', body: '' }),
  noEffect('200 with strange JSON', { scenario: 'answer', body: { weather: [21, 'mild'] } }),
  withEffect('unknown shape, after the effect', { scenario: 'wrong-shape' }),
  withEffect('half the JSON, after the effect', { scenario: 'truncated' }),
  withEffect('answer too large', { scenario: 'huge', bytes: TOO_LARGE_BYTES }),
];
