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
const HOUR = 60 * MINUTE;
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
  seed: number;
}

export interface Outcome {
  perMinute: number;
  refusals429: number;
  /** Calls in the fullest stretch of 60 s, wherever it begins, as they arrived. */
  fullestMinute: number;
  writesAsked: number;
  writesNotSent: number;
  writeWaitMaxMs: number;
  /** Reads that got a permit while a write waited, and went on waiting for more than a moment. */
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

/** One hour of virtual time: the pacer's own code against the limiter, with random arrivals from a fixed seed. */
export async function simulate({ demandPerMinute, replicas, seed }: Situation): Promise<Outcome> {
  const random = randomFrom(seed);
  const time = new VirtualTime();
  const store = new PaceStoreInMemory(time.now, () => new Promise((done) => void time.after(STORE_MS / 2, done)));
  const pacers = Array.from({ length: replicas }, () => new Pacer(store, new PaceMetrics(new Registry()), time));
  const provider = new Provider(time, random);
  const waits: Wait[] = [];
  const seen = { writesAsked: 0, writesNotSent: 0 };
  const writeShare = Math.min(0.1, WRITES_PER_MINUTE_MAX / demandPerMinute);

  const ask = async (pacer: Pacer, lane: Lane): Promise<void> => {
    const sinceMs = time.now();
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
  await time.runUntil(HOUR);
  return { ...seen, ...provider.count(), ...orderOf(waits) };
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

  count(): Pick<Outcome, 'perMinute' | 'refusals429' | 'fullestMinute'> {
    let [first, fullest] = [0, 0];
    this.arrivedMs.forEach((at, index) => {
      while (this.arrivedMs[first]! <= at - MINUTE) first += 1;
      fullest = Math.max(fullest, index - first + 1);
    });
    const perMinute = this.arrivedMs.length / (HOUR / MINUTE);
    return { perMinute, refusals429: this.refused, fullestMinute: fullest };
  }
}

/** A write's own way to the store and back, and its timer, is no waiting behind anybody. */
const MOMENT_MS = 10;

function orderOf(waits: Wait[]): Pick<Outcome, 'writeWaitMaxMs' | 'readsBeforeWrites'> {
  const writes = waits.filter(({ lane }) => lane === 'write');
  const readsMs = waits.filter(({ lane }) => lane !== 'write').map(({ grantedMs }) => grantedMs);
  const long = writes.filter(({ sinceMs, grantedMs }) => grantedMs - sinceMs > MOMENT_MS);
  const overtaken = long.map(
    (write) => readsMs.filter((at) => at > write.sinceMs && at < write.grantedMs - MOMENT_MS).length,
  );
  return {
    writeWaitMaxMs: Math.max(0, ...writes.map(({ sinceMs, grantedMs }) => grantedMs - sinceMs)),
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
