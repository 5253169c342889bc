import { earlierChain, type Minute, type VisitChain } from './composite-visit';

/**
 * Ways to do a visit, one for each first start, by ascending first start. What they are ranked by stands in columns, and
 * a chain is written out when somebody wants to see it: a search finds thousands, of which a few are shown.
 */
export interface Choices {
  starts: ArrayLike<Minute>;
  changes: ArrayLike<number>;
  totals: ArrayLike<number>;
  write(index: number): VisitChain;
}

export function choicesOf(chains: VisitChain[]): Choices {
  return {
    starts: chains.map(({ steps }) => steps[0]?.start ?? 0),
    changes: chains.map(({ changes }) => changes),
    totals: chains.map(({ total }) => total),
    write: (index) => chains[index]!,
  };
}

/**
 * One choice for each first start: the earliest of `preferred` where one of these has it, else that of `others`. The
 * first `limit` of them: fewest changes of person first, then shortest, then earliest.
 */
export function ranked(preferred: Choices[], others: Choices[], limit: number): VisitChain[] {
  const merged = merge([...preferred, ...others], preferred.length);
  const { changes, totals, starts } = merged;
  const order = Uint32Array.from(changes, (_, place) => place).sort(
    (a, b) => changes[a]! - changes[b]! || totals[a]! - totals[b]! || starts[a]! - starts[b]!,
  );
  return Array.from(order.subarray(0, limit), (place) => merged.write(place));
}

/** By start; `sources` from `others` on count only for starts that none before has. */
function merge(sources: Choices[], others: number): Choices {
  const places = new Int32Array(sources.length);
  const [from, index]: [number[], number[]] = [[], []];
  for (;;) {
    const start = firstOf(sources, places);
    if (start === Infinity) break;
    let best = -1;
    for (let which = 0; which < sources.length; which++) {
      if (sources[which]!.starts[places[which]!] !== start) continue;
      if (best < 0 || (which < others && isEarlier(sources, places, which, best))) best = which;
    }
    from.push(best);
    index.push(places[best]!);
    for (let which = 0; which < sources.length; which++) {
      if (sources[which]!.starts[places[which]!] === start) places[which]! += 1;
    }
  }
  const column = (name: 'starts' | 'changes' | 'totals'): Int32Array =>
    Int32Array.from(from, (which, at) => sources[which]![name][index[at]!]!);
  return {
    starts: column('starts'),
    changes: column('changes'),
    totals: column('totals'),
    write: (at) => sources[from[at]!]!.write(index[at]!),
  };
}

/** The first start that is left in any of these lists; infinity when none is. */
export function firstOf(lists: readonly { starts: ArrayLike<Minute> }[], places: ArrayLike<number>): Minute {
  let first = Infinity;
  for (let which = 0; which < lists.length; which++) {
    first = Math.min(first, lists[which]!.starts[places[which]!] ?? Infinity);
  }
  return first;
}

function isEarlier(sources: Choices[], places: Int32Array, a: number, b: number): boolean {
  return earlierChain(sources[a]!.write(places[a]!), sources[b]!.write(places[b]!)) < 0;
}
