import type { Access, CalledRequest } from '../../foundation/http/access';
import type { KnownCaller } from './callers';

const BEARER = /^Bearer +([\x21-\x7e]{1,500}) *$/i;
/** Names under which other APIs take a tenant. Here the key says it, and saying it twice is a mistake or an attempt. */
const COMPANY_PARAMETERS = ['companyId', 'company_id'];
const COMPANY_HEADERS = ['x-company-id', 'company-id', 'x-companyid', 'companyid'];

/** The key of an `Authorization` header; undefined when it brings none. */
export function keyOf(authorization = ''): string | undefined {
  return BEARER.exec(authorization)?.[1];
}

/** Whether this caller may use a route that allows these, from a page of this origin. */
export function mayCall(
  { kind, origins }: KnownCaller,
  access: readonly Access[],
  origin: string | undefined,
): boolean {
  const allowed = access.includes(kind) || (access.includes('compatibility') && kind !== 'admin');
  // No browser, no origin: then the key alone counts, as it would for anybody who leaves the header out.
  return allowed && (kind !== 'publishable' || origin === undefined || origins.includes(origin));
}

/** Where a request names a company itself. */
export function namedCompany({ query, headers }: Pick<CalledRequest, 'query' | 'headers'>): string | undefined {
  const asked = Object.keys(query ?? {});
  return (
    COMPANY_PARAMETERS.find((name) => asked.includes(name)) ??
    COMPANY_HEADERS.find((name) => headers[name] !== undefined)
  );
}
