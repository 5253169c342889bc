import { dateIn, endOfDay, formatInstant, isCalendarDate, parseInstant, startOfDay } from './instants';
import { canonicalTimeZone, zoneDataVersion } from './zones';

const HOUR = 3_600_000;

describe('an instant', () => {
  it.each([
    ['2026-12-01T09:00:00Z', Date.UTC(2026, 11, 1, 9)],
    ['2026-12-01T09:00:00+01:00', Date.UTC(2026, 11, 1, 8)],
    ['2026-12-01T09:00+05:45', Date.UTC(2026, 11, 1, 3, 15)],
    ['2026-12-01T09:00:00.250Z', Date.UTC(2026, 11, 1, 9, 0, 0, 250)],
  ])('is read from %s', (text, ms) => expect(parseInstant(text)).toBe(ms));

  it.each([
    '2026-02-30T09:00:00Z',
    '2026-12-01T09:00:00',
    '2026-12-01T24:00:00Z',
    '2026-12-01T09:00:60Z',
    '1764579600000',
    '9999-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '2026-W10',
    '2026',
    '2026-12-01',
    '2026-12-01 09:00:00Z',
    '2026-12-01T09:00:00+0100',
    '2026-12-01T09:00:00+25:00',
    '+002026-12-01T09:00:00Z',
    '',
  ])('is not read from %j', (text) => expect(parseInstant(text)).toBeUndefined());

  it('is written with the offset its zone has at that moment', () => {
    const inWinter = Date.UTC(2026, 11, 1, 9);
    expect(formatInstant(inWinter, 'Europe/Berlin')).toBe('2026-12-01T10:00:00+01:00');
    expect(formatInstant(Date.UTC(2026, 6, 1, 9), 'Europe/Berlin')).toBe('2026-07-01T11:00:00+02:00');
    expect(formatInstant(inWinter, 'Asia/Kathmandu')).toBe('2026-12-01T14:45:00+05:45');
    expect(dateIn(inWinter, 'Pacific/Kiritimati')).toBe('2026-12-01');
    expect(dateIn(Date.UTC(2026, 11, 1, 10), 'Pacific/Kiritimati')).toBe('2026-12-02');
  });
});

describe('a calendar day', () => {
  it('must exist', () => {
    expect(isCalendarDate('2028-02-29')).toBe(true);
    expect(isCalendarDate('2026-02-29')).toBe(false);
    expect(isCalendarDate('2026-2-9')).toBe(false);
    expect(isCalendarDate('9999-01-01')).toBe(false);
  });

  it.each([
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-03-08', 'America/New_York', 23],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-12-01', 'Asia/Kathmandu', 24],
  ])('%s in %s lasts %i hours', (date, zone, hours) => {
    expect(endOfDay(date, zone) - startOfDay(date, zone)).toBe(hours * HOUR);
  });
});

describe('a time zone', () => {
  it.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['Asia/Kathmandu', 'Asia/Kathmandu'],
    ['Pacific/Kiritimati', 'Pacific/Kiritimati'],
    ['america/argentina/buenos_aires', 'America/Argentina/Buenos_Aires'],
    ['utc', 'UTC'],
    ['us/eastern', 'America/New_York'],
    ['Etc/UTC', 'UTC'],
    ['australia/act', 'Australia/Sydney'],
    ['asia/calcutta', 'Asia/Kolkata'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
  ])('%s is known as %s', (name, canonical) => expect(canonicalTimeZone(name)).toBe(canonical));

  it.each(['EST', '+02:00', '../../etc/passwd', 'Mars/Base', '', 'Europe', 'Europe/Berlin\n', 'x'.repeat(500)])(
    '%j is refused',
    (name) => expect(canonicalTimeZone(name)).toBeUndefined(),
  );

  it('has rules recent enough for Vancouver, which stays on summer time from November 2026', () => {
    expect(zoneDataVersion() >= '2026b').toBe(true);
    expect(formatInstant(Date.UTC(2026, 11, 1, 12), 'America/Vancouver')).toBe('2026-12-01T05:00:00-07:00');
  });
});
