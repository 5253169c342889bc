import { SchedulingError } from '../../scheduling/scheduling-error';
import { apiVersion, type OperationName, OPERATIONS } from './operations';
import type { Outgoing } from './ready-request';
import type { Caller, Query, Sending } from './call';

/** The request of an operation, as it will be written. */
export function outgoing(
  operation: OperationName,
  caller: Caller,
  sending: Sending,
  bookingsApiVersion: string,
): Outgoing {
  const { credential, context } = caller;
  const { method, path } = OPERATIONS[operation];
  const body = sending.body && JSON.stringify(sending.body);
  const versions = { bookings: bookingsApiVersion, ...credential.settings?.apiVersions };
  const url = new URL(apiRoot(credential.baseUrl) + filled(path, sending.ids ?? []));
  url.search = search(sending.query ?? {});
  const headers = {
    Authorization: `Bearer ${credential.apiKey}`,
    Accept: 'application/json',
    'Accept-Encoding': 'gzip, deflate, br',
    'User-Agent': 'slotbridge',
    'cal-api-version': sending.version ?? apiVersion(operation, versions),
    'X-Correlation-Id': context?.correlationId,
    ...(body && { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  return { method, url, headers: present(headers), ...(body && { body }) };
}

function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** Ids are written so that they cannot leave their place in the path. */
function filled(path: string, ids: readonly string[]): string {
  const left = [...ids];
  return path.replaceAll(/\{\w+\}/g, () => segment(left.shift() ?? ''));
}

/** @throws SchedulingError `NOT_FOUND` for what would climb out of its segment, however it is written. */
function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new SchedulingError('NOT_FOUND', 'not an id');
  return encodeURIComponent(id);
}

function search(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.toString();
}

/** Some deployments name the address with the API's prefix, some without. */
function apiRoot(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, '').replace(/\/v2$/, '')}/v2`;
}
