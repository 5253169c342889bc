import { AsyncLocalStorage } from 'node:async_hooks';
import timers from 'node:timers/promises';

interface Entry {
  atMs: number;
  order: number;
  run: () => void;
}

/** Whoever waits is woken at the earliest at `wakeAt(due)`; undefined = never again. */
export interface Sleeper {
  wakeAt(dueMs: number): number | undefined;
}

/** Any point in time will do, as long as it is not 0. */
const EPOCH_MS = 1_000_000;

/** Time that passes only when nothing else is left to do. The process's clocks and pauses are its own meanwhile. */
export class VirtualTime {
  private readonly queue: Entry[] = [];
  private readonly sleepers = new AsyncLocalStorage<Sleeper>();
  private order = 0;
  private isStirred = false;
  private clockMs = EPOCH_MS;

  get nowMs(): number {
    return this.clockMs;
  }

  install(): void {
    jest.spyOn(performance, 'now').mockImplementation(() => this.clockMs);
    jest.spyOn(Date, 'now').mockImplementation(() => this.clockMs);
    jest.spyOn(timers, 'setTimeout').mockImplementation((ms) => this.elapse(ms ?? 0));
  }

  /** Everything that `work` awaits here is delayed while `sleeper` is frozen, and never goes on once it is dead. */
  runAs(sleeper: Sleeper, work: () => void): void {
    this.isStirred = true;
    this.sleepers.run(sleeper, work);
  }

  at(atMs: number, run: () => void): void {
    this.push({ atMs: Math.max(atMs, this.clockMs), order: this.order++, run });
  }

  elapse(ms: number): Promise<void> {
    const sleeper = this.sleepers.getStore();
    return new Promise((resolve) => this.wake(sleeper, this.clockMs + ms, resolve));
  }

  /** Until nobody has anything to do any more. */
  async run(untilMs: number): Promise<void> {
    for (let entry = this.pop(); entry; entry = this.pop()) {
      if (entry.atMs > untilMs) throw new Error('does not come to rest');
      this.clockMs = entry.atMs;
      this.isStirred = false;
      entry.run();
      // What became possible by that happens before time goes on.
      if (this.isStirred) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** For the next schedule. */
  reset(): void {
    this.queue.length = 0;
    this.clockMs = EPOCH_MS;
  }

  private wake(sleeper: Sleeper | undefined, dueMs: number, resolve: () => void): void {
    this.at(dueMs, () => {
      const wakeMs = sleeper ? sleeper.wakeAt(this.clockMs) : this.clockMs;
      if (wakeMs === undefined) return;
      if (wakeMs > this.clockMs) this.wake(sleeper, wakeMs, resolve);
      else this.resume(resolve);
    });
  }

  private resume(resolve: () => void): void {
    this.isStirred = true;
    resolve();
  }

  private push(entry: Entry): void {
    const { queue } = this;
    let place = queue.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(entry, queue[parent]!)) break;
      queue[place] = queue[parent]!;
      place = parent;
    }
    queue[place] = entry;
  }

  private pop(): Entry | undefined {
    const { queue } = this;
    const first = queue[0];
    const last = queue.pop();
    if (!first || !last || queue.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= queue.length) break;
      if (child + 1 < queue.length && isBefore(queue[child + 1]!, queue[child]!)) child++;
      if (!isBefore(queue[child]!, last)) break;
      queue[place] = queue[child]!;
      place = child;
    }
    queue[place] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
