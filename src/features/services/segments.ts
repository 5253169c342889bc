import type { Minutes } from '../../scheduling/words';

/**
 * Whether one person should do the whole visit: `required` = no other way is offered, `preferred` = visits with fewer
 * changes come first, `indifferent` = nobody cares.
 */
export const ONE_PERSON = ['preferred', 'required', 'indifferent'] as const;
export type OnePerson = (typeof ONE_PERSON)[number];

/** The customer waits, at least and at most so long, until the next segment begins. */
export interface Gap {
  /** 0 to {@link maxMinutes}. */
  minMinutes: Minutes;
  /** From 1: a segment without a gap is followed at once. */
  maxMinutes: Minutes;
}

/** One stretch of a visit, booked as one booking at the provider. The one encoding of it, from the request to the row. */
export interface Segment {
  name: string;
  durationMinutes: Minutes;
  /** Absent: the next segment follows at once, or there is none. */
  gapAfter?: Gap;
  /** Whether whoever did this segment may see other customers in the gap; there exactly when there is a gap. */
  gapFreesStaff?: boolean;
  /** Ours; who can do it, whom to ask first. */
  staffIds: string[];
}

export interface FieldFault {
  /** As the caller wrote it: `segments.1.gapAfter.minMinutes`. */
  field: string;
  reason: string;
}

export const SEGMENTS_MAX = 6;
/** A booking shorter than this is finer than every grid, longer than this is a working day. */
export const DURATION = { min: 5, max: 480 };
/** A visit with its longest gaps ends within a day. */
export const VISIT_MINUTES_MAX = 1_440;

/** The one way of writing it: names trimmed, ids in lower case, the gap's freedom said where there is a gap. */
export function canonicalSegment({ name, durationMinutes, gapAfter, gapFreesStaff, staffIds }: Segment): Segment {
  const gap = gapAfter && {
    gapAfter: { minMinutes: gapAfter.minMinutes, maxMinutes: gapAfter.maxMinutes },
    gapFreesStaff: gapFreesStaff ?? true,
  };
  return { name: name.trim(), durationMinutes, ...gap, staffIds: staffIds.map((id) => id.toLowerCase()) };
}

/** What tells segments of one service apart: `Wash` and ` wash` are the same. */
export function segmentKey({ name }: Pick<Segment, 'name'>): string {
  return name.trim().toLowerCase();
}

/**
 * Everything that is wrong with these segments as a whole, where each of them is well-formed by itself. Empty when they
 * can be kept.
 */
export function segmentFaults(segments: Segment[], onePerson: OnePerson): FieldFault[] {
  const faults = segments.flatMap((segment, index) => [
    ...nameFaults(segments, index),
    ...gapFaults(segment, index, index === segments.length - 1),
    ...staffFaults(segment, index),
  ]);
  if (longestMinutes(segments) > VISIT_MINUTES_MAX) {
    faults.push({
      field: 'segments',
      reason: `must end within ${VISIT_MINUTES_MAX} minutes, the longest gaps included`,
    });
  }
  if (onePerson === 'required' && segments.every(hasStaff) && staffOfAll(segments).length === 0) {
    faults.push({ field: 'onePerson', reason: 'cannot be required: nobody can do every segment' });
  }
  return faults;
}

/** The shortest and the longest visit, from the first minute to the last. */
export function visitMinutes(segments: Pick<Segment, 'durationMinutes' | 'gapAfter'>[]): Gap {
  const minMinutes = segments.reduce(
    (sum, { durationMinutes, gapAfter }) => sum + durationMinutes + (gapAfter?.minMinutes ?? 0),
    0,
  );
  return { minMinutes, maxMinutes: longestMinutes(segments) };
}

/** Those who can do every segment. */
export function staffOfAll(segments: Pick<Segment, 'staffIds'>[]): string[] {
  const [first, ...others] = segments;
  return (first?.staffIds ?? []).filter((id) => others.every(({ staffIds }) => staffIds.includes(id)));
}

function longestMinutes(segments: Pick<Segment, 'durationMinutes' | 'gapAfter'>[]): Minutes {
  return segments.reduce(
    (sum, { durationMinutes, gapAfter }) => sum + durationMinutes + (gapAfter?.maxMinutes ?? 0),
    0,
  );
}

function hasStaff({ staffIds }: Segment): boolean {
  return staffIds.length > 0;
}

function nameFaults(segments: Segment[], index: number): FieldFault[] {
  const key = segmentKey(segments[index]!);
  const earlier = segments.findIndex((segment) => segmentKey(segment) === key);
  return earlier === index
    ? []
    : [{ field: `segments.${index}.name`, reason: `is the name of segment ${earlier}, too` }];
}

function gapFaults({ gapAfter, gapFreesStaff }: Segment, index: number, isLast: boolean): FieldFault[] {
  const at = `segments.${index}`;
  if (!gapAfter) {
    return gapFreesStaff === undefined ? [] : [{ field: `${at}.gapFreesStaff`, reason: 'needs a gapAfter' }];
  }
  if (isLast) return [{ field: `${at}.gapAfter`, reason: 'must be left out: nothing follows the last segment' }];
  return gapAfter.minMinutes <= gapAfter.maxMinutes
    ? []
    : [{ field: `${at}.gapAfter.minMinutes`, reason: 'must not be more than maxMinutes' }];
}

function staffFaults({ staffIds }: Segment, index: number): FieldFault[] {
  const ids = staffIds.map((id) => id.toLowerCase());
  return ids.flatMap((id, place) =>
    ids.indexOf(id) === place ? [] : [{ field: `segments.${index}.staffIds.${place}`, reason: 'is named twice' }],
  );
}
