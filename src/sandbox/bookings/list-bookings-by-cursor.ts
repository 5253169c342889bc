import { Call, Reply, success } from '../http/call';
import { badRequest } from '../http/errors';
import { Field, globalPipe, isEnum, isInt, isPlainObject, isString, maximum, minimum } from '../http/validation';
import {
  BookingFilter,
  compare,
  FILTER_FIELDS,
  inOrder,
  madeWithin,
  matching,
  Order,
  orderOf,
  Place,
  placeOf,
  STATUS_TEXT,
  STATUSES,
  withNumbers,
} from './booking-filter';
import { showBookings } from './booking-view';
import { visibleBookings } from './visible-bookings';

/** As the hosted service documents them. */
const DEFAULT_LIMIT = 50;
const MAXIMUM_LIMIT = 100;

const FIELDS: Field[] = [
  { name: 'status', rules: [isEnum(STATUSES, STATUS_TEXT)], optional: true },
  ...FILTER_FIELDS,
  { name: 'cursor', rules: [isString], optional: true },
  { name: 'limit', rules: [isInt, minimum(1), maximum(MAXIMUM_LIMIT)], optional: true },
];

interface Query extends BookingFilter {
  status?: string;
  cursor?: string;
  limit?: number;
}

/**
 * The list of 2026-05-01. A page begins behind the last booking of the page before, so that what is booked meanwhile
 * neither repeats nor skips one. Throws 400 for more than one status and for a cursor of another order.
 */
export async function listBookingsByCursor(call: Call): Promise<Reply> {
  const query = globalPipe(FIELDS, withNumbers(call.query, ['limit'])) as Query;
  const { status, cursor, limit = DEFAULT_LIMIT } = query;
  const statuses = status === undefined ? [] : [status];
  const order = orderOf(query, statuses);
  const behind = cursor === undefined ? undefined : placeIn(cursor, order);
  const found = await matching(call, await visibleBookings(call), query, statuses);
  const rest = inOrder(found, order).filter(
    (booking) =>
      madeWithin(booking, query) && (behind === undefined || compare(placeOf(booking, order), behind, order) > 0),
  );
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const hasMore = last !== undefined && rest.length > limit;
  const nextCursor = hasMore ? cursorOf(placeOf(last, order), order) : null;
  return success(await showBookings(call.sandbox, page), 200, { pagination: { nextCursor, hasMore } });
}

function cursorOf(place: Place, order: Order): string {
  return Buffer.from(JSON.stringify({ ...order, ...place })).toString('base64');
}

function placeIn(cursor: string, order: Order): Place {
  const { by, descending, at, id } = parsed(cursor);
  if (by !== order.by || descending !== order.descending || !Number.isFinite(at) || !Number.isInteger(id)) {
    throw badRequest('Invalid cursor');
  }
  return { at: Number(at), id: Number(id) };
}

function parsed(cursor: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString());
    return isPlainObject(value) ? value : {};
  } catch {
    return {};
  }
}
