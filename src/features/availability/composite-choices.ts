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
  const picked = picks([...preferred, ...others], preferred.length);
  const order = Uint32Array.from(picked, (_, place) => place).sort((a, b) => byRank(picked[a]!, picked[b]!));
  return Array.from(order.subarray(0, limit), (place) => written(picked[place]!));
}

interface Pick {
  from: Choices;
  index: number;
}

const written = ({ from, index }: Pick): VisitChain => from.write(index);

function byRank(a: Pick, b: Pick): number {
  return (
    a.from.changes[a.index]! - b.from.changes[b.index]! ||
    a.from.totals[a.index]! - b.from.totals[b.index]! ||
    a.from.starts[a.index]! - b.from.starts[b.index]!
  );
}

/** Merges by start; `sources` from `others` on count only for starts that none before has. */
function picks(sources: Choices[], others: number): Pick[] {
  const places = sources.map(() => 0);
  const found: Pick[] = [];
  for (;;) {
    const start = Math.min(...sources.map(({ starts }, which) => starts[places[which]!] ?? Infinity));
    if (start === Infinity) return found;
    let best: Pick | undefined;
    sources.forEach((from, which) => {
      const index = places[which]!;
      if (from.starts[index] !== start) return;
      places[which] = index + 1;
      if (!best || (which < others && isEarlier({ from, index }, best))) best = { from, index };
    });
    if (best) found.push(best);
  }
}

const isEarlier = (a: Pick, b: Pick): boolean => earlierChain(written(a), written(b)) < 0;
