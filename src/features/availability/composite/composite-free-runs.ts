import type { Minute, SegmentOffer, VisitSegment } from './composite-visit';

/** Half-open. */
export interface FreeRun {
  from: Minute;
  to: Minute;
}

/** By person, ascending, each stretch as long as it can be. */
export type FreeRuns = ReadonlyMap<string, readonly FreeRun[]>;

/** What free starts of this length prove to be free, ascending, each stretch as long as it can be. */
export function freeRuns(starts: ArrayLike<Minute>, length: number): FreeRun[] {
  const runs: FreeRun[] = [];
  for (let index = 0; index < starts.length; index++) {
    const from = starts[index]!;
    const last = runs.at(-1);
    if (last && from <= last.to) last.to = from + length;
    else runs.push({ from, to: from + length });
  }
  return runs;
}

/** The time that people's offers prove to be free, of those who may have to stay through a gap. */
export function freeRunsOfStaff(segments: readonly VisitSegment[]): FreeRuns {
  if (segments.every(({ gapFreesStaff }) => gapFreesStaff)) return new Map();
  const runs = new Map<string, FreeRun[]>();
  for (const { duration, offers } of segments) {
    for (const { staffId, starts } of offers) {
      runs.set(staffId, (runs.get(staffId) ?? []).concat(freeRuns(starts, duration)));
    }
  }
  for (const [staffId, own] of runs) runs.set(staffId, merged(own.sort((a, b) => a.from - b.from)));
  return runs;
}

/**
 * The starts and those between them, every `step` minutes from the first of a free stretch, at which a booking of this
 * length fits too. For event types of one fixed host: of several, each may be free for a part only.
 */
export function withStartsBetween(starts: ArrayLike<Minute>, length: number, step: number): Int32Array {
  const found = new Set<Minute>(Array.from(starts));
  for (const { from, to } of freeRuns(starts, length)) {
    for (let start = from; start + length <= to; start += step) found.add(start);
  }
  return Int32Array.from(found).sort();
}

/** Where the person of this offer is free at least until, once busy with a segment at these starts. */
export function freeUntil(runs: readonly FreeRun[], { starts }: SegmentOffer): Int32Array {
  const until = new Int32Array(starts.length);
  let run = 0;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] ?? 0;
    while (run + 1 < runs.length && (runs[run + 1]?.from ?? Infinity) <= start) run++;
    until[index] = runs[run]?.to ?? start;
  }
  return until;
}

function merged(spans: FreeRun[]): FreeRun[] {
  const runs: FreeRun[] = [];
  for (const { from, to } of spans) {
    const last = runs.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else runs.push({ from, to });
  }
  return runs;
}
