import type { ClientRequestArgs } from 'node:http';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type AllAddresses,
  AddressNotPublicError,
  isPublicAddress,
  publicLookup,
} from '../../foundation/http/public-address';

type OnCreated = (error: Error | null, socket: Duplex) => void;
type Dial = (options: ClientRequestArgs) => Duplex | null | undefined;

export interface DialRules {
  /** Told of every host that was not dialled; somebody is trying something, or a name has moved. */
  onRefused: (host: string) => void;
  /** Where names are looked up; the system's resolver unless given. */
  find?: AllAddresses;
  mayDial?: (address: string) => boolean;
}

/**
 * Lets sockets be opened to public addresses only. A saved base URL was judged once, but a name may lead elsewhere
 * since, or have been saved under other rules: so the very address that is dialled is judged again.
 */
export class DialGuard {
  constructor(private readonly rules: DialRules) {}

  /** Plain http is for private hosts, so where those are not allowed it is refused altogether: it would show the key. */
  dialPlain(options: ClientRequestArgs, onCreated?: OnCreated): undefined {
    return this.refuse(options.host ?? '', onCreated);
  }

  /** A literal address is judged here, because sockets do not look it up; a name is judged within its look-up. */
  dialSecure(options: ClientRequestArgs, dial: Dial, onCreated?: OnCreated): Duplex | null | undefined {
    const { find, mayDial = isPublicAddress, onRefused } = this.rules;
    const host = options.host ?? '';
    if (isIP(host) !== 0 && !mayDial(host)) return this.refuse(host, onCreated);
    const socket = dial({ ...options, lookup: publicLookup(find, mayDial) });
    return socket?.once('error', (error) => {
      if (error instanceof AddressNotPublicError) onRefused(host);
    });
  }

  private refuse(host: string, onCreated?: OnCreated): undefined {
    this.rules.onRefused(host);
    onCreated?.(new AddressNotPublicError(host), new Socket());
  }
}
