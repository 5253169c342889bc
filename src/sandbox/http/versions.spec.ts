import { Handler, Route } from './call';
import { handlerFor } from './versions';

const current: Handler = async () => ({ status: 200, body: { shape: 'current' } });
const older: Handler = async () => ({ status: 200, body: { shape: 'older' } });

const route = (family: Route['family'], withOlder = true): Route => ({
  operation: 'x',
  method: 'GET',
  path: '/x',
  access: 'public',
  family,
  handler: current,
  ...(withOlder && { older }),
});

describe('the version header', () => {
  it.each([
    ['slots', '2024-09-04', current],
    ['slots', '2024-08-13', undefined],
    ['slots', undefined, undefined],
    ['bookings', '2024-08-13', current],
    ['bookings', '2024-06-14', older],
    ['bookings', '2024-09-04', undefined],
    ['bookings', '2026-02-25', older],
    ['event-types', '2024-06-14', current],
    ['event-types', '2024-08-13', undefined],
    ['event-types', '2099-01-01', older],
    ['schedules', '2024-06-11', current],
    ['schedules', undefined, older],
    ['any', '2024-09-04', current],
    ['any', 'nonsense', current],
  ] as const)('leads %s with %s to the controller of that version', (family, version, expected) => {
    expect(handlerFor(route(family), version, false)).toBe(expected);
  });

  it('finds nothing where the older controller lacks the route', () => {
    expect(handlerFor(route('bookings', false), undefined, false)).toBeUndefined();
  });
});
