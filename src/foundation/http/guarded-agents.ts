import { Agent as PlainAgent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AddressNotPublicError, type AllAddresses, isPublicAddress, publicLookup } from './public-address';

export interface GuardRules {
  /** Where names are looked up; the system's resolver unless given. */
  find?: AllAddresses;
  /** Which addresses may be dialled; public ones unless given. */
  mayDial?: (address: string) => boolean;
}

/** Strangers' hosts are called seldom: a connection kept open for each would cost more than it saves. */
const OPTIONS: AgentOptions = { keepAlive: false };

type Created = Duplex | null | undefined;

/** Dials https hosts at public addresses only, judging the very address that is dialled. */
export class GuardedTlsAgent extends TlsAgent {
  constructor(private readonly rules: GuardRules = {}) {
    super(OPTIONS);
  }

  override createConnection(...[options, onCreated]: Parameters<TlsAgent['createConnection']>): Created {
    const { find, mayDial = isPublicAddress } = this.rules;
    const host = options.host ?? '';
    // Sockets do not look up a literal address, so it is judged here.
    if (isIP(host) !== 0 && !mayDial(host)) return refuse(host, onCreated);
    return super.createConnection({ ...options, lookup: publicLookup(find, mayDial) }, onCreated);
  }
}

/** Dials nothing: plain http is for private hosts, and would show whatever is sent. */
export class RefusingAgent extends PlainAgent {
  override createConnection(...[options, onCreated]: Parameters<PlainAgent['createConnection']>): Created {
    return refuse(options.host ?? '', onCreated);
  }
}

/**
 * Agents for hosts that somebody else has named.
 *
 * @param rules absent: every address may be dialled, by http as well.
 */
export function agentsFor(rules?: GuardRules): { http: PlainAgent; https: TlsAgent } {
  if (!rules) return { http: new PlainAgent(OPTIONS), https: new TlsAgent(OPTIONS) };
  return { http: new RefusingAgent(OPTIONS), https: new GuardedTlsAgent(rules) };
}

function refuse(host: string, onCreated?: (error: Error | null, socket: Duplex) => void): undefined {
  onCreated?.(new AddressNotPublicError(host), new Socket());
}
