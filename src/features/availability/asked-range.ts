import { DateTime } from 'luxon';
import { invalidField } from '../../foundation/errors/api-error';
import { endOfDay, isCalendarDate, parseInstant, startOfDay } from '../../foundation/time/instants';

/** Two months, so that a page can show a calendar in one call; more would ask a provider for a thousand slots a type. */
export const RANGE_MAX_DAYS = 62;

/** Half-open [fromMs, toMs). */
export interface AskedRange {
  fromMs: number;
  toMs: number;
}

/**
 * The instants meant by two texts, each a date or a date-time with offset. A date is a whole day of `timeZone`, as an
 * end inclusive; an instant as an end is exclusive.
 *
 * @throws ApiError `VALIDATION_ERROR` naming `end` when it is not after `start`, or more than 62 days later.
 */
export function askedRange(start: string, end: string, timeZone: string): AskedRange {
  const fromMs = isCalendarDate(start) ? startOfDay(start, timeZone) : instant('start', start);
  const toMs = isCalendarDate(end) ? endOfDay(end, timeZone) : instant('end', end);
  if (toMs <= fromMs) throw invalidField('end', 'must be after start');
  // Days, not 24 hours: two months with the autumn change in them are an hour longer.
  const latestMs = DateTime.fromMillis(fromMs, { zone: timeZone }).plus({ days: RANGE_MAX_DAYS }).toMillis();
  if (toMs > latestMs) throw invalidField('end', `must be at most ${RANGE_MAX_DAYS} days after start`);
  return { fromMs, toMs };
}

function instant(field: string, text: string): number {
  const ms = parseInstant(text);
  if (ms === undefined) throw invalidField(field, 'must be a date or a date-time with an offset');
  return ms;
}
