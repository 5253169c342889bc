import { dateIn, formatInstant, startOfDay, endOfDay } from '../../../foundation/time/instants';
import type { Slot } from '../../../scheduling/words';
import { missingTime } from './explain-clock-change';
import type { ExplainFacts, SeenSlots } from './explain-facts';
import { coversSpan, hoursAt, workingDays } from './explain-hours';
import type { Certainty, Reason } from './explain-reason';

const MINUTE_MS = 60_000;
/** A host without a free start on so many working days in a row is taken to be closed for booking, not busy. */
const CLOSED_WORKING_DAYS = 10;

/** What the event type, the clock and the host's hours say, whatever else takes up the time. */
export function definedReasons(facts: ExplainFacts): Reason[] {
  return [...clockChange(facts), ...notice(facts), ...outsideSchedule(facts), ...offGrid(facts)];
}

function clockChange({ asked, hostZone }: ExplainFacts): Reason[] {
  const missing = missingTime(asked, hostZone);
  return missing ? [{ code: 'CLOCK_CHANGE', certainty: 'known', evidence: { ...missing } }] : [];
}

/** Nearer than the type allows. */
export function notice({ eventType, startMs, nowMs, hostZone }: ExplainFacts): Reason[] {
  const { minimumNoticeMinutes } = eventType.definition;
  const earliestMs = nowMs + minimumNoticeMinutes * MINUTE_MS;
  if (startMs >= earliestMs) return [];
  const earliestStart = formatInstant(earliestMs, hostZone);
  return [{ code: 'NOTICE', certainty: 'inferred', evidence: { minimumNoticeMinutes, earliestStart } }];
}

function outsideSchedule({ schedule, startMs, endMs }: ExplainFacts): Reason[] {
  if (!schedule || coversSpan(schedule, { fromMs: startMs, toMs: endMs })) return [];
  const { timeZone, providerId } = schedule;
  return [
    {
      code: 'OUTSIDE_SCHEDULE',
      certainty: 'known',
      evidence: { timeZone, ...hoursAt(schedule, startMs), end: formatInstant(endMs, timeZone) },
      confidential: { scheduleId: providerId },
    },
  ];
}

/** The time is free, as the starts around it prove, but none of them is this one. */
function offGrid({ eventType, seen, startMs, endMs, hostZone }: ExplainFacts): Reason[] {
  if (!seen || !isInside(seen.slots, startMs, endMs)) return [];
  const { slotIntervalMinutes, schedulingType } = eventType.definition;
  const previous = seen.slots.findLast((slot) => slot.startMs < startMs);
  const next = seen.slots.find((slot) => slot.startMs > startMs);
  const evidence = {
    intervalMinutes: slotIntervalMinutes ?? eventType.lengthMinutes,
    ...(previous ? { previousOffered: formatInstant(previous.startMs, hostZone) } : {}),
    ...(next ? { nextOffered: formatInstant(next.startMs, hostZone) } : {}),
  };
  // Of several hosts, each may be free for a part of it only.
  return [{ code: 'OFF_GRID', certainty: schedulingType === 'round-robin' ? 'inferred' : 'known', evidence }];
}

/** Whether free starts, each with its length, cover all of [startMs, endMs) without a hole. */
function isInside(slots: readonly Slot[], startMs: number, endMs: number): boolean {
  let reached = startMs;
  for (const slot of slots) if (slot.startMs <= reached) reached = Math.max(reached, slot.endMs);
  return reached >= endMs;
}

/** What can only be guessed from what the provider leaves out. For a start that nothing else explains. */
export function leftOut(facts: ExplainFacts): Reason[] {
  const window = closedWindow(facts);
  if (window.length > 0) return window;
  const limit = possibleLimit(facts);
  const certainty: Certainty = facts.schedule && limit.length === 0 ? 'inferred' : 'unknown';
  return [...limit, { code: 'BUSY_AT_PROVIDER', certainty, evidence: { scheduleSeen: facts.schedule !== undefined } }];
}

function closedWindow({ seen, schedule, startMs, hostZone }: ExplainFacts): Reason[] {
  if (!seen || !schedule) return [];
  const fromMs = startOfDay(dateIn(startMs, hostZone), hostZone);
  const days = workingDays(schedule, { fromMs, toMs: seen.toMs });
  if (days < CLOSED_WORKING_DAYS || seen.slots.some((slot) => slot.startMs >= fromMs)) return [];
  const dates = { nothingFrom: dateIn(fromMs, hostZone), nothingUntil: dateIn(seen.toMs - 1, hostZone) };
  return [{ code: 'BOOKING_WINDOW', certainty: 'inferred', evidence: { ...dates, workingDays: days } }];
}

/** A day without any free start on which this type was booked: it may be full by a limit, which providers do not tell. */
function possibleLimit({ booked, eventType, seen, startMs, hostZone }: ExplainFacts): Reason[] {
  const date = dateIn(startMs, hostZone);
  const [fromMs, toMs] = [startOfDay(date, hostZone), endOfDay(date, hostZone)];
  const isThatDay = (at: { startMs: number }): boolean => at.startMs >= fromMs && at.startMs < toMs;
  const bookedThatDay = booked.filter((each) => each.eventTypeId === eventType.id && isThatDay(each)).length;
  if (bookedThatDay === 0 || seen?.slots.some(isThatDay)) return [];
  return [{ code: 'TYPE_LIMIT', certainty: 'unknown', evidence: { date, bookedThatDay, offeredThatDay: 0 } }];
}

export function offers(seen: SeenSlots | undefined, startMs: number): boolean {
  return seen?.slots.some((slot) => slot.startMs === startMs) ?? false;
}
