import { Registry } from 'prom-client';
import type { Permit } from '../src/foundation/pacing/credential-pace';
import { CALCOM_BUDGET, Lane } from '../src/foundation/pacing/pace-log';
import { PaceMetrics } from '../src/foundation/pacing/pace-metrics';
import { PaceRefused } from '../src/foundation/pacing/pace-refused';
import { Pacer } from '../src/foundation/pacing/pacer';
import { rateWord } from '../src/foundation/pacing/rate-headers';
import type { Timers } from '../src/foundation/pacing/timers';
import { RateLimiter } from '../src/sandbox/http/rate-limiter';
import { PaceStoreInMemory } from '../test/fixtures/pacing/pace-store-in-memory';

const MINUTE = 60_000;
/** As Cal.com counts: the window opens with the first call, and calls made while blocked count too. */
const CALCOM_LIMIT = { limit: 120, windowMs: MINUTE, blockMs: MINUTE };
/** The way to Postgres, and from a permit to Cal.com's counter: a fresh connection takes longest. */
const STORE_MS = 1;
const ON_THE_WAY_MS = { min: 10, max: 400 };
const PATIENCE_MS: Record<Lane, number> = { write: 10_000, interactive: 5_000, background: 30_000 };
/** Bookings are a few of many calls, and never more than a salon chain makes. */
const WRITES_PER_MINUTE_MAX = 20;

export interface Situation {
  demandPerMinute: number;
  replicas: number;
  /** Of virtual time. */
  minutes: number;
  seed: number;
}

export interface Outcome {
  askedPerMinute: number;
  perMinute: number;
  refusals429: number;
  /** Calls in the fullest stretch of 60 s, wherever it begins, as they arrived. */
  fullestMinute: number;
  writesAsked: number;
  writesNotSent: number;
  /** Of a hundred writes one waited longer. */
  writeWaitP99Ms: number;
  writeWaitMaxMs: number;
  /** Reads that got a permit while a write waited, in any process, and that write went on waiting. */
  readsBeforeWrites: number;
}

interface Wait {
  lane: Lane;
  sinceMs: number;
  grantedMs: number;
}

/** Events in order of time; code that waits for one another's promises runs to its end between two of them. */
class VirtualTime implements Timers {
  private clockMs = 0;
  private readonly events: { atMs: number; run: () => void }[] = [];

  now = (): number => this.clockMs;

  after = (ms: number, run: () => void): (() => void) => {
    const event = { atMs: this.clockMs + Math.max(0, ms), run };
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      // Descending, so that the next event is taken from the end; of equal ones the older is next.
      if (this.events[middle]!.atMs > event.atMs) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, event);
    return () => {
      event.run = () => undefined;
    };
  };

  async runUntil(endMs: number): Promise<void> {
    for (let next = this.events.pop(); next && next.atMs <= endMs; next = this.events.pop()) {
      this.clockMs = next.atMs;
      next.run();
      // Longer than any chain of promises between two events; waiting for the event loop would take ten times as long.
      for (let hop = 0; hop < 16; hop += 1) await Promise.resolve();
    }
  }
}

/** The pacer's own code against the limiter in virtual time, with random arrivals from a fixed seed. */
export async function simulate({ demandPerMinute, replicas, minutes, seed }: Situation): Promise<Outcome> {
  const random = randomFrom(seed);
  const time = new VirtualTime();
  const store = new PaceStoreInMemory(time.now, () => new Promise((done) => void time.after(STORE_MS / 2, done)));
  const pacers = Array.from({ length: replicas }, () => new Pacer(store, new PaceMetrics(new Registry()), time));
  const provider = new Provider(time, random);
  const waits: Wait[] = [];
  const seen = { asked: 0, writesAsked: 0, writesNotSent: 0 };
  const writeShare = Math.min(0.1, WRITES_PER_MINUTE_MAX / demandPerMinute);

  const ask = async (pacer: Pacer, lane: Lane): Promise<void> => {
    const sinceMs = time.now();
    seen.asked += 1;
    if (lane === 'write') seen.writesAsked += 1;
    try {
      const companyId = `company ${Math.floor(random() * 5)}`;
      const request = { lane, companyId, budget: CALCOM_BUDGET, patienceMs: PATIENCE_MS[lane] };
      const permit = await pacer.permit('the key', request);
      waits.push({ lane, sinceMs, grantedMs: permit.grantedMs });
      provider.call(pacer, permit);
    } catch (error) {
      if (!(error instanceof PaceRefused)) throw error;
      if (lane === 'write') seen.writesNotSent += 1;
    }
  };
  const arrive = (): void => {
    const kind = random();
    const lane = kind < writeShare ? 'write' : kind < 0.8 ? 'interactive' : 'background';
    void ask(pacers[Math.floor(random() * replicas)]!, lane);
    time.after((-Math.log(1 - random()) * MINUTE) / demandPerMinute, arrive);
  };
  arrive();
  await time.runUntil(minutes * MINUTE);
  const { asked, ...writes } = seen;
  return { askedPerMinute: asked / minutes, ...writes, ...provider.count(minutes), ...orderOf(waits) };
}

const COLUMNS: [head: string, cell: (situation: Situation, outcome: Outcome) => string | number][] = [
  ['demand/min', ({ demandPerMinute }) => demandPerMinute],
  ['replicas', ({ replicas }) => replicas],
  ['asked/min', (_, { askedPerMinute }) => askedPerMinute.toFixed(1)],
  ['used/min', (_, { perMinute }) => perMinute.toFixed(1)],
  ['429', (_, { refusals429 }) => refusals429],
  ['fullest minute', (_, { fullestMinute }) => fullestMinute],
  ['reads before a waiting write', (_, { readsBeforeWrites }) => readsBeforeWrites],
  ['writes not sent', (_, { writesNotSent, writesAsked }) => `${writesNotSent} of ${writesAsked}`],
  ['write waits p99', (_, { writeWaitP99Ms }) => `${Math.round(writeWaitP99Ms)} ms`],
  ['longest', (_, { writeWaitMaxMs }) => `${Math.round(writeWaitMaxMs)} ms`],
];

/** One line for each situation, below a line of heads. */
export function table(rows: { situation: Situation; outcome: Outcome }[]): string {
  const lines = rows.map(({ situation, outcome }) => COLUMNS.map(([, cell]) => String(cell(situation, outcome))));
  return [COLUMNS.map(([head]) => head), ...lines]
    .map((cells) => cells.map((cell, index) => cell.padStart(Math.max(11, COLUMNS[index]![0].length + 2))).join(''))
    .join('\n');
}

/** Cal.com's counter, and how long calls are on their way to it. */
class Provider {
  private readonly limiter: RateLimiter;
  private readonly arrivedMs: number[] = [];
  private refused = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: () => number,
  ) {
    this.limiter = new RateLimiter(() => CALCOM_LIMIT, time.now);
  }

  call(pacer: Pacer, permit: Permit): void {
    const onTheWayMs = ON_THE_WAY_MS.min + this.random() * (ON_THE_WAY_MS.max - ON_THE_WAY_MS.min);
    this.time.after(onTheWayMs, () => {
      this.arrivedMs.push(this.time.now());
      const { allowed, headers } = this.limiter.hit('the key');
      if (!allowed) this.refused += 1;
      void pacer.observe(permit, rateWord(headers, allowed ? 200 : 429, this.time.now()));
    });
  }

  count(minutes: number): Pick<Outcome, 'perMinute' | 'refusals429' | 'fullestMinute'> {
    let [first, fullest] = [0, 0];
    this.arrivedMs.forEach((at, index) => {
      while (this.arrivedMs[first]! <= at - MINUTE) first += 1;
      fullest = Math.max(fullest, index - first + 1);
    });
    return { perMinute: this.arrivedMs.length / minutes, refusals429: this.refused, fullestMinute: fullest };
  }
}

/** A write's own way to the store and back, and its timer, is no waiting behind anybody. */
const MOMENT_MS = 10;

function orderOf(waits: Wait[]): Pick<Outcome, 'writeWaitP99Ms' | 'writeWaitMaxMs' | 'readsBeforeWrites'> {
  const writes = waits.filter(({ lane }) => lane === 'write');
  const readsMs = waits.filter(({ lane }) => lane !== 'write').map(({ grantedMs }) => grantedMs);
  const long = writes.filter(({ sinceMs, grantedMs }) => grantedMs - sinceMs > MOMENT_MS);
  const overtaken = long.map(
    (write) => readsMs.filter((at) => at > write.sinceMs && at < write.grantedMs - MOMENT_MS).length,
  );
  const waitsMs = writes.map(({ sinceMs, grantedMs }) => grantedMs - sinceMs).sort((a, b) => a - b);
  return {
    writeWaitP99Ms: waitsMs[Math.floor(waitsMs.length * 0.99)] ?? 0,
    writeWaitMaxMs: waitsMs.at(-1) ?? 0,
    readsBeforeWrites: overtaken.reduce((sum, each) => sum + each, 0),
  };
}

/** Park and Miller's generator: the same run for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
