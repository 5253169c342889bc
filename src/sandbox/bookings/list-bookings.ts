import { Call, Reply, success } from '../http/call';
import { Json } from '../http/errors';
import { custom, Field, globalPipe, isInt, maximum, minimum } from '../http/validation';
import {
  BookingFilter,
  FILTER_FIELDS,
  inOrder,
  madeWithin,
  matching,
  orderOf,
  STATUS_TEXT,
  STATUSES,
  withNumbers,
} from './booking-filter';
import { showBookings } from './booking-view';
import { visibleBookings } from './visible-bookings';

const DEFAULT_TAKE = 100;
const MAXIMUM_TAKE = 250;

const statusRule = custom('isEnum', STATUS_TEXT, (value) =>
  (value as string[]).every((status) => STATUSES.includes(status)),
);

const FIELDS: Field[] = [
  { name: 'status', rules: [statusRule], optional: true },
  ...FILTER_FIELDS,
  { name: 'take', rules: [isInt, minimum(1), maximum(MAXIMUM_TAKE)], optional: true },
  { name: 'skip', rules: [isInt, minimum(0)], optional: true },
];

interface Query extends BookingFilter {
  status?: string[];
  take?: number;
  skip?: number;
}

function readQuery(query: Call['query']): Query {
  const values = withNumbers(query, ['take', 'skip']);
  if (typeof values.status === 'string') values.status = values.status.split(',');
  return globalPipe(FIELDS, values);
}

/** The times of creation and change thin out `data`, but not the totals, as measured. */
export async function listBookings(call: Call): Promise<Reply> {
  const query = readQuery(call.query);
  const { status = [], take = DEFAULT_TAKE, skip = 0 } = query;
  const found = await matching(call, await visibleBookings(call), query, status);
  const thinned = found.filter((booking) => madeWithin(booking, query));
  const page = inOrder(thinned, orderOf(query, status)).slice(skip, skip + take);
  const data = await showBookings(call.sandbox, page);
  return success(data, 200, { pagination: pagination(found.length, page.length, take, skip) });
}

function pagination(totalItems: number, returnedItems: number, take: number, skip: number): Json {
  const totalPages = Math.ceil(totalItems / take);
  const currentPage = Math.min(Math.floor(skip / take) + 1, totalPages);
  return {
    returnedItems,
    totalItems,
    itemsPerPage: take,
    remainingItems: Math.max(0, totalItems - skip - take),
    currentPage,
    totalPages,
    hasNextPage: currentPage < totalPages,
    hasPreviousPage: currentPage > 1,
  };
}
