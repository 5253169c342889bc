import type { ConnectionSettings } from '../../scheduling/connection-store';

/**
 * Which `cal-api-version` each endpoint family speaks. A wrong one does not fail: it routes to an older shape, or to 404.
 * A connection's settings may name another version by the family's name.
 */
const FAMILY_VERSIONS = {
  bookings: '2024-08-13',
  bookingList: '2024-08-13',
  slots: '2024-09-04',
  eventTypes: '2024-06-14',
  schedules: '2024-06-11',
  /** me, teams and webhooks have one shape for every version. */
  unversioned: undefined,
} as const;

type Family = keyof typeof FAMILY_VERSIONS;

/** Those of which a connection's settings may name another version. */
export const VERSIONED_FAMILIES = [
  'bookings',
  'bookingList',
  'slots',
  'eventTypes',
  'schedules',
] as const satisfies Family[];

/** How a list of bookings is paged: by `take` and `skip`, or by a cursor. */
export type Paging = 'pages' | 'cursor';

/** The first version that pages by cursor; the versions before it, of all families, page by number. */
const CURSOR_LIST_VERSION = '2026-05-01';

interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** What is logged: never the values, for a booking's uid is enough to cancel it. */
  path: string;
  family: Family;
  /** Upper limit of one attempt. */
  timeoutMs: number;
}

/** Slots take 0.3 to 0.8 s; a page waits for them, so six seconds are already too long. */
const SLOTS_MS = 6_000;
/** Bookings take 1.5 to 5 s, longer when a slow webhook receiver is called inside the request; giving up early only loses the outcome. */
const BOOKINGS_MS = 15_000;
const OTHERS_MS = 10_000;

/** Every call we make. Names are labels of logs, metrics and the error table; places in a path are filled in order. */
// prettier-ignore
export const OPERATIONS = {
  'me.get': { method: 'GET', path: '/me', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teams.list': { method: 'GET', path: '/teams', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teams.get': { method: 'GET', path: '/teams/{team}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teams.members': { method: 'GET', path: '/teams/{team}/memberships', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamEventTypes.list': { method: 'GET', path: '/teams/{team}/event-types', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamEventTypes.get': { method: 'GET', path: '/teams/{team}/event-types/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamEventTypes.create': { method: 'POST', path: '/teams/{team}/event-types', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamEventTypes.update': { method: 'PATCH', path: '/teams/{team}/event-types/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamEventTypes.delete': { method: 'DELETE', path: '/teams/{team}/event-types/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'schedules.list': { method: 'GET', path: '/schedules', family: 'schedules', timeoutMs: OTHERS_MS },
  'eventTypes.list': { method: 'GET', path: '/event-types', family: 'eventTypes', timeoutMs: OTHERS_MS },
  'eventTypes.get': { method: 'GET', path: '/event-types/{id}', family: 'eventTypes', timeoutMs: OTHERS_MS },
  'eventTypes.create': { method: 'POST', path: '/event-types', family: 'eventTypes', timeoutMs: OTHERS_MS },
  'eventTypes.update': { method: 'PATCH', path: '/event-types/{id}', family: 'eventTypes', timeoutMs: OTHERS_MS },
  'eventTypes.delete': { method: 'DELETE', path: '/event-types/{id}', family: 'eventTypes', timeoutMs: OTHERS_MS },
  'slots.list': { method: 'GET', path: '/slots', family: 'slots', timeoutMs: SLOTS_MS },
  'reservations.create': { method: 'POST', path: '/slots/reservations', family: 'slots', timeoutMs: SLOTS_MS },
  'reservations.get': { method: 'GET', path: '/slots/reservations/{uid}', family: 'slots', timeoutMs: SLOTS_MS },
  'reservations.delete': { method: 'DELETE', path: '/slots/reservations/{uid}', family: 'slots', timeoutMs: SLOTS_MS },
  'bookings.create': { method: 'POST', path: '/bookings', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'bookings.list': { method: 'GET', path: '/bookings', family: 'bookingList', timeoutMs: BOOKINGS_MS },
  'bookings.get': { method: 'GET', path: '/bookings/{uid}', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'bookings.reschedule': { method: 'POST', path: '/bookings/{uid}/reschedule', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'bookings.cancel': { method: 'POST', path: '/bookings/{uid}/cancel', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'bookings.confirm': { method: 'POST', path: '/bookings/{uid}/confirm', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'bookings.decline': { method: 'POST', path: '/bookings/{uid}/decline', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'bookings.markAbsent': { method: 'POST', path: '/bookings/{uid}/mark-absent', family: 'bookings', timeoutMs: BOOKINGS_MS },
  'webhooks.list': { method: 'GET', path: '/webhooks', family: 'unversioned', timeoutMs: OTHERS_MS },
  'webhooks.get': { method: 'GET', path: '/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'webhooks.create': { method: 'POST', path: '/webhooks', family: 'unversioned', timeoutMs: OTHERS_MS },
  'webhooks.update': { method: 'PATCH', path: '/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'webhooks.delete': { method: 'DELETE', path: '/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'eventTypeWebhooks.list': { method: 'GET', path: '/event-types/{type}/webhooks', family: 'unversioned', timeoutMs: OTHERS_MS },
  'eventTypeWebhooks.get': { method: 'GET', path: '/event-types/{type}/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'eventTypeWebhooks.create': { method: 'POST', path: '/event-types/{type}/webhooks', family: 'unversioned', timeoutMs: OTHERS_MS },
  'eventTypeWebhooks.update': { method: 'PATCH', path: '/event-types/{type}/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'eventTypeWebhooks.delete': { method: 'DELETE', path: '/event-types/{type}/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamWebhooks.list': { method: 'GET', path: '/teams/{team}/event-types/{type}/webhooks', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamWebhooks.get': { method: 'GET', path: '/teams/{team}/event-types/{type}/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamWebhooks.create': { method: 'POST', path: '/teams/{team}/event-types/{type}/webhooks', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamWebhooks.update': { method: 'PATCH', path: '/teams/{team}/event-types/{type}/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
  'teamWebhooks.delete': { method: 'DELETE', path: '/teams/{team}/event-types/{type}/webhooks/{id}', family: 'unversioned', timeoutMs: OTHERS_MS },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export function isWrite(operation: OperationName): boolean {
  return OPERATIONS[operation].method !== 'GET';
}

/** The version header's value. @param overrides by family; of names that are no family, none counts. */
export function apiVersion(operation: OperationName, overrides: Record<string, string>): string | undefined {
  const family: Family = OPERATIONS[operation].family;
  return overrides[family] || FAMILY_VERSIONS[family];
}

/** How the list pages that a connection's settings name; undefined when they name none. */
export function listPaging(settings: ConnectionSettings | undefined): Paging | undefined {
  const wished = settings?.apiVersions?.bookingList;
  if (!wished) return undefined;
  return wished < CURSOR_LIST_VERSION ? 'pages' : 'cursor';
}

/** The version of the list that pages so. What the settings say about the other one says nothing about this. */
export function listVersion(settings: ConnectionSettings | undefined, paging: Paging): string {
  if (listPaging(settings) === paging) return settings?.apiVersions?.bookingList ?? '';
  return paging === 'cursor' ? CURSOR_LIST_VERSION : FAMILY_VERSIONS.bookingList;
}
