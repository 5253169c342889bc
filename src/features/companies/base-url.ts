import { isIP } from 'node:net';
import { ApiError, invalidField } from '../../foundation/errors/api-error';
import {
  type AllAddresses,
  AddressNotPublicError,
  atMost,
  isPublicAddress,
  publicLookup,
} from '../../foundation/http/public-address';

export interface BaseUrlRules {
  /** Plain http and addresses inside the deployment's own network are fine. */
  allowPrivateHosts: boolean;
  /** Where names are looked up; the system's resolver unless given. */
  find?: AllAddresses;
}

/** Somebody waits for the form to be saved; a resolver that needs longer would fail the calls as well. */
const LOOKUP_MS = 3_000;

/** The transport adds the API's prefix, whether the address came with it or not. */
const PATHS = ['/', '/v2', '/v2/'];

/**
 * The address of a provider's API as it is stored: scheme, host and port only. Unless private hosts are allowed it is
 * https, and every address of its host is public at this moment; whoever dials judges again.
 *
 * @throws ApiError VALIDATION_ERROR naming `baseUrl` and the reason; PROVIDER_UNAVAILABLE when the name
 *   cannot be looked up within 3 s.
 */
export async function providerBaseUrl(text: string, { allowPrivateHosts, find }: BaseUrlRules): Promise<string> {
  const url = parsed(text);
  if (allowPrivateHosts) return url.origin;
  if (url.protocol !== 'https:') throw refused('must be an https address');
  await assertPublic(url.hostname, find);
  return url.origin;
}

function parsed(text: string): URL {
  // The parser forgives white space and backslashes; people who write them mean something else.
  const readable = /^https?:\/\/[^\s\\]+$/i.test(text) && URL.canParse(text);
  if (!readable) throw refused('must be an http or https address');
  if (text.includes('@')) throw refused('must not contain a user name or password');
  if (/[?#]/.test(text)) throw refused('must not contain a query or fragment');
  const url = new URL(text);
  if (!PATHS.includes(url.pathname)) throw refused('must not contain a path other than /v2');
  return url;
}

/** The URL parser has brought numbers in every notation into the usual one: 2130706433 is 127.0.0.1 here. */
async function assertPublic(hostname: string, find?: AllAddresses): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    if (isPublicAddress(host)) return;
    throw refused('must not lead to an address that is not public');
  }
  const lookup = publicLookup(atMost(LOOKUP_MS, find));
  const fault = await new Promise<Error | null>((resolve) => lookup(host, { all: true }, resolve));
  if (!fault) return;
  if (fault instanceof AddressNotPublicError) throw refused('must not lead to an address that is not public');
  if ('code' in fault && fault.code === 'ENOTFOUND') throw refused('names a host that does not exist');
  throw new ApiError('PROVIDER_UNAVAILABLE', { cause: fault });
}

function refused(reason: string): ApiError {
  return invalidField('baseUrl', reason);
}
