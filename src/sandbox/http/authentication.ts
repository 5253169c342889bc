import { FastifyRequest } from 'fastify';
import { AccountStore } from '../store/accounts';
import { Account } from '../store/records';
import { Access } from './call';
import { ApiError, nestError } from './errors';

const NO_METHOD =
  "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth client " +
  "credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers";
const CLIENT_ID_ONLY =
  "ApiAuthStrategy - Only 'x-cal-client-id' header provided. Please also provide 'x-cal-secret-key' header or Auth " +
  "bearer token as 'Authentication' header";
const NO_PERMISSION =
  'PermissionsGuard - no authentication provided. Provide either authorization bearer token containing managed user ' +
  "access token or oAuth client id in 'x-cal-client-id' header.";

const unauthorized = (message: string): ApiError => nestError(401, message);

/** The answer to a key that nobody has. */
export const invalidKey = (): ApiError => unauthorized('CustomThrottlerGuard - Invalid API Key');

/** The token of `Bearer <token>`, or a bare `<token>`; '' when the header is there in another form. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const [scheme, token, ...rest] = header.trim().split(' ');
  if (token === undefined) return scheme?.startsWith('cal_') ? scheme : '';
  return scheme === 'Bearer' && rest.length === 0 ? token : '';
}

/** A key that does not exist is refused even where none is needed, and before it is counted. Throws 401. */
export async function identify(accounts: AccountStore, token: string | undefined): Promise<Account | undefined> {
  if (!token?.startsWith('cal_')) return undefined;
  const account = await accounts.byKey(token);
  if (!account) throw invalidKey();
  return account;
}

/** Throws what the guards of a route answer to a caller without a good key. */
export function authorize(request: FastifyRequest, token: string | undefined, account: unknown, access: Access): void {
  if (account || access === 'public') return;
  if (token !== undefined) throw unauthorized('Invalid Access Token.');
  const clientId = request.headers['x-cal-client-id'];
  if (clientId !== undefined && request.headers['x-cal-secret-key'] === undefined) throw unauthorized(CLIENT_ID_ONLY);
  throw access === 'permissions' ? nestError(403, NO_PERMISSION) : unauthorized(NO_METHOD);
}
