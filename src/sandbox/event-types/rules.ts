import { DateTime } from 'luxon';
import { EventTypeInput } from '../store/records';

const MINUTE_MS = 60_000;
/** Cal.com's own default, in minutes. */
export const DEFAULT_NOTICE_MINUTES = 120;

export const noticeMs = (input: EventTypeInput): number =>
  (input.minimumBookingNotice ?? DEFAULT_NOTICE_MINUTES) * MINUTE_MS;

export const beforeMs = (input: EventTypeInput): number => (input.beforeEventBuffer ?? 0) * MINUTE_MS;
export const afterMs = (input: EventTypeInput): number => (input.afterEventBuffer ?? 0) * MINUTE_MS;

/** Seats per time slot; undefined when the type is not seated. */
export function seatsOf(input: EventTypeInput): number | undefined {
  return input.seats?.disabled ? undefined : input.seats?.seatsPerTimeSlot;
}

export function requiresConfirmation(input: EventTypeInput): boolean {
  const policy = input.confirmationPolicy;
  return policy !== undefined && policy.disabled !== true && policy.type !== undefined;
}

/** A pending booking hides its slot only when the type says so. */
export function pendingBlocks(input: EventTypeInput): boolean {
  return requiresConfirmation(input) && input.confirmationPolicy?.blockUnconfirmedBookingsInBooker === true;
}

export function recurrenceOf(input: EventTypeInput): { interval: number; occurrences: number; unit: string } | null {
  const recurrence = input.recurrence;
  if (!recurrence || recurrence.disabled) return null;
  const units: Record<string, string> = { yearly: 'years', monthly: 'months', weekly: 'weeks', daily: 'days' };
  const unit = units[recurrence.frequency] ?? 'weeks';
  return { interval: recurrence.interval, occurrences: recurrence.occurrences, unit };
}

/** Span in which the type may be booked; `zone` is the host's. Days count in full. */
export function windowOf(input: EventTypeInput, zone: string, now: number): { fromMs: number; toMs: number } {
  const window = input.bookingWindow;
  if (!window || window.disabled) return { fromMs: -Infinity, toMs: Infinity };
  if (Array.isArray(window.value)) return fixedWindow(window.value as string[], zone);
  const today = DateTime.fromMillis(now, { zone });
  const days = Number(window.value);
  const last = window.type === 'businessDays' ? plusBusinessDays(today, days) : today.plus({ days });
  return { fromMs: -Infinity, toMs: last.endOf('day').toMillis() };
}

function fixedWindow([from = '', to = from]: string[], zone: string): { fromMs: number; toMs: number } {
  const day = (date: string): DateTime => DateTime.fromISO(date, { zone });
  return { fromMs: day(from).startOf('day').toMillis(), toMs: day(to).endOf('day').toMillis() };
}

function plusBusinessDays(from: DateTime, days: number): DateTime {
  let day = from;
  for (let left = days; left > 0;) {
    day = day.plus({ days: 1 });
    if (day.weekday <= 5) left -= 1;
  }
  return day;
}

/** The periods whose bookings are counted, with their limits. Weeks begin on Sunday, as in Cal.com. */
export function limitPeriods(
  input: EventTypeInput,
  zone: string,
  startMs: number,
): { fromMs: number; toMs: number; limit: number }[] {
  const limits = input.bookingLimitsCount;
  if (!limits || limits.disabled) return [];
  const at = DateTime.fromMillis(startMs, { zone });
  const sunday = at.startOf('day').minus({ days: at.weekday % 7 });
  const periods = {
    day: [at.startOf('day'), at.startOf('day').plus({ days: 1 })],
    week: [sunday, sunday.plus({ days: 7 })],
    month: [at.startOf('month'), at.startOf('month').plus({ months: 1 })],
    year: [at.startOf('year'), at.startOf('year').plus({ years: 1 })],
  } as const;
  return (['day', 'week', 'month', 'year'] as const).flatMap((unit) => {
    const limit = limits[unit];
    const [from, to] = periods[unit];
    return limit === undefined ? [] : [{ fromMs: from.toMillis(), toMs: to.toMillis(), limit }];
  });
}
