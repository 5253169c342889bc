import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { VisitPart } from '../../availability/composite/visit-offers.service';
import type { ServicePlan } from '../../services/services.service';
import type { AgreedSegment } from '../visit';
import { isPossible, shifted } from './visit-shift';

const RUNS = { numRuns: 2_000 };
const MINUTE_MS = 60_000;
const ZONE = 'Europe/Berlin';
/** A day in winter: everything below is so many minutes from it. */
const DAY_MS = Date.UTC(2026, 11, 1);

/** A service as a salon may make it, and a legal visit of it. */
interface Booked {
  plan: ServicePlan;
  segments: AgreedSegment[];
}

const segment = fc.record({
  minutes: fc.integer({ min: 5, max: 90 }),
  minGap: fc.integer({ min: 0, max: 60 }),
  moreGap: fc.integer({ min: 0, max: 30 }),
  gapFreesStaff: fc.boolean(),
  /** How much of what the gap may be longer is used. */
  stretch: fc.nat(30),
  /** Who can do it, and which of them does. */
  staff: fc.subarray(['maria', 'jonas', 'eva'], { minLength: 1 }),
  chosen: fc.nat(2),
});
type Told = typeof segment extends fc.Arbitrary<infer T> ? T : never;

const booked: fc.Arbitrary<Booked> = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 6 }), fc.nat(23 * 60))
  .map(([told, minute]) => ({ plan: planOf(told), segments: visitOf(told, DAY_MS + minute * MINUTE_MS) }));
const minutes = fc.integer({ min: -200_000, max: 200_000 });

function planOf(told: Told[]): ServicePlan {
  const segments = told.map(({ minutes: durationMinutes, minGap, moreGap, gapFreesStaff, staff }, at) => ({
    ...{ id: `segment ${at}`, name: `Segment ${at}`, durationMinutes, gapFreesStaff },
    gapAfter: { minMinutes: minGap, maxMinutes: minGap + moreGap },
    staff: staff.map((name) => ({ staffId: name, name, hostId: name, eventType: { id: typeOf(name, at) } })),
  }));
  return { id: 'service', name: 'Colour and cut', onePerson: 'none', segments } as unknown as ServicePlan;
}

const typeOf = (staff: string, segmentAt: number): string => `type of ${staff} for ${segmentAt}`;

function visitOf(told: Told[], firstMs: number): AgreedSegment[] {
  let atMs = firstMs;
  return told.map(({ minutes: length, minGap, moreGap, gapFreesStaff, stretch, staff, chosen }, at) => {
    const [startMs, staffId] = [atMs, staff[chosen % staff.length]!];
    const endMs = startMs + length * MINUTE_MS;
    atMs = endMs + (minGap + (stretch % (moreGap + 1))) * MINUTE_MS;
    const eventTypeId = typeOf(staffId, at);
    const names = { segmentId: `segment ${at}`, name: `Segment ${at}`, bookingId: `booking ${at}`, eventTypeTitle: '' };
    return { ...names, staffId, staffName: staffId, eventTypeId, startMs, endMs, gapFreesStaff };
  });
}

/** What a visit is, whether it is agreed on or only planned. */
const asAgreed = (segments: readonly AgreedSegment[]) =>
  segments.map(({ segmentId, name, staffId, staffName, eventTypeId, startMs, endMs }) => {
    return { segmentId, name, staffId, staffName, eventTypeId, startMs, endMs };
  });
const asPlanned = (parts: readonly VisitPart[]) =>
  parts.map(({ eventType, ...part }) => ({ ...part, eventTypeId: eventType.id }));

/** As it would be agreed on after the move. */
function after(segments: readonly AgreedSegment[], parts: readonly VisitPart[]): AgreedSegment[] {
  return segments.map((agreed, at) => ({ ...agreed, startMs: parts[at]!.startMs, endMs: parts[at]!.endMs }));
}

const property = (holds: (visit: Booked, byMs: number) => void): void => {
  fc.assert(
    fc.property(booked, minutes, (visit, by) => holds(visit, by * MINUTE_MS)),
    RUNS,
  );
};

describe('a visit that is shifted as a whole', () => {
  it('keeps order, lengths, gaps within what the service allows, people and event types', () => {
    property(({ plan, segments }, byMs) => {
      const startMs = segments[0]!.startMs + byMs;
      const shift = shifted(plan, segments, startMs)!;
      const parts = asPlanned(shift.parts);
      expect(parts).toEqual(
        asAgreed(segments).map((own) => ({ ...own, startMs: own.startMs + byMs, endMs: own.endMs + byMs })),
      );
      expect([shift.startMs, shift.endMs]).toEqual([parts[0]!.startMs, parts.at(-1)!.endMs]);
      for (const [at, { durationMinutes, gapAfter }] of plan.segments.entries()) {
        const [part, next] = [parts[at]!, parts[at + 1]];
        expect(part.endMs - part.startMs).toBe(durationMinutes * MINUTE_MS);
        if (!next) continue;
        const gap = (next.startMs - part.endMs) / MINUTE_MS;
        expect(gap >= gapAfter.minMinutes && gap <= gapAfter.maxMinutes).toBe(true);
      }
    });
  });

  it('by nothing is the same visit', () => {
    property(({ plan, segments }) => {
      expect(asPlanned(shifted(plan, segments, segments[0]!.startMs)!.parts)).toEqual(asAgreed(segments));
    });
  });

  it('is none of the service any more once a length, or a gap before the last segment, is not what it was', () => {
    property(({ plan, segments }, byMs) => {
      const startMs = segments[0]!.startMs + byMs;
      for (const [at, sold] of plan.segments.entries()) {
        const longer = { ...sold, durationMinutes: sold.durationMinutes + 5 };
        expect(shifted({ ...plan, segments: plan.segments.with(at, longer) }, segments, startMs)).toBeUndefined();
        if (at === plan.segments.length - 1) continue;
        const minMinutes = sold.gapAfter.maxMinutes + 5;
        const later = { ...sold, gapAfter: { minMinutes, maxMinutes: minMinutes } };
        expect(shifted({ ...plan, segments: plan.segments.with(at, later) }, segments, startMs)).toBeUndefined();
      }
    });
  });

  it('there and back is the same visit', () => {
    property(({ plan, segments }, byMs) => {
      const there = shifted(plan, segments, segments[0]!.startMs + byMs)!;
      const back = shifted(plan, after(segments, there.parts), segments[0]!.startMs)!;
      expect(asPlanned(back.parts)).toEqual(asAgreed(segments));
    });
  });

  it('is none once somebody does not do a segment any more that she was booked for', () => {
    property(({ plan, segments }, byMs) => {
      const at = Math.abs(byMs / MINUTE_MS) % segments.length;
      const without = plan.segments.map((own, index) => {
        const staff = own.staff.filter(({ staffId }) => staffId !== segments[at]!.staffId);
        return index === at ? { ...own, staff } : own;
      });
      expect(shifted({ ...plan, segments: without }, segments, segments[0]!.startMs + byMs)).toBeUndefined();
    });
  });

  it.each([
    ['spring', '2027-03-27', '2027-03-28', 23],
    ['autumn', '2026-10-24', '2026-10-25', 25],
  ])('moves by exactly the time that passes on the day on which the clock changes: %s', (_, from, to, hours) => {
    const at = (day: string, minute: number): number =>
      DateTime.fromISO(day, { zone: ZONE }).startOf('day').plus({ minutes: minute }).toMillis();
    // From around midnight, so that the visit itself lies across the change too, into the hours around noon.
    const times = fc.tuple(fc.integer({ min: 0, max: 239 }), fc.integer({ min: 0, max: 1_379 }));
    fc.assert(
      fc.property(booked, times, ({ plan, segments }, [fromMinute, toMinute]) => {
        const own = shifted(plan, segments, at(from, fromMinute))!;
        const next = shifted(plan, after(segments, own.parts), at(to, toMinute))!;
        const byMs = at(to, toMinute) - at(from, fromMinute);
        expect(next.parts.map(({ startMs }, index) => startMs - own.parts[index]!.startMs)).toEqual(
          own.parts.map(() => byMs),
        );
        expect(next.parts.map((part) => part.endMs - part.startMs)).toEqual(
          segments.map((part) => part.endMs - part.startMs),
        );
        // The same time by the clock, a day later: that is an hour more or less than a day.
        const [day, following] = [at(to, 0), DateTime.fromISO(to, { zone: ZONE }).plus({ days: 1 }).toMillis()];
        const [early, late] = [day, following].map((ms) => shifted(plan, segments, ms)!.parts);
        expect(late!.map(({ endMs }, index) => endMs - early![index]!.endMs)).toEqual(
          segments.map(() => hours * 60 * MINUTE_MS),
        );
      }),
      RUNS,
    );
  });
});

describe('whether a shifted visit is possible', () => {
  /** Appointments of others, by minutes from the visit's first start: some meet it, some do not. */
  const others = fc.array(
    fc.record({
      staffId: fc.constantFrom('maria', 'jonas', 'eva'),
      from: fc.integer({ min: -120, max: 600 }),
      length: fc.integer({ min: 1, max: 90 }),
    }),
    { maxLength: 8 },
  );
  /** Near enough that own segments get into the way. */
  const near = fc.integer({ min: -120, max: 120 });

  type Span = { staffId: string; startMs: number; endMs: number };
  type Minutes = (span: Span) => string[];
  const minutesOf: Minutes = ({ staffId, startMs, endMs }) =>
    Array.from({ length: (endMs - startMs) / MINUTE_MS }, (_, at) => `${staffId} ${startMs + at * MINUTE_MS}`);

  /** The visit at its new time, whose minutes are whose, and what was said of it. */
  function looked({ plan, segments }: Booked, by: number, told: { staffId: string; from: number; length: number }[]) {
    const firstMs = segments[0]!.startMs;
    const foreign = told.map(({ staffId, from, length }) => {
      const startMs = firstMs + from * MINUTE_MS;
      return { staffId, startMs, endMs: startMs + length * MINUTE_MS };
    });
    const [own, theirs] = [new Set(segments.flatMap(minutesOf)), new Set(foreign.flatMap(minutesOf))];
    const { parts } = shifted(plan, segments, firstMs + by * MINUTE_MS)!;
    const isFree = (part: VisitPart): boolean => minutesOf(part).every((at) => !own.has(at) && !theirs.has(at));
    return { parts, own, theirs, isPossible: isPossible(parts, segments, isFree) };
  }

  it('is told minute by minute: each part is free, or meets a segment of the same visit and person', () => {
    const seen = { possible: 0, impossible: 0 };
    fc.assert(
      fc.property(booked, near, others, (visit, by, told) => {
        const look = looked(visit, by, told);
        const expected = look.parts.every((part) => {
          const all = minutesOf(part);
          return all.some((at) => look.own.has(at)) || all.every((at) => !look.theirs.has(at));
        });
        expect(look.isPossible).toBe(expected);
        seen[expected ? 'possible' : 'impossible']++;
      }),
      RUNS,
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(RUNS.numRuns / 20);
  });

  it('is always so while nobody else has anything, however much it is in its own way', () => {
    property((visit, byMs) => expect(looked(visit, (byMs / MINUTE_MS) % 120, []).isPossible).toBe(true));
  });
});
