import { formatInstant } from '../../../foundation/time/instants';
import type { ExplainFacts } from './explain-facts';
import { booked, claimed, seatsTaken } from './explain-own-reasons';
import type { ExplainCode, Reason } from './explain-reason';
import { notice } from './explain-reasons';
import type { TimeClaim } from '../claims/host-times.service';

type Explain = (facts: ExplainFacts, wanted: TimeClaim[]) => Reason[];

/** Refusals about the time, and what each of them says for certain. What is written down here tells it more exactly. */
const REFUSALS: Record<string, Explain> = {
  CLAIMED: (facts, wanted) => orElse(claimed(facts, wanted), { code: 'CLAIMED' }),
  HOST_BUSY: (facts) => orElse(booked(facts), { code: 'BUSY_AT_PROVIDER' }),
  SEATS_FULL: ({ eventType }) => [sure({ code: 'TYPE_LIMIT', evidence: seatsOf(eventType.definition) })],
  LIMIT_REACHED: () => [sure({ code: 'TYPE_LIMIT' })],
  OUTSIDE_BOOKING_WINDOW: (facts) => orElse(notice(facts), { code: 'BOOKING_WINDOW' }),
  IN_THE_PAST: ({ nowMs, hostZone }) => [
    sure({ code: 'IN_THE_PAST', evidence: { now: formatInstant(nowMs, hostZone) } }),
  ],
  MANAGED_PARENT: ({ eventType: { definition } }) => [
    sure({ code: 'MANAGED_PARENT', evidence: { schedulingType: definition.schedulingType } }),
  ],
  NOT_OFFERED: (facts, wanted) => {
    const found = [...notice(facts), ...claimed(facts, wanted), ...booked(facts), ...seatsTaken(facts)];
    // It may as well be outside the hours: only the provider can tell.
    return found.length > 0 ? found : [{ code: 'BUSY_AT_PROVIDER', certainty: 'unknown', evidence: {} }];
  },
};

/** Whether a refusal is about the time. */
export function isAboutTime(refusal: string): boolean {
  return Object.hasOwn(REFUSALS, refusal);
}

/** Why a time was refused; empty for a refusal that is about something else. */
export function refusalReasons(refusal: string, facts: ExplainFacts, wanted: TimeClaim[]): Reason[] {
  return isAboutTime(refusal) ? REFUSALS[refusal]!(facts, wanted) : [];
}

/** The refusal itself makes certain what would only be inferred. */
function orElse(found: Reason[], otherwise: { code: ExplainCode }): Reason[] {
  return found.length > 0 ? found.map(sure) : [sure(otherwise)];
}

function sure(reason: Partial<Reason> & { code: ExplainCode }): Reason {
  return { evidence: {}, ...reason, certainty: 'known' };
}

function seatsOf({ seatsPerSlot }: ExplainFacts['eventType']['definition']): Reason['evidence'] {
  return seatsPerSlot === undefined ? {} : { seatsPerSlot, taken: seatsPerSlot };
}
