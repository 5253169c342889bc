import { EventTypeInput } from '../store/records';
import { limitPeriods, pendingBlocks, requiresConfirmation, seatsOf, windowOf } from './rules';

const type = (more: Partial<EventTypeInput>): EventTypeInput => ({
  title: 'T',
  slug: 't',
  lengthInMinutes: 30,
  ...more,
});
const ms = (text: string): number => Date.parse(text);
const ZONE = 'Europe/Berlin';
/** A Friday. */
const NOW = ms('2027-01-08T12:00:00Z');

describe('the booking window', () => {
  it('is open at both ends when none was set', () => {
    expect(windowOf(type({}), ZONE, NOW)).toEqual({ fromMs: -Infinity, toMs: Infinity });
  });

  it('takes whole days of the host between two dates', () => {
    const input = type({ bookingWindow: { type: 'range', value: ['2027-02-01', '2027-02-02'] } });
    expect(windowOf(input, ZONE, NOW)).toEqual({
      fromMs: ms('2027-01-31T23:00:00Z'),
      toMs: ms('2027-02-02T22:59:59.999Z'),
    });
  });

  it('ends with the last of so many calendar days', () => {
    const input = type({ bookingWindow: { type: 'calendarDays', value: 2 } });
    expect(windowOf(input, ZONE, NOW).toMs).toBe(ms('2027-01-10T22:59:59.999Z'));
  });

  it('skips the weekend when business days are counted', () => {
    const input = type({ bookingWindow: { type: 'businessDays', value: 2 } });
    expect(windowOf(input, ZONE, NOW).toMs).toBe(ms('2027-01-12T22:59:59.999Z'));
  });
});

describe('the limits of a type', () => {
  it('count days from midnight of the host and weeks from Sunday', () => {
    const input = type({ bookingLimitsCount: { day: 1, week: 5 } });
    expect(limitPeriods(input, ZONE, NOW)).toEqual([
      { fromMs: ms('2027-01-07T23:00:00Z'), toMs: ms('2027-01-08T23:00:00Z'), limit: 1 },
      { fromMs: ms('2027-01-02T23:00:00Z'), toMs: ms('2027-01-09T23:00:00Z'), limit: 5 },
    ]);
  });
});

describe('confirmation and seats', () => {
  it('ask for a confirmation only under a policy that is on', () => {
    expect(requiresConfirmation(type({}))).toBe(false);
    expect(requiresConfirmation(type({ confirmationPolicy: { disabled: true } }))).toBe(false);
    expect(requiresConfirmation(type({ confirmationPolicy: { type: 'always' } }))).toBe(true);
  });

  it('let a pending booking block its slot only when the policy says so', () => {
    expect(pendingBlocks(type({ confirmationPolicy: { type: 'always' } }))).toBe(false);
    const blocking = { type: 'always', blockUnconfirmedBookingsInBooker: true };
    expect(pendingBlocks(type({ confirmationPolicy: blocking }))).toBe(true);
  });

  it('have no seats when seats are switched off', () => {
    expect(seatsOf(type({ seats: { seatsPerTimeSlot: 3 } }))).toBe(3);
    expect(seatsOf(type({ seats: { disabled: true, seatsPerTimeSlot: 3 } }))).toBeUndefined();
  });
});
