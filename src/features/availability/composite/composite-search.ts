import { type Choices, choicesOf, ranked } from './composite-choices';
import { type FreeRuns, freeRunsOfStaff } from './composite-free-runs';
import { buffersReachOver, ReturningSearch } from './composite-returns';
import { sweep } from './composite-sweep';
import type { SegmentOffer, VisitChain, VisitQuestion, VisitSegment } from './composite-visit';

/**
 * How a visit of several segments can be done: for each first start the earliest chain, start by start; of equals the
 * one with the fewest changes of person, then the one whose offers come first. With `preferred`, a start at which one
 * person can do everything has the earliest chain of one person. Ranked: fewest changes, then shortest, then earliest.
 *
 * No person has two segments whose times with their buffers overlap, as providers count buffers.
 */
export function searchVisits(question: VisitQuestion): VisitChain[] {
  const { person, staffId, limit = Infinity } = question;
  const runs = freeRunsOfStaff(question.segments);
  const offered = question.segments.map((segment) => ({ ...segment, offers: placed(segment.offers) }));
  const segments = staffId === undefined ? offered : offered.map((each) => withStaff(each, staffId, person));
  const byOne = person === 'indifferent' ? [] : choicesOfOne(segments, question, runs);
  const byAny = person === 'required' ? [] : choicesIn(segments, question, runs);
  return ranked(byOne, byAny, limit);
}

/** An offer that knows its place among all of its segment's, however few of them are looked at. */
type PlacedOffer = SegmentOffer & { place: number };
type PlacedSegment = Omit<VisitSegment, 'offers'> & { offers: PlacedOffer[] };

const placed = (offers: readonly SegmentOffer[]): PlacedOffer[] => offers.map((offer, place) => ({ ...offer, place }));

function withStaff(segment: PlacedSegment, staffId: string, person: VisitQuestion['person']): PlacedSegment {
  const own = onlyOf(segment, staffId);
  return own.offers.length > 0 || person === 'required' ? own : segment;
}

function onlyOf(segment: PlacedSegment, staffId: string): PlacedSegment {
  return { ...segment, offers: segment.offers.filter((offer) => offer.staffId === staffId) };
}

/** Of each person who can do the first segment what that person can do alone. */
function choicesOfOne(segments: PlacedSegment[], question: VisitQuestion, runs: FreeRuns): Choices[] {
  const people = [...new Set(segments[0]?.offers.map(({ staffId }) => staffId))];
  return people.flatMap((staffId) => {
    const own = segments.map((segment) => onlyOf(segment, staffId));
    return choicesIn(own, question, runs);
  });
}

function choicesIn(segments: PlacedSegment[], { from, to }: VisitQuestion, runs: FreeRuns): Choices[] {
  if (segments.some(({ offers }) => offers.length === 0)) return [];
  const found = buffersReachOver(segments)
    ? choicesOf(new ReturningSearch(segments, runs).chains(from, to))
    : sweep(segments, from, to, runs);
  const write = (index: number): VisitChain => inPlace(found.write(index), segments);
  return [{ ...found, write }];
}

function inPlace(chain: VisitChain, segments: PlacedSegment[]): VisitChain {
  const steps = chain.steps.map((step, at) => ({ ...step, offer: segments[at]!.offers[step.offer]!.place }));
  return { ...chain, steps };
}
