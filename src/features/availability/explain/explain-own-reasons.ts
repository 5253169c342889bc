import { formatInstant } from '../../../foundation/time/instants';
import { isUnclaimed } from '../claims/claimed-times';
import type { TimeClaim } from '../claims/host-times.service';
import type { ExplainFacts } from './explain-facts';
import type { Reason } from './explain-reason';
import type { BookedTime, ClaimedTime } from './explain-records.repository';

const MINUTE_MS = 60_000;

/** What is held or being booked of the time that a booking would claim. */
export function claimed({ claims, hostZone }: ExplainFacts, wanted: TimeClaim[]): Reason[] {
  return claims.filter((claim) => !isUnclaimed(wanted, [claim])).map((claim) => claimReason(claim, hostZone));
}

function claimReason({ by, fromMs, toMs, untilMs, holdId, appointmentId }: ClaimedTime, zone: string): Reason {
  return {
    code: 'CLAIMED',
    certainty: 'known',
    evidence: {
      by: by === 'another company' ? 'booking' : by,
      ...(untilMs ? { until: formatInstant(untilMs, zone) } : {}),
    },
    confidential: {
      by,
      from: formatInstant(fromMs, zone),
      to: formatInstant(toMs, zone),
      ...(holdId ? { holdId } : {}),
      ...(appointmentId ? { appointmentId } : {}),
    },
  };
}

/** Bookings of ours, or seen by us, that take up the host's time, buffers on both sides included. */
export function booked(facts: ExplainFacts): Reason[] {
  const { definition, id } = facts.eventType;
  const inTheWay = facts.booked.filter((booking) => overlaps(booking, facts) && !sharesSeats(booking, facts));
  const hostIds = definition.hosts.map((host) => host.id);
  const hasHost = (booking: BookedTime, host: string): boolean => booking.hostIds.includes(host);
  if (definition.schedulingType === 'round-robin') {
    const allBusy = hostIds.length > 0 && hostIds.every((host) => inTheWay.some((booking) => hasHost(booking, host)));
    return allBusy ? inTheWay.map((booking) => bookedReason(booking, facts.hostZone)) : [];
  }
  return inTheWay
    .filter((booking) => booking.eventTypeId === id || hostIds.some((host) => hasHost(booking, host)))
    .map((booking) => bookedReason(booking, facts.hostZone));
}

/** Who has a seat at exactly this start of this type is in nobody's way. */
function sharesSeats(booking: BookedTime, { eventType, startMs }: ExplainFacts): boolean {
  const isSame = booking.eventTypeId === eventType.id && booking.startMs === startMs;
  return isSame && eventType.definition.seatsPerSlot !== undefined;
}

function overlaps(booking: BookedTime, { eventType, startMs, endMs }: ExplainFacts): boolean {
  const { beforeBufferMinutes, afterBufferMinutes } = eventType.definition;
  const fromMs = booking.startMs - (booking.beforeBufferMinutes + afterBufferMinutes) * MINUTE_MS;
  const toMs = booking.endMs + (booking.afterBufferMinutes + beforeBufferMinutes) * MINUTE_MS;
  return fromMs < endMs && startMs < toMs;
}

const SURE = ['confirmed', 'awaiting_confirmation'];

/** One made at the provider is the host's own business, which we happen to know. */
function bookedReason({ origin, status, appointmentId, startMs, endMs }: BookedTime, zone: string): Reason {
  return {
    code: origin === 'provider' ? 'BUSY_AT_PROVIDER' : 'BOOKED_THROUGH_US',
    certainty: SURE.includes(status) ? 'known' : 'inferred',
    evidence: {},
    confidential: { appointmentId, status, from: formatInstant(startMs, zone), to: formatInstant(endMs, zone) },
  };
}

/** Every seat of this start is taken by bookings that we know. */
export function seatsTaken(facts: ExplainFacts): Reason[] {
  const { seatsPerSlot } = facts.eventType.definition;
  const taken = facts.booked.filter((booking) => sharesSeats(booking, facts) && SURE.includes(booking.status)).length;
  if (seatsPerSlot === undefined || taken < seatsPerSlot) return [];
  return [{ code: 'TYPE_LIMIT', certainty: 'known', evidence: { seatsPerSlot, taken } }];
}
