import * as fc from 'fast-check';
import { buffersReachOver } from '../../src/features/availability/composite/composite-returns';
import { searchVisits } from '../../src/features/availability/composite/composite-search';
import type {
  VisitChain,
  VisitQuestion,
  VisitSegment,
} from '../../src/features/availability/composite/composite-visit';
import { bruteForce } from './composite-brute-force';

const CASES = 10_000;
const SEED = 20_261_121;

const minute = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

/** A short day in steps of a minute or of five, so that starts, gaps and buffers meet often. */
const starts = fc.oneof(
  { weight: 6, arbitrary: fc.uniqueArray(minute(45), { minLength: 8, maxLength: 20 }) },
  {
    weight: 3,
    arbitrary: fc.uniqueArray(
      minute(9).map((step) => step * 5),
      { minLength: 4, maxLength: 10 },
    ),
  },
  { weight: 1, arbitrary: fc.constant([]) },
);

const offer = fc.record({
  staffId: fc.constantFrom('anna', 'anna', 'ben', 'ben', 'carla'),
  eventTypeId: fc.constantFrom('a', 'b'),
  beforeBuffer: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: minute(8) }),
  afterBuffer: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: minute(8) }),
  starts: starts.map((found) => Int32Array.from(found).sort()),
});

const segment: fc.Arbitrary<VisitSegment> = fc.record({
  duration: fc.integer({ min: 1, max: 5 }),
  gapAfter: fc.tuple(minute(4), minute(15)).map(([min, more]) => ({ min, max: min + more })),
  gapFreesStaff: fc.boolean(),
  offers: fc.array(offer, { minLength: 1, maxLength: 3, size: 'max' }),
});

const question: fc.Arbitrary<VisitQuestion> = fc.record(
  {
    segments: fc.array(segment, { minLength: 1, maxLength: 4, size: 'max' }),
    person: fc.constantFrom('preferred', 'required', 'indifferent'),
    staffId: fc.constantFrom('anna', 'ben'),
    from: minute(10),
    to: fc.integer({ min: 11, max: 70 }),
  },
  { requiredKeys: ['segments', 'person', 'from', 'to'] },
);

const plain = ({ steps, changes, total }: VisitChain) => ({
  starts: steps.map(({ start }) => start),
  offers: steps.map((step) => step.offer),
  changes,
  total,
});

describe('the search for visits', () => {
  it(`finds exactly what a brute force finds, in the same order, in ${CASES} random cases`, () => {
    const seen = { withChains: 0, reachingOver: 0, several: 0, handedOver: 0, staying: 0 };
    fc.assert(
      fc.property(question, (asked) => {
        const found = searchVisits(asked);
        expect(found.map(plain)).toEqual(bruteForce(asked));
        if (found.length > 0) seen.withChains++;
        if (found.length > 1 && asked.segments.length > 1) seen.several++;
        if (found.length > 0 && buffersReachOver(asked.segments)) seen.reachingOver++;
        if (found.some(({ changes }) => changes > 0)) seen.handedOver++;
        if (found.length > 0 && asked.segments.slice(0, -1).some(({ gapFreesStaff }) => !gapFreesStaff)) seen.staying++;
      }),
      { numRuns: CASES, seed: SEED },
    );
    // Cases in which nothing is possible prove little.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(300);
  }, 120_000);

  it('names for each step the person, the event type and both ends of what it took', () => {
    fc.assert(
      fc.property(question, (asked) => {
        for (const { steps } of searchVisits(asked)) {
          steps.forEach(({ staffId, eventTypeId, start, end, offer: index }, at) => {
            const { duration, offers } = asked.segments[at]!;
            expect(offers[index]).toMatchObject({ staffId, eventTypeId });
            expect(Array.from(offers[index]!.starts)).toContain(start);
            expect(end).toBe(start + duration);
          });
        }
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });
});
