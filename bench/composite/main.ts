import { performance } from 'node:perf_hooks';
import { searchVisits } from '../../src/features/availability/composite/composite-search';
import type { SegmentOffer, VisitQuestion } from '../../src/features/availability/composite/composite-visit';

const SIZES = [2_500, 5_000, 10_000];
/** As many options as a page or a voice could ever show; the search finds all and ranks them. */
const SHOWN = 200;
const ROUNDS = 150;
const WARM_UP = 10;
/** Twice as many slots may cost this much more; 2 would be linear, the rest is room for a machine that does other things. */
const RATIO_MAX = 2.3;

const CASES = [
  { name: 'one person', staff: 1, freed: true, person: 'indifferent' },
  { name: 'four people, any', staff: 4, freed: true, person: 'indifferent' },
  { name: 'four people, one preferred', staff: 4, freed: true, person: 'preferred' },
  { name: 'four people who stay in gaps', staff: 4, freed: false, person: 'indifferent' },
] as const;

/** Five segments as of a perm, `slots` starts for each of them among its people, every five minutes with holes. */
function visit(slots: number, { staff, freed, person }: (typeof CASES)[number]): VisitQuestion {
  const random = randomFrom(slots + staff);
  const minutes = [50, 5, 15, 40, 10];
  const gaps = [15, 10, 0, 5, 0];
  const segments = minutes.map((duration, at) => ({
    duration,
    gapAfter: { min: gaps[at]!, max: gaps[at]! + 15 },
    gapFreesStaff: freed,
    offers: Array.from({ length: staff }, (_, who) => offerOf(`staff ${who}`, slots / staff, random)),
  }));
  return { segments, person, from: 0, to: Number.MAX_SAFE_INTEGER, limit: SHOWN };
}

function offerOf(staffId: string, size: number, random: () => number): SegmentOffer {
  const starts = new Int32Array(size);
  let minute = 0;
  for (let index = 0; index < size; index++) starts[index] = minute += random() < 0.8 ? 5 : 60;
  return { staffId, eventTypeId: staffId, beforeBuffer: 0, afterBuffer: 0, starts };
}

/** Park and Miller's generator: the same visits in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/**
 * Milliseconds for each size: the fastest of many rounds, interleaved, because what the machine does besides can only add
 * to it.
 */
function measure(which: (typeof CASES)[number]): { ms: number[]; chains: number[] } {
  const visits = SIZES.map((size) => visit(size, which));
  const times = visits.map((): number[] => []);
  const chains = visits.map((each) => searchVisits({ ...each, limit: Infinity }).length);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    visits.forEach((each, index) => {
      const before = performance.now();
      searchVisits(each);
      if (round >= 0) times[index]!.push(performance.now() - before);
    });
  }
  return { ms: times.map((all) => Math.min(...all)), chains };
}

console.log('Composite search, 5 segments: ms to find and rank the chains of all first starts');
let worst = 0;
for (const which of CASES) {
  const { ms, chains } = measure(which);
  SIZES.forEach((size, index) => {
    const ratio = index === 0 ? undefined : ms[index]! / ms[index - 1]!;
    worst = Math.max(worst, ratio ?? 0);
    const doubled = ratio === undefined ? '' : `  x${ratio.toFixed(2)} for twice the slots`;
    const label = `${which.name.padEnd(30)}${String(size).padStart(7)} slots a segment`;
    console.log(
      `${label}  ${ms[index]!.toFixed(2).padStart(7)} ms  ${String(chains[index]).padStart(6)} chains${doubled}`,
    );
  });
}
console.log(`worst ratio ${worst.toFixed(2)}, at most ${RATIO_MAX}`);
if (worst > RATIO_MAX) process.exitCode = 1;
