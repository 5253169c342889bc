import type { Sleeper } from './virtual-time';
import type { VirtualTime } from './virtual-time';

/** As in the service: a beat each half second keeps a replica alive for two. */
const BEAT_MS = 500;
const LIFETIME_MS = 2_000;

export interface Freeze {
  fromMs: number;
  untilMs: number;
}

/** A process: it may freeze, and it may die. */
export class SimulatedReplica implements Sleeper {
  constructor(
    readonly id: string,
    private readonly time: VirtualTime,
    private readonly bornMs: number,
    private readonly freezes: Freeze[],
    private readonly diesAtMs: number,
  ) {}

  wakeAt(dueMs: number): number | undefined {
    if (dueMs >= this.diesAtMs) return undefined;
    const freeze = this.freezes.find(({ fromMs, untilMs }) => fromMs <= dueMs && dueMs < untilMs);
    return freeze ? this.wakeAt(freeze.untilMs) : dueMs;
  }

  /** What the service asks before each call. */
  get isFit(): boolean {
    return this.time.nowMs - this.lastBeat() < LIFETIME_MS / 2;
  }

  get isRunning(): boolean {
    return this.wakeAt(this.time.nowMs) === this.time.nowMs;
  }

  /** What the others see. */
  get isAlive(): boolean {
    return this.time.nowMs - this.lastBeat() < LIFETIME_MS;
  }

  private lastBeat(): number {
    const { nowMs } = this.time;
    const last = this.bornMs + Math.floor((Math.min(nowMs, this.diesAtMs) - this.bornMs) / BEAT_MS) * BEAT_MS;
    for (let beat = last; beat >= this.bornMs; beat -= BEAT_MS) if (this.wakeAt(beat) === beat) return beat;
    return this.bornMs;
  }
}
