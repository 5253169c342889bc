import { DateTime } from 'luxon';
import { Json } from '../http/errors';
import { Sandbox } from '../sandbox';
import { noticeMs, seatsOf, windowOf } from '../event-types/rules';
import { busyTimes, hasFreeSeat, hostsOf, limitReached, scheduleOf, splitHosts } from '../bookings/availability';
import { computeSlots, SlotInterval } from '../slots/slot-grid';
import { Account, Booking, EventType } from '../store/records';

export interface SlotQuestion {
  eventType: EventType;
  range: SlotInterval;
  /** IANA zone in which days are cut and times are written; undefined: UTC, written with `Z`. */
  timeZone?: string;
  lengthMinutes: number;
  /** A booking that is about to move and does not stand in its own way. */
  moving?: Booking;
}

/**
 * The free starts of an event type: of all hosts together; of a round-robin, of any host that is free together with the
 * mandatory ones.
 */
export async function offeredSlots(sandbox: Sandbox, question: SlotQuestion): Promise<SlotInterval[]> {
  const { eventType } = question;
  if (eventType.input.schedulingType === 'managed') return [];
  const hosts = await hostsOf(sandbox, eventType);
  const listsOf = (some: Account[]): Promise<SlotInterval[][]> =>
    Promise.all(some.map((host) => slotsOfHost(sandbox, question, host)));
  const isRotating = eventType.input.schedulingType === 'roundRobin';
  const { mandatory, rotating } = isRotating ? splitHosts(eventType, hosts) : { mandatory: hosts, rotating: [] };
  const together = await listsOf(mandatory);
  const merged = intersect(rotating.length > 0 ? [...together, unite(await listsOf(rotating))] : together);
  return withinLimits(sandbox, eventType, hosts[0]?.timeZone ?? 'utc', merged);
}

function intersect([first = [], ...others]: SlotInterval[][]): SlotInterval[] {
  return first.filter((slot) => others.every((slots) => slots.some(({ startMs }) => startMs === slot.startMs)));
}

function unite(lists: SlotInterval[][]): SlotInterval[] {
  const byStart = new Map(lists.flat().map((slot) => [slot.startMs, slot]));
  return [...byStart.values()].sort((a, b) => a.startMs - b.startMs);
}

async function slotsOfHost(sandbox: Sandbox, question: SlotQuestion, host: Account): Promise<SlotInterval[]> {
  const { eventType, range, moving } = question;
  const schedule = await scheduleOf(sandbox, eventType, host);
  if (!schedule || range.startMs >= range.endMs) return [];
  const now = sandbox.now();
  const window = windowOf(eventType.input, host.timeZone, now);
  const leaveOut = (booking: Booking): boolean => booking.id === moving?.id || hasFreeSeat(eventType, booking);
  const booked = await busyTimes(sandbox, eventType, host, range, leaveOut);
  const held = await sandbox.reservations.ofHost(host.id, range.startMs, range.endMs, now);
  const slots = computeSlots({
    schedule,
    rangeStartMs: range.startMs,
    rangeEndMs: range.endMs,
    lengthMinutes: question.lengthMinutes,
    slotIntervalMinutes: eventType.input.slotInterval ?? question.lengthMinutes,
    busy: [...booked, ...held.map(({ startMs, endMs }) => ({ startMs, endMs }))],
    minimumStartMs: now + noticeMs(eventType.input),
    timeZone: question.timeZone ?? 'UTC',
  });
  return slots.filter(({ startMs }) => startMs >= window.fromMs && startMs <= window.toMs);
}

/** Drops the slots of days, weeks, months or years that are full. */
async function withinLimits(
  sandbox: Sandbox,
  eventType: EventType,
  zone: string,
  slots: SlotInterval[],
): Promise<SlotInterval[]> {
  if (!eventType.input.bookingLimitsCount) return slots;
  const verdicts = new Map<string, Promise<boolean>>();
  const full = (startMs: number): Promise<boolean> => {
    const day = DateTime.fromMillis(startMs, { zone }).toISODate() ?? '';
    const known = verdicts.get(day) ?? limitReached(sandbox, eventType, zone, startMs);
    verdicts.set(day, known);
    return known;
  };
  const kept: SlotInterval[] = [];
  for (const slot of slots) if (!(await full(slot.startMs))) kept.push(slot);
  return kept;
}

const wallClock = (ms: number, zone: string | undefined): string =>
  zone === undefined
    ? new Date(ms).toISOString()
    : (DateTime.fromMillis(ms, { zone }).toISO({ suppressMilliseconds: false }) ?? '');

/** The map of 2024-09-04: local date to slots; days without slots are absent. */
export async function slotsByDay(
  sandbox: Sandbox,
  question: SlotQuestion,
  slots: SlotInterval[],
  withEnd: boolean,
): Promise<Json> {
  const { eventType, range, timeZone } = question;
  const total = seatsOf(eventType.input);
  const taken = total === undefined ? [] : await sandbox.bookings.ofType(eventType.id, range.startMs, range.endMs);
  const days: Record<string, Json[]> = {};
  for (const { startMs, endMs } of slots) {
    const day = DateTime.fromMillis(startMs, { zone: timeZone ?? 'utc' }).toISODate() ?? '';
    (days[day] ??= []).push({
      start: wallClock(startMs, timeZone),
      ...(withEnd && { end: wallClock(endMs, timeZone) }),
      ...(total !== undefined &&
        seatCount(
          taken.find((booking) => booking.startMs === startMs),
          total,
        )),
    });
  }
  return days;
}

function seatCount(booking: Booking | undefined, total: number): Json {
  const booked = booking?.details.attendees.length ?? 0;
  const counts = { seatsTotal: total, seatsBooked: booked, seatsRemaining: total - booked };
  return booking ? { ...counts, bookingUid: booking.uid } : counts;
}
