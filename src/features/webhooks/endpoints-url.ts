import { isIP } from 'node:net';
import { type ApiError, invalidField } from '../../foundation/errors/api-error';
import {
  type AllAddresses,
  AddressNotPublicError,
  isPublicAddress,
  publicLookup,
} from '../../foundation/http/public-address';

export interface EndpointUrlRules {
  /** Plain http and addresses inside the deployment's own network are fine. */
  allowPrivateHosts: boolean;
  /** Where names are looked up; the system's resolver unless given. */
  find?: AllAddresses;
}

/**
 * The address of an endpoint as it is stored. Unless private hosts are allowed it is https, and every address of its
 * host is public at this moment; whoever dials judges again.
 *
 * @throws ApiError VALIDATION_ERROR naming `url` and the reason.
 */
export async function endpointUrl(text: string, { allowPrivateHosts, find }: EndpointUrlRules): Promise<string> {
  const url = parsed(text);
  if (allowPrivateHosts) return url.href;
  if (url.protocol !== 'https:') throw refused('must be an https address');
  await assertPublic(url.hostname, find);
  return url.href;
}

function parsed(text: string): URL {
  // The parser forgives white space and backslashes; people who write them mean something else.
  const readable = /^https?:\/\/[^\s\\]+$/i.test(text) && URL.canParse(text);
  if (!readable) throw refused('must be an http or https address');
  const url = new URL(text);
  if (url.username || url.password) throw refused('must not contain a user name or password');
  if (url.hash || text.endsWith('#')) throw refused('must not contain a fragment');
  return url;
}

/** The URL parser has brought numbers in every notation into the usual one: 2130706433 is 127.0.0.1 here. */
async function assertPublic(hostname: string, find?: AllAddresses): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const notPublic = () => refused('must not lead to an address that is not public');
  if (isIP(host) !== 0) {
    if (isPublicAddress(host)) return;
    throw notPublic();
  }
  const fault = await new Promise<Error | null>((resolve) => publicLookup(find)(host, { all: true }, resolve));
  if (fault instanceof AddressNotPublicError) throw notPublic();
  if (fault) throw refused('names a host that cannot be found');
}

function refused(reason: string): ApiError {
  return invalidField('url', reason);
}
