import { DateTime } from 'luxon';
import { computeSlots, SlotGridInput, workingIntervals } from './slot-grid';

const EVERY_DAY = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const WORK_WEEK = EVERY_DAY.slice(0, 5);
const utc = (iso: string): number => Date.parse(iso);

function hours(timeZone: string, startTime: string, endTime: string, days = EVERY_DAY): SlotGridInput['schedule'] {
  return { timeZone, availability: [{ days, startTime, endTime }], overrides: [] };
}

function starts(input: Partial<SlotGridInput> & { range: [string, string] }): string[] {
  const { range, ...rest } = input;
  const timeZone = rest.timeZone ?? 'UTC';
  const slots = computeSlots({
    schedule: hours('Europe/Berlin', '09:00', '17:00', WORK_WEEK),
    rangeStartMs: utc(range[0]),
    rangeEndMs: utc(range[1]),
    lengthMinutes: 30,
    busy: [],
    minimumStartMs: 0,
    timeZone,
    ...rest,
  });
  return slots.map(({ startMs }) => DateTime.fromMillis(startMs, { zone: timeZone }).toFormat('MM-dd HH:mmZZ'));
}

/** 2027-02-01 is a Monday. */
const MONDAY: [string, string] = ['2027-02-01T00:00:00Z', '2027-02-01T23:59:59Z'];

describe('the grid of an ordinary day', () => {
  it('offers 16 half hours between nine and five in Berlin', () => {
    const found = starts({ range: MONDAY, timeZone: 'Europe/Berlin' });
    expect([found.length, found[0], found.at(-1)]).toEqual([16, '02-01 09:00+01:00', '02-01 16:30+01:00']);
  });

  it('offers the hours of a host in New York from 14:00Z', () => {
    const found = starts({ range: MONDAY, schedule: hours('America/New_York', '09:00', '17:00') });
    expect([found.length, found[0], found.at(-1)]).toEqual([16, '02-01 14:00+00:00', '02-01 21:30+00:00']);
  });

  it('counts minutes in the requested zone, so Kathmandu sees 15 slots from 08:15Z', () => {
    const found = starts({ range: MONDAY, timeZone: 'Asia/Kathmandu' });
    expect([found.length, found[0], found.at(-1)]).toEqual([15, '02-01 14:00+05:45', '02-01 21:00+05:45']);
  });

  it('offers nothing at the weekend, nor for an inverted range', () => {
    expect(starts({ range: ['2027-02-06T00:00:00Z', '2027-02-07T23:59:59Z'] })).toEqual([]);
    expect(starts({ range: ['2027-02-03T00:00:00Z', '2027-02-01T00:00:00Z'] })).toEqual([]);
  });

  it('offers a start every slot interval while the length still fits the range', () => {
    const found = starts({ range: ['2027-02-01T08:00:00Z', '2027-02-01T10:00:00Z'], slotIntervalMinutes: 5 });
    expect([found.length, found[0], found.at(-1)]).toEqual([19, '02-01 08:00+00:00', '02-01 09:30+00:00']);
  });

  it('offers the last half hour before midnight although the range ends at 23:59:59', () => {
    const schedule = hours('UTC', '22:00', '23:59');
    expect(starts({ range: MONDAY, schedule }).at(-1)).toBe('02-01 23:30+00:00');
  });
});

describe('what takes slots away', () => {
  it('removes what a busy time touches and starts again on the grid after it', () => {
    const busy = [{ startMs: utc('2027-02-01T08:40:00Z'), endMs: utc('2027-02-01T09:05:00Z') }];
    expect(starts({ range: MONDAY, busy }).slice(0, 3)).toEqual([
      '02-01 08:00+00:00',
      '02-01 09:30+00:00',
      '02-01 10:00+00:00',
    ]);
  });

  it('begins an hour-long grid at the next full hour after a busy half hour', () => {
    const busy = [{ startMs: utc('2027-02-01T08:00:00Z'), endMs: utc('2027-02-01T08:30:00Z') }];
    expect(starts({ range: MONDAY, busy, lengthMinutes: 60 })[0]).toBe('02-01 09:00+00:00');
  });

  it('never offers a start before the minimum, even by seconds', () => {
    const minimumStartMs = utc('2027-02-01T10:00:20Z');
    expect(starts({ range: MONDAY, minimumStartMs })[0]).toBe('02-01 10:30+00:00');
  });

  it('lets an override replace the hours of its date only', () => {
    const schedule = {
      ...hours('Europe/Berlin', '09:00', '17:00'),
      overrides: [{ date: '2027-02-01', startTime: '12:00', endTime: '13:00' }],
    };
    const range: [string, string] = ['2027-02-01T00:00:00Z', '2027-02-02T08:30:00Z'];
    expect(starts({ range, schedule })).toEqual(['02-01 11:00+00:00', '02-01 11:30+00:00', '02-02 08:00+00:00']);
  });

  it('closes a day by an override without length', () => {
    const schedule = {
      ...hours('Europe/Berlin', '09:00', '17:00'),
      overrides: [{ date: '2027-02-01', startTime: '00:00', endTime: '00:00' }],
    };
    expect(starts({ range: MONDAY, schedule })).toEqual([]);
  });
});

describe('the days on which clocks change (Berlin: 2027-03-28 and 2027-10-31)', () => {
  it('keeps daytime hours at nine on both days', () => {
    const day = hours('Europe/Berlin', '09:00', '17:00');
    const [spring] = workingIntervals(day, utc('2027-03-28T00:00:00Z'), utc('2027-03-28T23:59:59Z'));
    const [autumn] = workingIntervals(day, utc('2027-10-31T00:00:00Z'), utc('2027-10-31T23:59:59Z'));
    expect(spring).toEqual({ startMs: utc('2027-03-28T07:00:00Z'), endMs: utc('2027-03-28T15:00:00Z') });
    expect(autumn).toEqual({ startMs: utc('2027-10-31T08:00:00Z'), endMs: utc('2027-10-31T16:00:00Z') });
  });

  it('skips the missing hour in spring and starts midnight hours an hour early', () => {
    const found = starts({
      range: ['2027-03-27T00:00:00Z', '2027-03-29T23:59:59Z'],
      schedule: hours('Europe/Berlin', '00:00', '06:00'),
      timeZone: 'Europe/Berlin',
    });
    expect(found.filter((start) => start >= '03-27 23' && start < '03-28 04')).toEqual([
      '03-27 23:00+01:00',
      '03-27 23:30+01:00',
      '03-28 00:00+01:00',
      '03-28 00:30+01:00',
      '03-28 01:00+01:00',
      '03-28 01:30+01:00',
      '03-28 03:00+02:00',
      '03-28 03:30+02:00',
    ]);
    expect(found.filter((start) => start.startsWith('03-30'))).toHaveLength(4);
  });

  it('misses the first hour of midnight hours in autumn, shows the doubled hour, and loses the cut last day', () => {
    const found = starts({
      range: ['2027-10-30T00:00:00Z', '2027-11-01T23:59:59Z'],
      schedule: hours('Europe/Berlin', '00:00', '06:00'),
      timeZone: 'Europe/Berlin',
    });
    const changeDay = found.filter((start) => start.startsWith('10-31'));
    expect(changeDay.slice(0, 6)).toEqual([
      '10-31 01:00+02:00',
      '10-31 01:30+02:00',
      '10-31 02:00+02:00',
      '10-31 02:30+02:00',
      '10-31 02:00+01:00',
      '10-31 02:30+01:00',
    ]);
    expect(changeDay).toHaveLength(12);
    expect(found.filter((start) => start.startsWith('11-01'))).toHaveLength(12);
    expect(found.filter((start) => start.startsWith('11-02'))).toEqual([]);
  });

  it('loses the whole day after the change in New York when the range ends on it', () => {
    const schedule = hours('America/New_York', '09:00', '17:00');
    const days = (endDate: string): string[] => [
      ...new Set(
        starts({ range: ['2027-11-06T00:00:00Z', endDate], schedule, timeZone: 'America/New_York' }).map((start) =>
          start.slice(0, 5),
        ),
      ),
    ];
    expect(days('2027-11-08T23:59:59Z')).toEqual(['11-06', '11-07']);
    expect(days('2027-11-09T23:59:59Z')).toEqual(['11-06', '11-07', '11-08']);
  });
});
