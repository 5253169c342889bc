import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IANA's special-purpose IPv4 ranges: whatever does not lead to a host of the public Internet. */
const NOT_PUBLIC_V4: readonly [string, number][] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; a cloud's metadata at 100.100.100.200
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a cloud's host agent on an address that looks public
  ['169.254.0.0', 16], // link-local; most clouds' metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments; a cloud's metadata at 192.0.0.192
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Of IPv6 only the global unicast block is public; IPv4 in disguise and link-local addresses lie outside of it. */
const GLOBAL_V6: readonly [string, number][] = [['2000::', 3]];
const NOT_PUBLIC_V6: readonly [string, number][] = [
  ['2001::', 23], // protocol assignments, Teredo
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: carries an IPv4 address of anybody's choice
  ['3fff::', 20], // documentation
];

const notPublicV4 = listOf(NOT_PUBLIC_V4, 'ipv4');
const globalV6 = listOf(GLOBAL_V6, 'ipv6');
const notPublicV6 = listOf(NOT_PUBLIC_V6, 'ipv6');

/**
 * Whether an IP address in its usual notation belongs to a host of the public Internet. False for everything else:
 * loopback, private, link-local, multicast, documentation, IPv4 inside IPv6, zones, and text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false;
  const version = isIP(address);
  if (version === 4) return !notPublicV4.check(address, 'ipv4');
  return version === 6 && globalV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
}

/** A host that may not be dialled; nothing was sent to it. Its message does not repeat what the name led to. */
export class AddressNotPublicError extends Error {
  override readonly name = 'AddressNotPublicError';
  readonly code = 'ADDRESS_NOT_PUBLIC';

  constructor(readonly host: string) {
    super('the host is not at public addresses only, by https');
  }
}

/** Finds every address of a host, as `dns.lookup` with `all`. */
export type AllAddresses = (
  host: string,
  options: { all: true; family?: number; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const systemAddresses: AllAddresses = (host, options, callback) => lookup(host, options, callback);

/**
 * A look-up for sockets that fails with {@link AddressNotPublicError} when any address of the host is not public. The
 * socket connects to the very addresses that were judged, so a name cannot change its mind in between.
 */
export function publicLookup(find: AllAddresses = systemAddresses, mayDial = isPublicAddress): LookupFunction {
  return (host, { all, hints }, callback) => {
    // Of every family, whichever the socket wants: one private address gives the whole name away.
    find(host, { all: true, ...(hints === undefined ? {} : { hints }) }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => mayDial(address))) {
        return callback(new AddressNotPublicError(host), []);
      }
      if (all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** A name server that does not answer keeps the system's resolver waiting for up to half a minute. */
export class LookupTimeoutError extends Error {
  override readonly name = 'LookupTimeoutError';
  readonly code = 'ETIMEOUT';

  constructor(readonly host: string) {
    super('no name server answered in time');
  }
}

/** A look-up that fails with {@link LookupTimeoutError} when there is no answer within this time. */
export function atMost(ms: number, find: AllAddresses = systemAddresses): AllAddresses {
  return (host, options, callback) => {
    let isOver = false;
    const end: typeof callback = (error, addresses) => {
      // Whichever comes second, the answer or the end of patience, has nobody to tell.
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      callback(error, addresses);
    };
    const timer = setTimeout(() => end(new LookupTimeoutError(host), []), ms);
    find(host, options, end);
  };
}

function listOf(ranges: readonly [string, number][], type: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, type);
  return list;
}
