import { apiVersion, type OperationName, OPERATIONS } from './operations';
import type { Outgoing } from './ready-request';
import type { Caller, Query, Sending } from './transport';

/** The request of an operation, as it will be written. */
export function outgoing(
  operation: OperationName,
  { credential, context }: Caller,
  sending: Sending,
  bookingsApiVersion: string,
): Outgoing {
  const { method, path } = OPERATIONS[operation];
  const body = sending.body && JSON.stringify(sending.body);
  const version =
    sending.version ?? apiVersion(operation, { bookings: bookingsApiVersion, ...credential.settings?.apiVersions });
  const url = new URL(apiRoot(credential.baseUrl) + filled(path, sending.ids ?? []));
  url.search = search(sending.query ?? {});
  return {
    method,
    url,
    headers: {
      Authorization: `Bearer ${credential.apiKey}`,
      Accept: 'application/json',
      'Accept-Encoding': 'gzip, deflate, br',
      'User-Agent': 'slotbridge',
      ...(body ? { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) } : {}),
      ...(version ? { 'cal-api-version': version } : {}),
      ...(context?.correlationId ? { 'X-Correlation-Id': context.correlationId } : {}),
    },
    ...(body ? { body } : {}),
  };
}

/** Ids are written so that they cannot leave their place in the path. */
function filled(path: string, ids: readonly string[]): string {
  const left = [...ids];
  return path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(left.shift() ?? ''));
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
