import { DateTime } from 'luxon';
import * as fc from 'fast-check';
import type { Schedule } from '../../../scheduling/words';
import { missingTime } from './explain-clock-change';
import { coversSpan, hoursAt, workingDays } from './explain-hours';

const HOUR = 3_600_000;
const WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const BASE: Schedule = {
  providerId: '1',
  name: 'Hours',
  timeZone: 'Europe/Berlin',
  isDefault: true,
  availability: [{ days: WEEK.slice(0, 5), startTime: '09:00', endTime: '17:00' }],
  overrides: [],
};
const at = (text: string): number => DateTime.fromISO(text, { zone: BASE.timeZone }).toMillis();
const covers = (schedule: Schedule, from: string, to: string): boolean =>
  coversSpan(schedule, { fromMs: at(from), toMs: at(to) });

describe('working hours', () => {
  it('cover a span that begins and ends with them, and none that is a minute longer', () => {
    expect(covers(BASE, '2026-12-01T09:00', '2026-12-01T17:00')).toBe(true);
    expect(covers(BASE, '2026-12-01T08:59', '2026-12-01T10:00')).toBe(false);
    expect(covers(BASE, '2026-12-01T16:30', '2026-12-01T17:01')).toBe(false);
    expect(covers(BASE, '2026-12-05T10:00', '2026-12-05T11:00')).toBe(false);
  });

  it('go over midnight where one day ends with it and the next begins with it', () => {
    const always = { ...BASE, availability: [{ days: WEEK, startTime: '00:00', endTime: '23:59' }] };
    expect(covers(always, '2026-12-01T23:30', '2026-12-02T00:30')).toBe(true);
    const closed = { ...always, overrides: [{ date: '2026-12-02', startTime: '08:00', endTime: '12:00' }] };
    expect(covers(closed, '2026-12-01T23:30', '2026-12-02T00:30')).toBe(false);
    expect(covers(closed, '2026-12-01T23:30', '2026-12-02T00:00')).toBe(true);
  });

  it('of an override replace those of the week, and one without length closes the day', () => {
    const off = { ...BASE, overrides: [{ date: '2026-12-01', startTime: '00:00', endTime: '00:00' }] };
    expect(covers(off, '2026-12-01T10:00', '2026-12-01T11:00')).toBe(false);
    expect(workingDays(off, { fromMs: at('2026-11-30'), toMs: at('2026-12-07') })).toBe(4);
    expect(hoursAt(off, at('2026-12-01T10:00'))).toEqual({
      date: '2026-12-01',
      hours: [{ start: '00:00', end: '00:00' }],
    });
  });

  it('are as many hours long as the clock says on days that have 23 or 25', () => {
    const night = { ...BASE, availability: [{ days: WEEK, startTime: '01:00', endTime: '05:00' }] };
    for (const [date, hours] of [
      ['2027-03-28', 3],
      ['2026-10-25', 5],
      ['2026-12-01', 4],
    ] as const) {
      const fromMs = at(`${date}T01:00`);
      expect(coversSpan(night, { fromMs, toMs: fromMs + hours * HOUR })).toBe(true);
      expect(coversSpan(night, { fromMs, toMs: fromMs + hours * HOUR + 60_000 })).toBe(false);
    }
  });

  it('cover exactly the quarter hours whose local times lie in them, in any zone and season', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC');
    const quarter = fc.integer({ min: 0, max: 4 * 24 * 730 }).map((n) => Date.UTC(2026, 0, 1) + n * (HOUR / 4));
    const hour = fc.integer({ min: 3, max: 12 });
    fc.assert(
      fc.property(
        zone,
        quarter,
        hour,
        fc.integer({ min: 13, max: 23 }),
        fc.subarray(WEEK),
        (timeZone, ms, from, to, days) => {
          const time = (value: number): string => `${String(value).padStart(2, '0')}:00`;
          const schedule = { ...BASE, timeZone, availability: [{ days, startTime: time(from), endTime: time(to) }] };
          const local = DateTime.fromMillis(ms, { zone: timeZone });
          const isInside =
            days.includes(local.setLocale('en').weekdayLong ?? '') && local.hour >= from && local.hour < to;
          expect(coversSpan(schedule, { fromMs: ms, toMs: ms + HOUR / 4 })).toBe(isInside);
        },
      ),
      { numRuns: 5_000, seed: 20_261_121 },
    );
  });
});

describe('a local time that clocks skip', () => {
  it.each([
    ['2027-03-28T02:30:00+01:00', '2027-03-28T03:30:00+02:00'],
    ['2027-03-28T02:00:00+01:00', '2027-03-28T03:00:00+02:00'],
    ['2027-03-28T02:30:00+02:00', '2027-03-28T01:30:00+01:00'],
  ])('is seen in %s, which means %s', (text, meant) => {
    expect(missingTime(text, 'Europe/Berlin')).toEqual({ timeZone: 'Europe/Berlin', asked: text.slice(0, 16), meant });
  });

  it.each([
    '2027-03-28T01:30:00+01:00',
    '2027-03-28T03:00:00+02:00',
    '2027-03-28T02:30:00Z',
    '2027-03-28T02:30:00-05:00',
    '2026-10-25T02:30:00+02:00',
    '2026-10-25T02:30:00+01:00',
    '2026-12-01T02:30:00+01:00',
  ])('is not in %s', (text) => expect(missingTime(text, 'Europe/Berlin')).toBeUndefined());
});
