import { DateTime } from 'luxon';

/** Weekly hours and the dates on which they are replaced. Times are wall-clock `HH:mm` in `timeZone`. */
export interface SlotGridSchedule {
  timeZone: string;
  availability: { days: string[]; startTime: string; endTime: string }[];
  overrides: { date: string; startTime: string; endTime: string }[];
}

/** Half-open span of time, in epoch milliseconds. */
export interface SlotInterval {
  startMs: number;
  endMs: number;
}

export interface SlotGridInput {
  schedule: SlotGridSchedule;
  rangeStartMs: number;
  rangeEndMs: number;
  lengthMinutes: number;
  /** Minutes from one start to the next; the length when absent. */
  slotIntervalMinutes?: number;
  /** Already widened by the buffers of the event type. */
  busy: SlotInterval[];
  /** No slot starts earlier than this: now plus the minimum notice. */
  minimumStartMs: number;
  /** IANA zone the caller asked for; the minutes of the grid are counted in it. */
  timeZone: string;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** Cal.com lets a free span begin on the coarsest of these that divides the slot interval, else on any minute. */
const ALIGNMENTS = [60, 30, 20, 15, 10, 5];

/**
 * The starts that Cal.com's API v2 (2026) offers, in order, each once. A slot that ends one second after the range
 * or the working hours still counts: date-only ranges end at 23:59:59.
 */
export function computeSlots(input: SlotGridInput): SlotInterval[] {
  const working = workingIntervals(input.schedule, input.rangeStartMs, input.rangeEndMs);
  const starts = startsIn(subtract(working, input.busy), input);
  const lostFromMs = startOfLostDay(input);
  return starts
    .filter((startMs) => startMs >= input.minimumStartMs && startMs < lostFromMs)
    .map((startMs) => ({ startMs, endMs: startMs + input.lengthMinutes * MINUTE_MS }));
}

/** Working time inside `[fromMs, toMs]`, sorted and free of overlaps. An override replaces all hours of its date. */
export function workingIntervals(schedule: SlotGridSchedule, fromMs: number, toMs: number): SlotInterval[] {
  const found: SlotInterval[] = [];
  let day = DateTime.fromMillis(fromMs, { zone: schedule.timeZone }).startOf('day');
  for (; day.toMillis() < toMs; day = day.plus({ days: 1 }).startOf('day')) found.push(...hoursOf(day, schedule));
  const cut = found
    .map(({ startMs, endMs }) => ({ startMs: Math.max(startMs, fromMs), endMs: Math.min(endMs, toMs) }))
    .filter(({ startMs, endMs }) => startMs < endMs)
    .sort((a, b) => a.startMs - b.startMs);
  return merge(cut);
}

function hoursOf(day: DateTime, schedule: SlotGridSchedule): SlotInterval[] {
  const overrides = schedule.overrides.filter(({ date }) => date === day.toISODate());
  if (overrides.length > 0) {
    return overrides.map(({ startTime, endTime }) => ({
      startMs: wallTime(day, startTime),
      endMs: wallEnd(day, endTime),
    }));
  }
  const weekday = day.setLocale('en').weekdayLong ?? '';
  return schedule.availability
    .filter(({ days }) => days.includes(weekday))
    .map(({ startTime, endTime }) => {
      const shift = changeDayShift(day, startTime);
      return { startMs: wallTime(day, startTime) + shift, endMs: wallEnd(day, endTime) };
    });
}

/**
 * Weekly hours that begin within the first hour of a day are placed with the offset of that day's noon. So on the day
 * clocks go back their first hour is missing, and on the day they go forward they begin an hour early, the day before.
 */
function changeDayShift(day: DateTime, startTime: string): number {
  if (!startTime.startsWith('00:')) return 0;
  const noonUtc = DateTime.utc(day.year, day.month, day.day, 12).setZone(day.zone);
  return (day.offset - noonUtc.offset) * MINUTE_MS;
}

function wallTime(day: DateTime, time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return day.set({ hour, minute }).toMillis();
}

/** `23:59` is how a schedule writes midnight, the last value its editor accepts. */
function wallEnd(day: DateTime, time: string): number {
  return time === '23:59' || time === '24:00' ? day.plus({ days: 1 }).startOf('day').toMillis() : wallTime(day, time);
}

function merge(sorted: SlotInterval[]): SlotInterval[] {
  const merged: SlotInterval[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last && next.startMs <= last.endMs) last.endMs = Math.max(last.endMs, next.endMs);
    else merged.push({ ...next });
  }
  return merged;
}

function subtract(spans: SlotInterval[], busy: SlotInterval[]): SlotInterval[] {
  const taken = merge([...busy].sort((a, b) => a.startMs - b.startMs));
  return spans.flatMap((span) => {
    const free: SlotInterval[] = [];
    let fromMs = span.startMs;
    for (const { startMs, endMs } of taken) {
      if (endMs <= fromMs || startMs >= span.endMs) continue;
      if (startMs > fromMs) free.push({ startMs: fromMs, endMs: startMs });
      fromMs = endMs;
    }
    if (fromMs < span.endMs) free.push({ startMs: fromMs, endMs: span.endMs });
    return free;
  });
}

function startsIn(free: SlotInterval[], input: SlotGridInput): number[] {
  const stepMs = (input.slotIntervalMinutes ?? input.lengthMinutes) * MINUTE_MS;
  const lengthMs = input.lengthMinutes * MINUTE_MS;
  const starts: number[] = [];
  for (const span of free) {
    const aligned = align(Math.max(span.startMs, input.minimumStartMs), stepMs / MINUTE_MS, input.timeZone);
    const previous = starts.at(-1) ?? -Infinity;
    let startMs = Math.max(aligned, previous + stepMs);
    for (; startMs + lengthMs - SECOND_MS <= span.endMs; startMs += stepMs) starts.push(startMs);
  }
  return starts;
}

/** Seconds are dropped; minutes are rounded up within the hour of the requested zone. */
function align(ms: number, stepMinutes: number, timeZone: string): number {
  const alignment = ALIGNMENTS.find((minutes) => stepMinutes % minutes === 0) ?? 1;
  const local = DateTime.fromMillis(ms, { zone: timeZone });
  const rest = local.minute % alignment;
  const minuteMs = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  if (rest === 0) return minuteMs;
  return minuteMs + (Math.ceil(local.minute / alignment) * alignment - local.minute) * MINUTE_MS;
}

/**
 * Cal.com lists the dates of a range by adding 24 hours to the first midnight. Once clocks have gone back that names
 * every date one day early, so the last date of the range is never named and its slots are dropped.
 */
function startOfLostDay({ rangeStartMs, rangeEndMs, timeZone }: SlotGridInput): number {
  const first = DateTime.fromMillis(rangeStartMs, { zone: timeZone }).startOf('day');
  const last = DateTime.fromMillis(rangeEndMs, { zone: timeZone }).startOf('day');
  return first.offset > last.offset ? last.toMillis() : Infinity;
}
