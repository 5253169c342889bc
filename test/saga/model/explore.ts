import { initial, isWell, violations } from './invariants';
import type { World } from './safeguards';
import { keyOf, type ModelState } from './state';
import { workerMoves } from './worker-moves';
import type { Move } from './writing';
import { settled, worldMoves } from './world-moves';

export interface Exploration {
  states: number;
  /** The first violation in the fewest moves, with the moves that lead to it. */
  counterexample?: { violation: string; trace: string[] };
  /** A state from which the saga can never come to a good end, whatever happens. */
  deadEnd?: string[];
}

export interface Watching {
  /** Only this violation counts; any does when absent. */
  seeking?: string;
  onMove?: (before: ModelState, after: ModelState) => void;
}

/** Every state that the world can come to, nearest first. */
export function explore(world: World, { seeking, onMove }: Watching = {}): Exploration {
  const known = new Map<string, number>();
  const cameFrom: number[] = [];
  const came: string[] = [];
  const edges: number[] = [];
  const well: number[] = [];
  const open: [number, ModelState][] = [];

  function traceTo(place: number): string[] {
    const trace: string[] = [];
    for (let at = place; at > 0; at = cameFrom[at]!) trace.unshift(came[at]!);
    return trace;
  }

  function enter(state: ModelState, from: number, what: string): [number, boolean] {
    const key = keyOf(state);
    const former = known.get(key);
    if (former !== undefined) return [former, false];
    const place = known.size;
    known.set(key, place);
    cameFrom.push(from);
    came.push(what);
    if (isWell(state)) well.push(place);
    return [place, true];
  }

  function follow(place: number, state: ModelState): Exploration['counterexample'] {
    for (const [what, moved] of movesFrom(world, state)) {
      const after = settled(world, moved);
      onMove?.(state, after);
      const [target, isNew] = enter(after, place, what);
      edges.push(place, target);
      if (!isNew) continue;
      const violation = violations(world, after).find((text) => seeking === undefined || text === seeking);
      if (violation) return { violation, trace: traceTo(target) };
      open.push([target, after]);
    }
    return undefined;
  }

  const start = initial(world);
  open.push([enter(start, 0, 'begins')[0], start]);
  // What is found first is looked at first, so that a counterexample is a shortest one.
  for (const [place, state] of open) {
    const counterexample = follow(place, state);
    if (counterexample) return { states: known.size, counterexample };
  }
  const lost = unreaching(known.size, edges, well);
  return { states: known.size, ...(lost === undefined ? {} : { deadEnd: traceTo(lost) }) };
}

function movesFrom(world: World, state: ModelState): Move[] {
  const byWorkers = state.workers.flatMap((_, index) =>
    workerMoves(world, state, index).map(([what, after]): Move => [`worker ${index} ${what}`, after]),
  );
  return [...byWorkers, ...worldMoves(world, state)];
}

/** A state from which none of the targets can be reached. */
function unreaching(size: number, edges: number[], targets: number[]): number | undefined {
  const into: number[][] = Array.from({ length: size }, () => []);
  for (let at = 0; at < edges.length; at += 2) into[edges[at + 1]!]!.push(edges[at]!);
  const reaches = new Uint8Array(size);
  const open = [...targets];
  for (const target of targets) reaches[target] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const source of into[at]!) {
      if (reaches[source]) continue;
      reaches[source] = 1;
      open.push(source);
    }
  }
  const lost = reaches.indexOf(0);
  return lost < 0 ? undefined : lost;
}
