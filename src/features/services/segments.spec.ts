import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { BLEACH, LONG_COLOUR, PERM, ROOT_COLOUR, type TimedSegment } from '../../../test/fixtures/services/field-notes';
import { canonicalSegment, type OnePerson, type Segment, segmentFaults, staffOfAll, visitMinutes } from './segments';

const PEOPLE = ['a', 'b', 'c'];
const NAMES = ['Wash', 'Cut', 'Colour', 'Dry', 'Style', 'Perm'];
const RUNS = 2_000;

const gap = fc
  .tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 1, max: 90 }))
  .map(([one, other]) => ({ minMinutes: Math.min(one, other), maxMinutes: Math.max(one, other) }));

/** Segments in which nothing is wrong, but for nobody who can do them all where that is asked. */
const sound: fc.Arbitrary<Segment[]> = fc
  .array(
    fc.record({
      durationMinutes: fc.integer({ min: 5, max: 120 }),
      gapAfter: fc.option(gap),
      gapFreesStaff: fc.option(fc.boolean()),
      staffIds: fc.shuffledSubarray(PEOPLE),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) =>
    parts.map(({ gapAfter, gapFreesStaff, ...part }, index) => {
      const free = gapFreesStaff === null ? {} : { gapFreesStaff };
      const after = gapAfter && index < parts.length - 1 ? { gapAfter, ...free } : {};
      return { name: NAMES[index]!, ...part, ...after };
    }),
  );

/** What people get wrong, done to one of the segments. */
const MISTAKES: ((segment: Segment) => Partial<Segment>)[] = [
  () => ({ name: ' cut ' }),
  () => ({ gapAfter: { minMinutes: 20, maxMinutes: 10 } }),
  () => ({ gapAfter: { minMinutes: 0, maxMinutes: 1_440 } }),
  () => ({ gapFreesStaff: true }),
  () => ({ durationMinutes: 480 }),
  ({ staffIds }) => ({ staffIds: [...staffIds, 'A', 'a'] }),
];
const mistake = fc.tuple(fc.constantFrom(...MISTAKES), fc.nat(5));
const segments = fc
  .tuple(sound, fc.array(mistake, { maxLength: 3 }))
  .map(([all, mistakes]) =>
    mistakes.reduce(
      (made, [mistaken, at]) =>
        made.map((one, index) => (index === at % all.length ? { ...one, ...mistaken(one) } : one)),
      all,
    ),
  );
const onePerson = fc.constantFrom<OnePerson>('preferred', 'required', 'indifferent');

const staffed = (timed: TimedSegment[]): Segment[] => timed.map((one) => ({ ...one, staffIds: [randomUUID()] }));
const lower = (texts: string[]): string[] => texts.map((text) => text.trim().toLowerCase());
const distinct = (texts: string[]): boolean => new Set(lower(texts)).size === texts.length;

/** Says of one rule after the other whether it holds, without knowing where it breaks. */
function isSound(all: Segment[], wanted: OnePerson): boolean {
  const longest = all.reduce(
    (sum, { durationMinutes, gapAfter }) => sum + durationMinutes + (gapAfter?.maxMinutes ?? 0),
    0,
  );
  const shared = PEOPLE.filter((id) => all.every(({ staffIds }) => lower(staffIds).includes(id)));
  const rules = [
    distinct(all.map(({ name }) => name)),
    all.every(({ staffIds }) => distinct(staffIds)),
    all.every(({ gapAfter, gapFreesStaff }) => gapAfter !== undefined || gapFreesStaff === undefined),
    all.every(({ gapAfter }) => gapAfter === undefined || gapAfter.minMinutes <= gapAfter.maxMinutes),
    all.at(-1)!.gapAfter === undefined,
    longest <= 24 * 60,
    wanted !== 'required' || all.some(({ staffIds }) => staffIds.length === 0) || shared.length > 0,
  ];
  return rules.every(Boolean);
}

describe('segments', () => {
  it('are faultless exactly when every rule holds', () => {
    let faultless = 0;
    fc.assert(
      fc.property(segments, onePerson, (all, wanted) => {
        const expected = isSound(all, wanted);
        faultless += expected ? 1 : 0;
        expect(segmentFaults(all, wanted).length === 0).toBe(expected);
      }),
      { numRuns: RUNS },
    );
    // Else the rules would have been tried in one direction only.
    expect(faultless).toBeGreaterThan(RUNS / 10);
    expect(faultless).toBeLessThan(RUNS - RUNS / 10);
  });

  it('have each fault at a field that exists, once', () => {
    fc.assert(
      fc.property(segments, onePerson, (all, wanted) => {
        const fields = segmentFaults(all, wanted).map(({ field }) => field);
        expect(new Set(fields).size).toBe(fields.length);
        for (const field of fields) {
          const value = field.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], {
            segments: all,
            onePerson: wanted,
          });
          expect(value).toBeDefined();
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('have one way of being written, which says the same and stays as faultless', () => {
    fc.assert(
      fc.property(sound, onePerson, (all, wanted) => {
        fc.pre(isSound(all, wanted));
        const written = all.map(canonicalSegment);
        expect(written.map(canonicalSegment)).toEqual(written);
        expect(segmentFaults(written, wanted)).toEqual([]);
        expect(visitMinutes(written)).toEqual(visitMinutes(all));
        for (const { gapAfter, gapFreesStaff } of written)
          expect(gapFreesStaff === undefined).toBe(gapAfter === undefined);
      }),
      { numRuns: RUNS },
    );
  });

  it('take as long as hairdressers say', () => {
    expect(visitMinutes(PERM)).toEqual({ minMinutes: 135, maxMinutes: 135 });
    expect(visitMinutes(ROOT_COLOUR)).toEqual({ minMinutes: 135, maxMinutes: 150 });
    expect(visitMinutes(LONG_COLOUR)).toEqual({ minMinutes: 155, maxMinutes: 170 });
    expect(visitMinutes(BLEACH)).toEqual({ minMinutes: 205, maxMinutes: 220 });
    for (const timed of [PERM, ROOT_COLOUR, LONG_COLOUR, BLEACH]) {
      expect(segmentFaults(staffed(timed), 'preferred')).toEqual([]);
    }
  });

  it('can be done by one person exactly when somebody is named in all of them', () => {
    expect(staffOfAll([{ staffIds: ['a', 'b'] }, { staffIds: ['b', 'c'] }, { staffIds: ['c', 'b'] }])).toEqual(['b']);
    expect(staffOfAll([{ staffIds: ['a'] }, { staffIds: ['b'] }])).toEqual([]);
  });
});
