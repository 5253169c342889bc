import { formatInstant } from '../../foundation/time/instants';
import type { Slot } from '../../scheduling/words';
import { groupByDay } from './days';
import { LocalTimes } from './local-times';

const MINUTE_MS = 60_000;

function slots(first: string, count: number, minutes = 30): Slot[] {
  const startMs = Date.parse(first);
  return Array.from({ length: count }, (_, index) => ({
    startMs: startMs + index * minutes * MINUTE_MS,
    endMs: startMs + (index + 1) * minutes * MINUTE_MS,
  }));
}

const startsOf = (days: ReturnType<typeof groupByDay>) =>
  Object.fromEntries(Object.entries(days).map(([day, found]) => [day, found.map(({ start }) => start)]));

describe('grouping free times by local day', () => {
  it('puts a start after local midnight on the next day, though it is the same day in UTC', () => {
    expect(startsOf(groupByDay(slots('2026-12-01T22:30:00Z', 2), 'Europe/Berlin'))).toEqual({
      '2026-12-01': ['2026-12-01T23:30:00+01:00'],
      '2026-12-02': ['2026-12-02T00:00:00+01:00'],
    });
  });

  it('keeps a slot over midnight on the day on which it starts', () => {
    expect(groupByDay(slots('2026-12-01T22:30:00Z', 1, 60), 'Europe/Berlin')).toEqual({
      '2026-12-01': [{ start: '2026-12-01T23:30:00+01:00', end: '2026-12-02T00:30:00+01:00' }],
    });
  });

  it('jumps over the missing hour in Berlin in spring', () => {
    expect(startsOf(groupByDay(slots('2027-03-28T00:00:00Z', 4), 'Europe/Berlin'))).toEqual({
      '2027-03-28': [
        '2027-03-28T01:00:00+01:00',
        '2027-03-28T01:30:00+01:00',
        '2027-03-28T03:00:00+02:00',
        '2027-03-28T03:30:00+02:00',
      ],
    });
  });

  it('shows both of the doubled hours in Berlin in autumn, in order', () => {
    expect(startsOf(groupByDay(slots('2027-10-31T00:00:00Z', 2, 60), 'Europe/Berlin'))).toEqual({
      '2027-10-31': ['2027-10-31T02:00:00+02:00', '2027-10-31T02:00:00+01:00'],
    });
  });

  it('changes the offset within the day in New York in both directions', () => {
    expect(startsOf(groupByDay(slots('2027-03-14T06:30:00Z', 2), 'America/New_York'))).toEqual({
      '2027-03-14': ['2027-03-14T01:30:00-05:00', '2027-03-14T03:00:00-04:00'],
    });
    expect(startsOf(groupByDay(slots('2027-11-07T05:30:00Z', 2), 'America/New_York'))).toEqual({
      '2027-11-07': ['2027-11-07T01:30:00-04:00', '2027-11-07T01:00:00-05:00'],
    });
  });

  it.each([
    ['Asia/Kathmandu', '2026-12-01T18:30:00Z', '2026-12-02', '2026-12-02T00:15:00+05:45'],
    ['Pacific/Kiritimati', '2026-12-01T10:00:00Z', '2026-12-02', '2026-12-02T00:00:00+14:00'],
    ['Pacific/Niue', '2026-12-01T10:30:00Z', '2026-11-30', '2026-11-30T23:30:00-11:00'],
    ['UTC', '2026-12-01T23:30:00Z', '2026-12-01', '2026-12-01T23:30:00Z'],
  ])('names the day of %s', (zone, instant, day, start) => {
    expect(startsOf(groupByDay(slots(instant, 1), zone))).toEqual({ [day]: [start] });
  });

  it('sorts what came in another order, and gives nothing for nothing', () => {
    const [first, second] = slots('2026-12-01T08:00:00Z', 2);
    expect(groupByDay([second!, first!], 'UTC')).toEqual(groupByDay([first!, second!], 'UTC'));
    expect(groupByDay([], 'UTC')).toEqual({});
  });
});

describe('writing local times', () => {
  it.each(['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Australia/Lord_Howe', 'UTC'])(
    'agrees with the zone rules for every half hour of a year in %s',
    (zone) => {
      const times = new LocalTimes(zone);
      const from = Date.UTC(2027, 0, 1);
      const different = Array.from({ length: 365 * 48 }, (_, index) => from + index * 30 * MINUTE_MS).filter(
        (ms) => times.format(ms) !== formatInstant(ms, zone),
      );
      expect(different).toEqual([]);
    },
  );
});
