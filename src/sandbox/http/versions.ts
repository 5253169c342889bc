import { Route } from './call';

const KNOWN = ['2024-04-15', '2024-06-11', '2024-06-14', '2024-08-13', '2024-09-04'];
/** Known to the hosted service only. */
const HOSTED = ['2026-02-25', '2026-05-01'];
/** The list of bookings alone has a controller of this version; it pages by cursor. */
const BY_CURSOR = '2026-05-01';
const OLDEST = '2024-04-15';

/** Which values of `cal-api-version` reach the current controller and which the older one; all others are 404. */
const FAMILIES: Record<Route['family'], { current: string[]; older: string[] }> = {
  any: { current: [...KNOWN, ...HOSTED], older: [] },
  slots: { current: ['2024-09-04'], older: [] },
  'slots-old': { current: ['2024-04-15', '2024-06-11', '2024-06-14', '2024-08-13'], older: [] },
  bookings: { current: ['2024-08-13', '2026-02-25'], older: ['2024-04-15', '2024-06-11', '2024-06-14'] },
  'event-types': { current: ['2024-06-14'], older: ['2024-04-15', '2024-06-11'] },
  schedules: { current: ['2024-06-11', '2024-06-14'], older: ['2024-04-15'] },
};

/**
 * A missing or unknown version silently means the oldest. Undefined: the route does not exist in that version.
 * `hosted`: whether the versions of the hosted service are known.
 */
export function handlerFor(route: Route, header: string | undefined, hosted: boolean): Route['handler'] | undefined {
  const known = hosted ? [...KNOWN, ...HOSTED] : KNOWN;
  const version = header !== undefined && known.includes(header) ? header : OLDEST;
  if (version === BY_CURSOR && route.byCursor) return route.byCursor;
  const family = FAMILIES[route.family];
  if (family.current.includes(version)) return route.handler;
  return family.older.includes(version) ? route.older : undefined;
}
