/** Minutes since the epoch; every start and end of a composite search is one. */
export type Minute = number;

/** `required`: one person does everything. `preferred`: one person where anybody can, else several. */
export type PersonRule = 'preferred' | 'required' | 'indifferent';

/** One person who can do a segment, through one event type, with the starts at which both are free. */
export interface SegmentOffer {
  staffId: string;
  eventTypeId: string;
  /** Minutes that the provider keeps free around bookings of this event type. */
  beforeBuffer: number;
  afterBuffer: number;
  /** Ascending, each once; on the provider's grid or off it. */
  starts: ArrayLike<Minute>;
}

export interface VisitSegment {
  /** At least 1. */
  duration: number;
  /** Time between this segment's end and the next one's start, both ends included. Of the last one nobody asks. */
  gapAfter: { min: number; max: number };
  /**
   * Whether whoever did this segment may serve others until the next one begins. If not, the whole gap must be known to
   * be free: inside times that offers of this person in this question cover. What is not known is not free.
   */
  gapFreesStaff: boolean;
  offers: readonly SegmentOffer[];
}

export interface VisitQuestion {
  /** In the order in which they are done, at least one. */
  segments: readonly VisitSegment[];
  person: PersonRule;
  /** Does every segment that she is offered for; with `required` that must be all of them. */
  staffId?: string;
  /** The first start of the visit lies in [from, to). */
  from: Minute;
  to: Minute;
  /** How many of the best are wanted; all when absent. */
  limit?: number;
}

export interface VisitStep {
  staffId: string;
  eventTypeId: string;
  start: Minute;
  end: Minute;
  /** Which of the segment's offers it is. */
  offer: number;
}

/** One way to do a visit. */
export interface VisitChain {
  steps: VisitStep[];
  /** How often the customer is handed over. */
  changes: number;
  /** Minutes from the first start to the last end. */
  total: number;
}

/** Negative when `a` is to be taken: earlier, start by start; then with fewer changes; then by the order of the offers. */
export function earlierChain(a: VisitChain, b: VisitChain): number {
  return byStep(a, b, 'start') || a.changes - b.changes || byStep(a, b, 'offer');
}

function byStep(a: VisitChain, b: VisitChain, what: 'start' | 'offer'): number {
  const at = a.steps.findIndex((step, index) => step[what] !== b.steps[index]?.[what]);
  return at < 0 ? 0 : (a.steps[at]?.[what] ?? 0) - (b.steps[at]?.[what] ?? 0);
}

/** Index of the first start at `from` or later, looked for from `low` on. */
export function firstFrom(starts: ArrayLike<Minute>, from: Minute, low = 0): number {
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
