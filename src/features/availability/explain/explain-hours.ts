import { DateTime } from 'luxon';
import { dateIn, endOfDay } from '../../../foundation/time/instants';
import type { EpochMs, Schedule } from '../../../scheduling/words';

/** Half-open. */
export interface Span {
  fromMs: EpochMs;
  toMs: EpochMs;
}

/** Local wall times `HH:MM` of one date, in the schedule's zone. */
export interface DayHours {
  date: string;
  hours: { start: string; end: string }[];
}

/** The hours of the local day of an instant: an override replaces the weekly ones. */
export function hoursAt(schedule: Schedule, ms: EpochMs): DayHours {
  const date = dateIn(ms, schedule.timeZone);
  const overrides = schedule.overrides.filter((each) => each.date === date);
  const weekday = DateTime.fromISO(date, { zone: 'utc' }).setLocale('en').weekdayLong ?? '';
  const weekly = schedule.availability.filter(({ days }) => days.includes(weekday));
  const windows = overrides.length > 0 ? overrides : weekly;
  return { date, hours: windows.map(({ startTime, endTime }) => ({ start: startTime, end: endTime })) };
}

/** Whether working hours cover all of a span, also one that goes over midnight. */
export function coversSpan(schedule: Schedule, { fromMs, toMs }: Span): boolean {
  let reached = fromMs;
  for (const window of windowsAround(schedule, fromMs, toMs)) {
    if (window.fromMs <= reached) reached = Math.max(reached, window.toMs);
  }
  return reached >= toMs;
}

/** How many local days that begin inside [fromMs, toMs) have hours. */
export function workingDays(schedule: Schedule, { fromMs, toMs }: Span): number {
  let days = 0;
  for (let ms = fromMs; ms < toMs; ms = endOfDay(dateIn(ms, schedule.timeZone), schedule.timeZone)) {
    if (windowsOf(schedule, ms).length > 0) days++;
  }
  return days;
}

function windowsAround(schedule: Schedule, fromMs: EpochMs, toMs: EpochMs): Span[] {
  const noon = DateTime.fromMillis(fromMs, { zone: schedule.timeZone }).set({ hour: 12 });
  const last = DateTime.fromMillis(toMs, { zone: schedule.timeZone }).endOf('day');
  const spans: Span[] = [];
  for (let day = noon; day <= last; day = day.plus({ days: 1 })) {
    spans.push(...windowsOf(schedule, day.toMillis()));
  }
  return spans.sort((a, b) => a.fromMs - b.fromMs);
}

function windowsOf(schedule: Schedule, ms: EpochMs): Span[] {
  const { date, hours } = hoursAt(schedule, ms);
  return hours
    .map(({ start, end }) => ({ fromMs: wallTime(schedule, date, start), toMs: wallTime(schedule, date, end) }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
}

/** `23:59` is how schedules write midnight: their editor takes nothing later. */
function wallTime({ timeZone }: Schedule, date: string, time: string): EpochMs {
  if (time >= '23:59') return endOfDay(date, timeZone);
  return DateTime.fromISO(`${date}T${time}`, { zone: timeZone }).toMillis();
}
