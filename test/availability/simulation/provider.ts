import { DAY_MS } from '../../../src/features/availability/store/slot-windows';
import { CALCOM_LIMIT, Limiter } from './limiter';
import { type Appointment, appointmentOf, type Company, type SoldTypeOfOne, trueStarts } from './salons';
import type { Chance } from '../../saga/simulation/chance';
import type { VirtualTime } from './virtual-time';

/** From a call to the provider, and back. Together the third of a second that its answers usually take. */
const WAY_MS = { min: 50, max: 350 };
/** The provider answers the same question from a cache for so long. */
const CACHE_MS = 2_000;

export interface Reply<T> {
  status: number;
  headers: Record<string, string>;
  body?: T;
}

interface Cached {
  atMs: number;
  starts: number[];
}

/** Cal.com as far as it matters: its limit, its cache, its way there and back, and its outages. */
export class Provider {
  isDown = false;
  readonly limiter: Limiter;
  /** Calls for free times that were sent, refused ones too. */
  slotCalls = 0;
  private readonly cache = new WeakMap<SoldTypeOfOne, Map<string, Cached>>();

  constructor(
    private readonly time: VirtualTime,
    private readonly chance: Chance,
  ) {
    this.limiter = new Limiter(CALCOM_LIMIT, time.now);
  }

  /** Free starts inside [fromMs, toMs) that are not past. */
  slots(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Reply<number[]>> {
    this.slotCalls += 1;
    return this.call(type.company, () => this.cachedStarts(type, fromMs, toMs));
  }

  /** Undefined when the time is taken. */
  book(type: SoldTypeOfOne, startMs: number): Promise<Reply<Appointment | undefined>> {
    return this.call(type.company, () => take(type, startMs));
  }

  cancel(appointment: Appointment): Promise<Reply<Appointment>> {
    return this.call(appointment.type.company, () => end(appointment));
  }

  private async call<T>({ id }: Company, answer: () => T): Promise<Reply<T>> {
    await this.time.elapse(this.chance.between(WAY_MS.min, WAY_MS.max));
    if (this.isDown) return { status: 503, headers: {} };
    const { isAllowed, headers } = this.limiter.hit(id);
    const reply = isAllowed ? { status: 200, headers, body: answer() } : { status: 429, headers };
    await this.time.elapse(this.chance.between(WAY_MS.min, WAY_MS.max));
    return reply;
  }

  /** The question is the same when it asks for the same days, whatever the moment. */
  private cachedStarts(type: SoldTypeOfOne, fromMs: number, toMs: number): number[] {
    const nowMs = this.time.now();
    const known = this.cache.get(type) ?? new Map<string, Cached>();
    this.cache.set(type, known);
    for (const [key, { atMs }] of known) if (nowMs - atMs > CACHE_MS) known.delete(key);
    const question = `${Math.floor(fromMs / DAY_MS)} ${toMs}`;
    const cached = known.get(question) ?? { atMs: nowMs, starts: trueStarts(type, Math.max(fromMs, nowMs), toMs) };
    known.set(question, cached);
    return cached.starts.filter((startMs) => startMs >= fromMs);
  }
}

/** Makes it true, and says so; undefined when somebody has the time. */
export function take(type: SoldTypeOfOne, startMs: number): Appointment | undefined {
  if (!type.host.isFree(startMs, startMs + type.lengthMs)) return undefined;
  const appointment = appointmentOf(type, startMs);
  type.host.take(appointment);
  return appointment;
}

export function end(appointment: Appointment): Appointment {
  if (!appointment.isOver) appointment.host.free(appointment);
  appointment.isOver = true;
  return appointment;
}
