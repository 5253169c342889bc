import type { SegmentOffer, VisitQuestion } from '../../src/features/availability/composite/composite-visit';

interface Step {
  offer: number;
  start: number;
}

export interface BruteChain {
  starts: number[];
  offers: number[];
  changes: number;
  total: number;
}

/** The definition, read literally: every way to pick an offer and a start for each segment, and what is wrong with it. */
export function bruteForce(question: VisitQuestion): BruteChain[] {
  const allowed = allChains(question).filter((steps) => isPossible(question, steps));
  const chains = allowed.map((steps) => describe(question, steps));
  const firsts = [...new Set(chains.map(({ starts }) => starts[0]!))];
  const best = firsts.flatMap((first) => {
    const own = chains.filter(({ starts }) => starts[0] === first);
    const byOne = own.filter(({ changes }) => changes === 0);
    const pool = { indifferent: own, required: byOne, preferred: byOne.length > 0 ? byOne : own }[question.person];
    return [...pool].sort((a, b) => compareKeys(keyOf(a), keyOf(b))).slice(0, 1);
  });
  return best.sort((a, b) => compareKeys([a.changes, a.total, a.starts[0]!], [b.changes, b.total, b.starts[0]!]));
}

const keyOf = ({ starts, changes, offers }: BruteChain): number[] => [...starts, changes, ...offers];

function compareKeys(a: number[], b: number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

function allChains({ segments, from, to }: VisitQuestion): Step[][] {
  return segments.reduce<Step[][]>(
    (chains, { offers }, at) => {
      const steps = offers.flatMap(({ starts }, offer) => Array.from(starts, (start) => ({ offer, start })));
      const fitting = at === 0 ? steps.filter(({ start }) => start >= from && start < to) : steps;
      // The gap is looked at here already: without it a few hundred steps have a billion chains.
      return chains.flatMap((chain) =>
        fitting
          .filter((step) => at === 0 || gapIsRight(segments[at - 1]!, chain.at(-1)!, step))
          .map((step) => [...chain, step]),
      );
    },
    [[]],
  );
}

function gapIsRight(segment: VisitQuestion['segments'][number], before: Step, after: Step): boolean {
  const gap = after.start - (before.start + segment.duration);
  return gap >= segment.gapAfter.min && gap <= segment.gapAfter.max;
}

function isPossible(question: VisitQuestion, steps: Step[]): boolean {
  return hasItsPerson(question, steps) && clashes(question, steps) === 0 && stayersAreFree(question, steps);
}

const offerOf = ({ segments }: VisitQuestion, at: number, step: Step): SegmentOffer =>
  segments[at]!.offers[step.offer]!;

function hasItsPerson(question: VisitQuestion, steps: Step[]): boolean {
  const { staffId, person, segments } = question;
  if (staffId === undefined) return true;
  return steps.every((step, at) => {
    const canDoIt = segments[at]!.offers.some((offer) => offer.staffId === staffId);
    return offerOf(question, at, step).staffId === staffId || (person !== 'required' && !canDoIt);
  });
}

/** Pairs of one person's segments whose times, each with its buffers, share a minute. */
function clashes(question: VisitQuestion, steps: Step[]): number {
  const minutes = steps.map((step, at) => {
    const { beforeBuffer, afterBuffer, staffId } = offerOf(question, at, step);
    const end = step.start + question.segments[at]!.duration;
    return { staffId, from: step.start - beforeBuffer, to: end + afterBuffer };
  });
  return minutes.filter((a, index) =>
    minutes.slice(index + 1).some((b) => a.staffId === b.staffId && a.from < b.to && b.from < a.to),
  ).length;
}

/** Minute by minute: whoever is not freed by a gap has an offer that covers it. */
function stayersAreFree(question: VisitQuestion, steps: Step[]): boolean {
  return steps.slice(0, -1).every((step, at) => {
    const { duration, gapFreesStaff } = question.segments[at]!;
    const { staffId } = offerOf(question, at, step);
    const [from, to] = [step.start + duration, steps[at + 1]!.start];
    const gap = Array.from({ length: to - from }, (_, index) => from + index);
    return gapFreesStaff || gap.every((minute) => isCovered(question, staffId, minute));
  });
}

function isCovered({ segments }: VisitQuestion, staffId: string, minute: number): boolean {
  return segments.some(({ duration, offers }) =>
    offers.some(
      (offer) =>
        offer.staffId === staffId && Array.from(offer.starts).some((at) => at <= minute && minute < at + duration),
    ),
  );
}

function describe(question: VisitQuestion, steps: Step[]): BruteChain {
  const people = steps.map((step, at) => offerOf(question, at, step).staffId);
  const last = steps.length - 1;
  return {
    starts: steps.map(({ start }) => start),
    offers: steps.map(({ offer }) => offer),
    changes: people.filter((person, at) => at > 0 && person !== people[at - 1]).length,
    total: steps[last]!.start + question.segments[last]!.duration - steps[0]!.start,
  };
}
