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

  it.each([
    ['bookings', '2026-02-25', current],
    ['bookings', '2026-05-01', undefined],
    ['bookings', '2099-01-01', older],
    ['slots', '2026-02-25', undefined],
    ['event-types', '2026-02-25', undefined],
    ['any', '2026-05-01', current],
  ] as const)('leads %s with %s there on the hosted service', (family, version, expected) => {
    expect(handlerFor(route(family), version, true)).toBe(expected);
  });

  it('leads 2026-05-01 to the controller that pages by cursor, where there is one and the service is the hosted one', () => {
    const byCursor: Handler = async () => ({ status: 200, body: { shape: 'by cursor' } });
    const list = { ...route('bookings'), byCursor };
    expect(handlerFor(list, '2026-05-01', true)).toBe(byCursor);
    expect(handlerFor(list, '2026-02-25', true)).toBe(current);
    expect(handlerFor(list, '2026-05-01', false)).toBe(older);
  });

  it('finds nothing where the older controller lacks the route', () => {
    expect(handlerFor(route('bookings', false), undefined, false)).toBeUndefined();
  });
});
