import { DateTime } from 'luxon';
import { DAY_MS } from '../../../src/features/availability/store/slot-windows';
import { dateIn, startOfDay } from '../../../src/foundation/time/instants';

/** Visitors and salons of five continents; half-hour and quarter-hour zones and both halves of the year among them. */
export const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Athens',
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Africa/Johannesburg',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Sydney',
] as const;
export type Zone = (typeof ZONES)[number];

const begins = new Map<string, number>();
const todays = new Map<string, { day: number; fromMs: number; toMs: number }>();

/** The first instant of a day in a zone. Days are numbered as in UTC, from 1970-01-01 = 0. */
export function beginOf(day: number, zone: Zone): number {
  const key = `${day} ${zone}`;
  const known = begins.get(key);
  if (known !== undefined) return known;
  const atMs = startOfDay(new Date(day * DAY_MS).toISOString().slice(0, 10), zone);
  begins.set(key, atMs);
  return atMs;
}

/** Which day it is in a zone. */
export function dayIn(zone: Zone, ms: number): number {
  const known = todays.get(zone);
  if (known && ms >= known.fromMs && ms < known.toMs) return known.day;
  const day = Date.parse(`${dateIn(ms, zone)}T00:00:00Z`) / DAY_MS;
  todays.set(zone, { day, fromMs: beginOf(day, zone), toMs: beginOf(day + 1, zone) });
  return day;
}

/** The first day of the month after this day's. */
export function nextMonth(day: number): number {
  return (
    DateTime.fromMillis(day * DAY_MS, { zone: 'utc' })
      .startOf('month')
      .plus({ months: 1 })
      .toMillis() / DAY_MS
  );
}

/** The first day of this day's month. */
export function monthOf(day: number): number {
  return (
    DateTime.fromMillis(day * DAY_MS, { zone: 'utc' })
      .startOf('month')
      .toMillis() / DAY_MS
  );
}

/** The Monday of this day's week; 1970-01-01 was a Thursday. */
export function mondayOf(day: number): number {
  return day - ((day + 3) % 7);
}
