export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Free starts of whole UTC days, half-open, as one call of the provider gave them. */
export interface SlotWindow {
  fromDay: number;
  toDay: number;
  /** Minutes since the epoch, ascending: 4 bytes each, good until the year 6053. */
  starts: Int32Array;
  /** When the call began: what changed later may be missing in it. */
  askedAtMs: number;
}

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The days that a range touches, half-open. */
export function daysOf(fromMs: number, toMs: number): { fromDay: number; toDay: number } {
  return { fromDay: dayOf(fromMs), toDay: dayOf(toMs - 1) + 1 };
}

/** @param startsMs whole minutes; providers offer no others. */
export function pack(startsMs: number[]): Int32Array {
  return Int32Array.from(startsMs, (ms) => Math.floor(ms / MINUTE_MS)).sort();
}

/** The windows with this one in the place of whatever they said about its days. */
export function replaceDays(windows: readonly SlotWindow[], fresh: SlotWindow): SlotWindow[] {
  const kept = windows.flatMap((old) => [
    cut(old, old.fromDay, Math.min(old.toDay, fresh.fromDay)),
    cut(old, Math.max(old.fromDay, fresh.toDay), old.toDay),
  ]);
  return [...kept.filter((window) => window.fromDay < window.toDay), fresh].sort((a, b) => a.fromDay - b.fromDay);
}

/** Those that cover the days without a gap, or undefined. */
export function covering(windows: readonly SlotWindow[], fromDay: number, toDay: number): SlotWindow[] | undefined {
  const touched = windows.filter((window) => window.fromDay < toDay && window.toDay > fromDay);
  let reached = fromDay;
  for (const window of touched) {
    if (window.fromDay > reached) return undefined;
    reached = window.toDay;
  }
  return reached >= toDay ? touched : undefined;
}

/** Starts inside [fromMs, toMs), milliseconds, ascending. */
export function startsWithin(windows: readonly SlotWindow[], fromMs: number, toMs: number): number[] {
  const found: number[] = [];
  for (const { starts } of windows) {
    for (let index = firstFrom(starts, Math.ceil(fromMs / MINUTE_MS)); index < starts.length; index += 1) {
      const ms = starts[index]! * MINUTE_MS;
      if (ms >= toMs) break;
      found.push(ms);
    }
  }
  return found;
}

/** Without the starts that fail the test; the same object when none does. */
export function keepOnly(window: SlotWindow, isKept: (startMs: number) => boolean): SlotWindow {
  const starts = window.starts.filter((minute) => isKept(minute * MINUTE_MS));
  return starts.length === window.starts.length ? window : { ...window, starts };
}

function cut(window: SlotWindow, fromDay: number, toDay: number): SlotWindow {
  if (fromDay === window.fromDay && toDay === window.toDay) return window;
  const minuteOf = (day: number): number => (day * DAY_MS) / MINUTE_MS;
  // A copy, so that the rest of the old buffer can go.
  const starts = window.starts.slice(
    firstFrom(window.starts, minuteOf(fromDay)),
    firstFrom(window.starts, minuteOf(toDay)),
  );
  return { ...window, fromDay, toDay, starts };
}

function firstFrom(starts: Int32Array, minute: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < minute) low = middle + 1;
    else high = middle;
  }
  return low;
}
