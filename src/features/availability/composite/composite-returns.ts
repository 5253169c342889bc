import type { FreeRuns } from './composite-free-runs';
import {
  earlierChain,
  firstFrom,
  type Minute,
  type SegmentOffer,
  type VisitChain,
  type VisitSegment,
  type VisitStep,
} from './composite-visit';

/** When somebody whose last segment was not the one before may begin again, before the own buffer of what is begun. */
interface Rest {
  staffId: string;
  until: Minute;
}

/** Whether somebody who comes back later in the visit could be kept away by a buffer that is longer than what is between. */
export function buffersReachOver(segments: readonly VisitSegment[]): boolean {
  return segments.some((segment, at) => {
    let between = segment.gapAfter.min;
    return segments.slice(at + 1).some(({ duration, gapAfter, offers }, distance) => {
      const reaches = distance > 0 && longestBuffers(segment.offers, offers) > between;
      between += duration + gapAfter.min;
      return reaches;
    });
  });
}

function longestBuffers(before: readonly SegmentOffer[], after: readonly SegmentOffer[]): number {
  const pairs = before.flatMap((a) => after.map((b) => (a.staffId === b.staffId ? a.afterBuffer + b.beforeBuffer : 0)));
  return Math.max(0, ...pairs);
}

/**
 * The same chains as the sweep's, with buffers between all segments: what is possible then depends on who did what
 * before, so that each way to get somewhere is looked at by itself, once. For visits where {@link buffersReachOver}.
 */
export class ReturningSearch {
  private readonly known = new Map<string, VisitChain | undefined>();

  /** For each segment, by person: the longest buffer before anything that is still to come, from this segment on. */
  private readonly buffersAhead: Map<string, number>[];

  constructor(
    private readonly segments: readonly VisitSegment[],
    private readonly runs: FreeRuns,
  ) {
    this.buffersAhead = segments.map((_, at) => longestBefore(segments.slice(at)));
  }

  /** For each first start inside [from, to), ascending. */
  chains(from: Minute, to: Minute): VisitChain[] {
    const best = new Map<Minute, VisitChain>();
    (this.segments[0]?.offers ?? []).forEach(({ starts }, offer) => {
      for (const start of Array.from(starts)) {
        const chain = start >= from && start < to ? this.chainFrom(0, offer, start, []) : undefined;
        const known = best.get(start);
        if (chain && (!known || earlierChain(chain, known) < 0)) best.set(start, chain);
      }
    });
    return [...best.values()].sort((a, b) => (a.steps[0]?.start ?? 0) - (b.steps[0]?.start ?? 0));
  }

  private chainFrom(at: number, offer: number, start: Minute, rests: Rest[]): VisitChain | undefined {
    const key = [at, offer, start, ...rests.flatMap(({ staffId, until }) => [staffId, until])].join('\n');
    if (!this.known.has(key)) this.known.set(key, this.find(at, offer, start, rests));
    return this.known.get(key);
  }

  private find(at: number, offer: number, start: Minute, rests: Rest[]): VisitChain | undefined {
    const { duration, offers } = this.segments[at]!;
    const { staffId, eventTypeId, afterBuffer } = offers[offer]!;
    const step: VisitStep = { staffId, eventTypeId, start, end: start + duration, offer };
    const own: Rest = { staffId, until: step.end + afterBuffer };
    const next = this.segments[at + 1];
    if (!next) return { steps: [step], changes: 0, total: duration };
    const alive = [...rests.filter((rest) => rest.staffId !== staffId || rest.until > own.until), own];
    const relevant = alive.filter((rest) => this.matters(rest, at + 1, step.end)).sort(byStaff);
    const tail = this.bestTail(at, step, relevant);
    if (!tail) return undefined;
    const change = tail.steps[0]?.staffId === staffId ? 0 : 1;
    return { steps: [step, ...tail.steps], changes: change + tail.changes, total: tail.steps.at(-1)!.end - start };
  }

  /** Whether it could still keep its person away from a segment of those from `at` on, none of which begins before. */
  private matters({ staffId, until }: Rest, at: number, earliest: Minute): boolean {
    const buffer = this.buffersAhead[at]?.get(staffId);
    return buffer !== undefined && until + buffer > earliest;
  }

  private bestTail(at: number, step: VisitStep, rests: Rest[]): VisitChain | undefined {
    const { gapAfter, gapFreesStaff } = this.segments[at]!;
    const untilFree = gapFreesStaff ? Infinity : this.freeUntil(step);
    const latest = Math.min(step.end + gapAfter.max, untilFree);
    const { offers } = this.segments[at + 1]!;
    let start = nextStart(offers, step.end + gapAfter.min);
    for (; start <= latest; start = nextStart(offers, start + 1)) {
      const best = this.bestAt(at + 1, start, step.staffId, rests);
      if (best) return best;
    }
    return undefined;
  }

  /** The best way on from exactly this start, for a customer who comes from this person. */
  private bestAt(at: number, start: Minute, from: string, rests: Rest[]): VisitChain | undefined {
    let best: { tail: VisitChain; weighed: VisitChain } | undefined;
    this.segments[at]!.offers.forEach((offer, index) => {
      if (!contains(offer.starts, start) || rests.some((rest) => keepsAway(rest, offer, start))) return;
      const tail = this.chainFrom(at, index, start, rests);
      if (!tail) return;
      const weighed = { ...tail, changes: tail.changes + (offer.staffId === from ? 0 : 1) };
      if (!best || earlierChain(weighed, best.weighed) < 0) best = { tail, weighed };
    });
    return best?.tail;
  }

  private freeUntil({ staffId, start }: VisitStep): Minute {
    const run = this.runs.get(staffId)?.find(({ from, to }) => from <= start && start < to);
    return run?.to ?? start;
  }
}

function longestBefore(segments: readonly VisitSegment[]): Map<string, number> {
  const longest = new Map<string, number>();
  for (const { staffId, beforeBuffer } of segments.flatMap(({ offers }) => offers)) {
    longest.set(staffId, Math.max(longest.get(staffId) ?? 0, beforeBuffer));
  }
  return longest;
}

/** The first start of any of these offers at `from` or later; infinity when there is none. */
function nextStart(offers: readonly SegmentOffer[], from: Minute): Minute {
  return Math.min(...offers.map(({ starts }) => starts[firstFrom(starts, from)] ?? Infinity));
}

const byStaff = (a: Rest, b: Rest): number => a.staffId.localeCompare(b.staffId);

function keepsAway({ staffId, until }: Rest, offer: SegmentOffer, start: Minute): boolean {
  return staffId === offer.staffId && start < until + offer.beforeBuffer;
}

const contains = (starts: ArrayLike<Minute>, start: Minute): boolean => starts[firstFrom(starts, start)] === start;
