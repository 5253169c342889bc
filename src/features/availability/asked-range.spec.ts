import { ApiError } from '../../foundation/errors/api-error';
import { askedRange } from './asked-range';

function asked(start: string, end: string, timeZone: string) {
  const { fromMs, toMs } = askedRange(start, end, timeZone);
  return [new Date(fromMs).toISOString(), new Date(toMs).toISOString(), (toMs - fromMs) / 3_600_000];
}

function faultOf(start: string, end: string, timeZone = 'Europe/Berlin'): unknown {
  try {
    askedRange(start, end, timeZone);
  } catch (error) {
    return error instanceof ApiError ? [error.code, error.details] : error;
  }
  return 'none';
}

describe('a range of dates', () => {
  it.each([
    ['Europe/Berlin', '2026-12-01', '2026-11-30T23:00:00.000Z', '2026-12-01T23:00:00.000Z', 24],
    ['Europe/Berlin', '2027-03-28', '2027-03-27T23:00:00.000Z', '2027-03-28T22:00:00.000Z', 23],
    ['Europe/Berlin', '2027-10-31', '2027-10-30T22:00:00.000Z', '2027-10-31T23:00:00.000Z', 25],
    ['America/New_York', '2027-03-14', '2027-03-14T05:00:00.000Z', '2027-03-15T04:00:00.000Z', 23],
    ['America/New_York', '2027-11-07', '2027-11-07T04:00:00.000Z', '2027-11-08T05:00:00.000Z', 25],
    ['Asia/Kathmandu', '2026-12-01', '2026-11-30T18:15:00.000Z', '2026-12-01T18:15:00.000Z', 24],
    ['Pacific/Kiritimati', '2026-12-01', '2026-11-30T10:00:00.000Z', '2026-12-01T10:00:00.000Z', 24],
  ])('covers the whole local day in %s on %s', (zone, date, from, to, hours) => {
    expect(asked(date, date, zone)).toEqual([from, to, hours]);
  });

  it('includes the last date', () => {
    expect(asked('2026-12-01', '2026-12-07', 'UTC')[2]).toBe(7 * 24);
  });

  it('may be 62 days long, counted in days and not in hours, with the autumn change among them', () => {
    expect(asked('2027-10-01', '2027-12-01', 'Europe/Berlin')[2]).toBe(62 * 24 + 1);
    expect(faultOf('2027-10-01', '2027-12-02')).toEqual([
      'VALIDATION_ERROR',
      { fields: [{ field: 'end', reason: 'must be at most 62 days after start' }] },
    ]);
  });
});

describe('a range of instants', () => {
  it('is taken exactly, whatever offset they are written in', () => {
    expect(asked('2026-12-01T09:00:00+01:00', '2026-12-01T05:30:00-05:00', 'Asia/Kathmandu')).toEqual([
      '2026-12-01T08:00:00.000Z',
      '2026-12-01T10:30:00.000Z',
      2.5,
    ]);
  });

  it('can begin in the first and end in the second of the doubled hours, told apart by the offset', () => {
    expect(asked('2027-10-31T02:30:00+02:00', '2027-10-31T02:30:00+01:00', 'Europe/Berlin')[2]).toBe(1);
  });

  it('can be mixed with a date', () => {
    expect(asked('2026-12-01T12:00:00Z', '2026-12-01', 'Europe/Berlin')[2]).toBe(11);
  });

  it('may be exactly 62 days long and no second more', () => {
    expect(faultOf('2026-12-01T00:00:00Z', '2027-02-01T00:00:00Z')).toBe('none');
    expect(faultOf('2026-12-01T00:00:00Z', '2027-02-01T00:00:01Z')).toMatchObject(['VALIDATION_ERROR', {}]);
  });
});

describe('a range that is none', () => {
  it.each([
    ['2026-12-02', '2026-12-01'],
    ['2026-12-01T09:00:00Z', '2026-12-01T09:00:00Z'],
    ['2026-12-01T09:00:00Z', '2026-12-01T09:30:00+01:00'],
    ['2026-12-02T00:00:00+01:00', '2026-12-01'],
  ])('is refused by the name of its end: %s to %s', (start, end) => {
    expect(faultOf(start, end)).toEqual([
      'VALIDATION_ERROR',
      { fields: [{ field: 'end', reason: 'must be after start' }] },
    ]);
  });
});
