import type { Timers } from '../../../src/foundation/pacing/timers';

interface Event {
  atMs: number;
  order: number;
  run: (() => void) | undefined;
}

/** Longer than any chain of promises between two events; waiting for the event loop would take ten times as long. */
const HOPS = 24;
const DONE = Promise.resolve();

/** Time that goes from one event to the next. What promises wait for happens before time goes on. */
export class VirtualTime implements Timers {
  private readonly heap: Event[] = [];
  private order = 0;

  constructor(private clockMs: number) {}

  now = (): number => this.clockMs;

  after = (ms: number, run: () => void): (() => void) => {
    const event: Event = { atMs: this.clockMs + Math.max(0, ms), order: this.order++, run };
    this.push(event);
    return () => {
      event.run = undefined;
    };
  };

  elapse(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  async runUntil(endMs: number): Promise<void> {
    while (this.heap[0] && this.heap[0].atMs < endMs) {
      const next = this.pop()!;
      if (!next.run) continue;
      this.clockMs = next.atMs;
      next.run();
      for (let hop = 0; hop < HOPS; hop += 1) await DONE;
    }
    this.clockMs = endMs;
  }

  private push(event: Event): void {
    const { heap } = this;
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = event;
  }

  private pop(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
