import { Scenario, ScenarioName } from '../store/scenarios';
import { WebhookSender } from '../webhooks/webhook-sender';
import { invalidKey } from './authentication';
import { Call, Handler, Reply } from './call';
import { flatError, INTERNAL_ERROR, nestError, tooManyRequests } from './errors';
import { Outcome } from './outcome';

export type Log = (line: object) => void;

/** One call that a fault hits. `headers` go out with whatever is answered, and may be changed. */
export interface Staging {
  call: Call;
  handler: Handler;
  headers: Record<string, string>;
  log: Log;
}

/** How long a scenario waits when it does not say. */
const DEFAULT_DELAY_MS = 1_000;
/** A connection that is not answered is kept this long, which is longer than callers wait. */
const SILENCE_MS = 120_000;
/** Far more than any honest answer; a list of 250 bookings has a quarter of a megabyte. */
const HUGE_BYTES = 32 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
/** Time for the first half to leave before the cut. */
const MIDWAY_MS = 50;

const GARBAGE = '<html><body>upstream connect error {"data":</body></html>';
const NONSENSE = { status: 'success', data: { weather: [21, 'mild'], data: null } };

type Stage = (scenario: Scenario, staging: Staging) => Outcome | Promise<Outcome>;

const AT_ONCE = Promise.resolve();

/** Waits, but not beyond a reset or the end of the sandbox. */
const pauseOf = (sender: WebhookSender, ms: number): Promise<void> => sender.pause(ms).catch(() => undefined);

const silence: Stage = ({ delayMs = SILENCE_MS }, { call }) => ({ cut: pauseOf(call.sandbox.sender, delayMs) });

function rateLimited({ delayMs = DEFAULT_DELAY_MS }: Scenario, { call, headers }: Staging): never {
  headers['X-RateLimit-Remaining-Default'] = '0';
  headers['X-RateLimit-Reset-Default'] = call.sandbox.limiter.resetIn(delayMs);
  throw tooManyRequests();
}

/** As for an unknown key: nothing has been counted yet, so there are no headers of the limit. */
function unauthorized(_scenario: Scenario, { headers }: Staging): never {
  for (const name of Object.keys(headers)) delete headers[name];
  throw invalidKey();
}

const answer: Stage = ({ status = 200, body = null }, { headers }) =>
  typeof body === 'string'
    ? { text: body, status, type: 'text/html', headers }
    : { text: JSON.stringify(body), status, type: 'application/json; charset=utf-8', headers };

function effectLate({ delayMs = DEFAULT_DELAY_MS }: Scenario, { call, handler, log }: Staging): Outcome {
  const { sender } = call.sandbox;
  const work = async (): Promise<void> => {
    await sender.pause(delayMs);
    await handler(call);
  };
  sender.track(work().catch((error: unknown) => log({ msg: 'late effect refused', error })));
  return { cut: AT_ONCE };
}

/** What happens before anything has an effect, or instead of it. */
const BEFORE: Partial<Record<ScenarioName, Stage>> = {
  conflict: ({ status = 400 }) => {
    throw nestError(status, 'User either already has booking at this time or is not available');
  },
  'rate-limited': rateLimited,
  unauthorized,
  answer,
  'error-before': ({ status = 500 }) => {
    throw flatError(status, INTERNAL_ERROR);
  },
  'cut-before': () => ({ cut: AT_ONCE }),
  'silent-before': silence,
  pass: async (_scenario, { call, handler, headers }) => ({ reply: await handler(call), headers }),
  'effect-late': effectLate,
  slow: async ({ delayMs = DEFAULT_DELAY_MS }, { call, handler, headers }) => {
    await call.sandbox.sender.pause(delayMs);
    return { reply: await handler(call), headers };
  },
};

type After = (scenario: Scenario, staging: Staging, reply: Reply) => Outcome;

/** What becomes of an answer whose effect has happened. */
const AFTER: Partial<Record<ScenarioName, After>> = {
  'error-after': ({ status = 500 }) => {
    throw flatError(status, INTERNAL_ERROR);
  },
  'answer-lost': () => ({ cut: AT_ONCE }),
  'silent-after': ({ delayMs = SILENCE_MS }, { call }) => ({ cut: pauseOf(call.sandbox.sender, delayMs) }),
  garbage: () => ({ text: GARBAGE, status: 200, type: 'text/html', headers: {} }),
  'wrong-shape': (_scenario, { headers }, { status }) => ({ reply: { status, body: NONSENSE }, headers }),
  truncated: (_scenario, { headers }, { status, body }) => {
    const text = firstHalf(JSON.stringify(body));
    return { text, status, type: 'application/json; charset=utf-8', headers };
  },
  huge: ({ bytes = HUGE_BYTES }, { headers }, reply) => ({ reply, headers, pieces: padded(reply, bytes) }),
  drip: ({ delayMs = DEFAULT_DELAY_MS }, { call, headers }, reply) => ({
    reply,
    headers,
    pieces: dripping(reply, call.sandbox.sender, delayMs),
  }),
  'cut-midway': (_scenario, { call, headers }, reply) => ({
    reply,
    headers,
    pieces: brokenOff(reply, call.sandbox.sender),
  }),
};

/** Gives one call its fault. Throws what the caller is to be refused with. */
export async function stage(scenario: Scenario, staging: Staging): Promise<Outcome> {
  const before = BEFORE[scenario.scenario];
  if (before) return before(scenario, staging);
  const reply = await staging.handler(staging.call);
  const after = AFTER[scenario.scenario];
  return after ? after(scenario, staging, reply) : { reply, headers: staging.headers };
}

const firstHalf = (text: string): string => text.slice(0, Math.ceil(text.length / 2));

/** The true answer with one key more, of so many bytes. */
async function* padded({ body }: Reply, bytes: number): AsyncGenerator<string> {
  yield `${JSON.stringify(body).slice(0, -1)},"padding":"`;
  for (let left = bytes; left > 0; left -= PIECE_BYTES) yield 'x'.repeat(Math.min(left, PIECE_BYTES));
  yield '"}';
}

async function* dripping({ body }: Reply, sender: WebhookSender, delayMs: number): AsyncGenerator<string> {
  for (const character of JSON.stringify(body)) {
    yield character;
    await sender.pause(delayMs);
  }
}

async function* brokenOff({ body }: Reply, sender: WebhookSender): AsyncGenerator<string> {
  yield firstHalf(JSON.stringify(body));
  await sender.pause(MIDWAY_MS);
  throw new Error('cut midway');
}
