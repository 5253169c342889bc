import { Route } from './call';

const KNOWN = ['2024-04-15', '2024-06-11', '2024-06-14', '2024-08-13', '2024-09-04'];
const OLDEST = '2024-04-15';

/** Which values of `cal-api-version` reach the current controller and which the older one; all others are 404. */
const FAMILIES: Record<Route['family'], { current: string[]; older: string[] }> = {
  any: { current: KNOWN, older: [] },
  slots: { current: ['2024-09-04'], older: [] },
  'slots-old': { current: ['2024-04-15', '2024-06-11', '2024-06-14', '2024-08-13'], older: [] },
  bookings: { current: ['2024-08-13'], older: ['2024-04-15', '2024-06-11', '2024-06-14'] },
  'event-types': { current: ['2024-06-14'], older: ['2024-04-15', '2024-06-11'] },
  schedules: { current: ['2024-06-11', '2024-06-14'], older: ['2024-04-15'] },
};

/** A missing or unknown version silently means the oldest. Undefined: the route does not exist in that version. */
export function handlerFor(route: Route, header: string | undefined): Route['handler'] | undefined {
  const version = header !== undefined && KNOWN.includes(header) ? header : OLDEST;
  const family = FAMILIES[route.family];
  if (family.current.includes(version)) return route.handler;
  return family.older.includes(version) ? route.older : undefined;
}
