import { DateTime } from 'luxon';

/** Instants farther away than this are typing mistakes, not appointments. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Milliseconds of an ISO 8601 date-time with `Z` or an offset; undefined for anything else: no offset, days that do not
 * exist (`2026-02-30`), `24:00`, leap seconds, years outside 2000 to 2099.
 */
export function parseInstant(text: string): number | undefined {
  if (text.length > 40 || !INSTANT.test(text) || text.slice(11, 13) === '24') return undefined;
  const parsed = DateTime.fromISO(text, { setZone: true });
  if (!parsed.isValid) return undefined;
  const ms = parsed.toMillis();
  return isAppointmentTime(ms) ? ms : undefined;
}

/** Whether somebody can mean it: from 2000 to 2099. */
export function isAppointmentTime(ms: number): boolean {
  return ms >= EARLIEST_MS && ms < LATEST_MS;
}

/** Whether the text is a day that exists, `YYYY-MM-DD`, from 2000 to 2099. */
export function isCalendarDate(text: string): boolean {
  if (!CALENDAR_DATE.test(text)) return false;
  const year = Number(text.slice(0, 4));
  return year >= 2000 && year < 2100 && DateTime.fromISO(text, { zone: 'utc' }).isValid;
}

/** First instant of a calendar date in a zone. Where midnight does not exist (DST), the first instant after the gap. */
export function startOfDay(date: string, timeZone: string): number {
  return DateTime.fromISO(date, { zone: timeZone }).startOf('day').toMillis();
}

/** First instant of the day after `date` in a zone: days have 23, 24 or 25 hours. */
export function endOfDay(date: string, timeZone: string): number {
  return DateTime.fromISO(date, { zone: timeZone }).plus({ days: 1 }).startOf('day').toMillis();
}

/** ISO 8601 with the offset that the zone has at that instant, to the second. */
export function formatInstant(ms: number, timeZone = 'UTC'): string {
  return (
    DateTime.fromMillis(ms, { zone: timeZone }).toISO({ suppressMilliseconds: true }) ?? new Date(ms).toISOString()
  );
}

/** Calendar date of an instant in a zone. */
export function dateIn(ms: number, timeZone: string): string {
  return DateTime.fromMillis(ms, { zone: timeZone }).toISODate() ?? '';
}
