import { type Choices, firstOf } from './composite-choices';
import { freeUntil, type FreeRun, type FreeRuns } from './composite-free-runs';
import {
  firstFrom,
  type Minute,
  type SegmentOffer,
  type VisitChain,
  type VisitSegment,
  type VisitStep,
} from './composite-visit';

/** The starts of one offer from which the visit can be finished, and how it goes on best. Entries from `first` on. */
interface Layer {
  offer: SegmentOffer;
  starts: Int32Array;
  /** Of the next segment: which offer, and which entry of its layer. */
  nextOffer: Int16Array;
  nextEntry: Int32Array;
  /** Changes of person from here on. */
  changes: Uint8Array;
  /** Where the visit ends. */
  ends: Int32Array;
  first: number;
}

/** From an offer to one of the next segment: the distance of their starts, and how far the sweep has come in it. */
interface Link {
  target: Layer;
  leastDistance: number;
  change: 0 | 1;
  /** First entry of the target that is far enough from the start looked at. */
  entry: number;
}

/**
 * The earliest chain for each first start inside [from, to), ascending, ties as {@link earlierChain} breaks them.
 * Buffers count between neighbouring segments only.
 *
 * Backward, segment by segment: the least and the latest next start only ever move one way with the start, so that each
 * list is walked once for each offer before it. O(slots x offers of a segment), with the length of a visit as a factor
 * where offers tie.
 */
export function sweep(segments: readonly VisitSegment[], from: Minute, to: Minute, runs: FreeRuns): Choices {
  const layers: Layer[][] = [];
  for (let at = segments.length - 1; at >= 0; at--) {
    const segment = segments[at]!;
    layers.unshift(segment.offers.map((offer) => layerOf(segment, offer, layers, runs.get(offer.staffId))));
  }
  return choicesFrom(layers, segments, from, to);
}

function layerOf(
  segment: VisitSegment,
  offer: SegmentOffer,
  after: readonly Layer[][],
  runs: readonly FreeRun[] | undefined,
): Layer {
  const layer = emptyLayer(offer);
  const following = after[0];
  if (!following) {
    layer.starts.set(offer.starts);
    layer.ends.set(layer.starts.map((start) => start + segment.duration));
    layer.first = 0;
    return layer;
  }
  const links = following.map((target) => linkTo(target, segment, offer));
  const until = segment.gapFreesStaff ? undefined : freeUntil(runs ?? [], offer);
  const longest = segment.duration + segment.gapAfter.max;
  for (let index = offer.starts.length - 1; index >= 0; index--) {
    const start = offer.starts[index]!;
    const latest = until ? Math.min(start + longest, until[index]!) : start + longest;
    const next = bestNext(links, start, latest, after);
    if (next >= 0) enter(layer, start, next, links[next]!);
  }
  return layer;
}

function emptyLayer(offer: SegmentOffer): Layer {
  const size = offer.starts.length;
  return {
    offer,
    starts: new Int32Array(size),
    nextOffer: new Int16Array(size),
    nextEntry: new Int32Array(size),
    changes: new Uint8Array(size),
    ends: new Int32Array(size),
    first: size,
  };
}

function linkTo(target: Layer, { duration, gapAfter }: VisitSegment, offer: SegmentOffer): Link {
  const isSame = target.offer.staffId === offer.staffId;
  const buffers = isSame ? offer.afterBuffer + target.offer.beforeBuffer : 0;
  const leastDistance = duration + Math.max(gapAfter.min, buffers);
  return { target, leastDistance, change: isSame ? 0 : 1, entry: target.starts.length };
}

/** Which of the links goes on best with a start of at most `latest`; -1 when none does. */
function bestNext(links: Link[], start: Minute, latest: Minute, after: readonly Layer[][]): number {
  let best = -1;
  for (let index = 0; index < links.length; index++) {
    const link = links[index]!;
    const { starts, first } = link.target;
    const earliest = start + link.leastDistance;
    while (link.entry > first && starts[link.entry - 1]! >= earliest) link.entry--;
    if (link.entry >= starts.length || starts[link.entry]! > latest) continue;
    if (best < 0 || isBetter(index, best, links, after)) best = index;
  }
  return best;
}

function isBetter(index: number, best: number, links: Link[], after: readonly Layer[][]): boolean {
  const [own, other] = [links[index]!, links[best]!];
  const earlier = compareStarts(after, index, own.entry, best, other.entry);
  if (earlier !== 0) return earlier < 0;
  const changes = own.change + own.target.changes[own.entry]!;
  return changes < other.change + other.target.changes[other.entry]!;
}

/** Of two ways to go on, each an offer of the first layer and an entry in it: which comes first, start by start. */
function compareStarts(
  layers: readonly Layer[][],
  offerA: number,
  entryA: number,
  offerB: number,
  entryB: number,
): number {
  for (const layer of layers) {
    if (offerA === offerB && entryA === entryB) return 0;
    const [a, b] = [layer[offerA]!, layer[offerB]!];
    const difference = a.starts[entryA]! - b.starts[entryB]!;
    if (difference !== 0) return difference;
    [offerA, entryA] = [a.nextOffer[entryA]!, a.nextEntry[entryA]!];
    [offerB, entryB] = [b.nextOffer[entryB]!, b.nextEntry[entryB]!];
  }
  return 0;
}

function enter(layer: Layer, start: Minute, next: number, { target, entry, change }: Link): void {
  layer.first -= 1;
  layer.starts[layer.first] = start;
  layer.nextOffer[layer.first] = next;
  layer.nextEntry[layer.first] = entry;
  layer.changes[layer.first] = change + target.changes[entry]!;
  layer.ends[layer.first] = target.ends[entry]!;
}

/** The best entry of the first layer for each start inside [from, to), ascending. */
function choicesFrom(layers: readonly Layer[][], segments: readonly VisitSegment[], from: Minute, to: Minute): Choices {
  const firsts = layers[0] ?? [];
  const entries = Int32Array.from(firsts, ({ starts, first }) => firstFrom(starts, from, first));
  const [offers, chosen]: [number[], number[]] = [[], []];
  for (let start = firstOf(firsts, entries); start < to; start = firstOf(firsts, entries)) {
    let best = -1;
    for (let offer = 0; offer < firsts.length; offer++) {
      if (firsts[offer]!.starts[entries[offer]!] !== start) continue;
      if (best < 0 || isBetterFirst(layers, entries, offer, best)) best = offer;
    }
    offers.push(best);
    chosen.push(entries[best]!);
    for (let offer = 0; offer < firsts.length; offer++) {
      if (firsts[offer]!.starts[entries[offer]!] === start) entries[offer]! += 1;
    }
  }
  const column = (of: (layer: Layer, entry: number) => number): Int32Array =>
    Int32Array.from(chosen, (entry, index) => of(firsts[offers[index]!]!, entry));
  return {
    starts: column(({ starts }, entry) => starts[entry]!),
    changes: column(({ changes }, entry) => changes[entry]!),
    totals: column(({ starts, ends }, entry) => ends[entry]! - starts[entry]!),
    write: (index) => chainFrom(offers[index]!, chosen[index]!, layers, segments),
  };
}

function isBetterFirst(layers: readonly Layer[][], entries: Int32Array, own: number, other: number): boolean {
  const earlier = compareStarts(layers, own, entries[own]!, other, entries[other]!);
  const changesOf = (offer: number): number => layers[0]![offer]!.changes[entries[offer]!]!;
  return earlier < 0 || (earlier === 0 && changesOf(own) < changesOf(other));
}

function chainFrom(
  offer: number,
  entry: number,
  layers: readonly Layer[][],
  segments: readonly VisitSegment[],
): VisitChain {
  const first = layers[0]![offer]!;
  const [changes, total] = [first.changes[entry]!, first.ends[entry]! - first.starts[entry]!];
  const steps: VisitStep[] = [];
  layers.forEach((offers, at) => {
    const layer = offers[offer]!;
    const start = layer.starts[entry]!;
    const { staffId, eventTypeId } = layer.offer;
    steps.push({ staffId, eventTypeId, start, end: start + segments[at]!.duration, offer });
    [offer, entry] = [layer.nextOffer[entry]!, layer.nextEntry[entry]!];
  });
  return { steps, changes, total };
}
