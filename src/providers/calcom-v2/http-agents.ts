import { Agent, AgentOptions } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DialGuard, type DialRules } from './http-agents-guard';

/** A machine that does not take a connection within two seconds will not take it in ten. */
const CONNECT_MS = 2_000;

/**
 * Idle connections are closed after 4 s: Node's own servers close theirs after 5, and a request that meets a closing
 * connection is lost with its outcome unknown.
 */
const OPTIONS: AgentOptions = {
  keepAlive: true,
  // More than the permits of two credentials: a call that has its permit must not wait for a socket, or its pace is lost.
  maxSockets: 256,
  maxFreeSockets: 10,
  timeout: 4_000,
  scheduling: 'lifo',
};

type Created = Duplex | null | undefined;

/** Ends a connection that is not established in time. Its fault has a name of its own: nothing was sent yet. */
function withConnectDeadline(socket: Created, established: 'connect' | 'secureConnect'): Created {
  if (!socket) return socket;
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('connection not established in time'), { code: 'CONNECT_TIMED_OUT' }));
  }, CONNECT_MS);
  const stop = (): void => clearTimeout(timer);
  (socket as Socket).once(established, stop).once('close', stop);
  return socket;
}

class PlainAgent extends Agent {
  constructor(private readonly guard?: DialGuard) {
    super(OPTIONS);
  }

  override createConnection(...[options, onCreated]: Parameters<Agent['createConnection']>): Created {
    if (this.guard) return this.guard.dialPlain(options, onCreated);
    return withConnectDeadline(super.createConnection(options, onCreated), 'connect');
  }
}

class TlsAgent extends SecureAgent {
  constructor(private readonly guard?: DialGuard) {
    super(OPTIONS);
  }

  override createConnection(...[options, onCreated]: Parameters<SecureAgent['createConnection']>): Created {
    const dial = (to: typeof options): Created =>
      withConnectDeadline(super.createConnection(to, onCreated), 'secureConnect');
    return this.guard ? this.guard.dialSecure(options, dial, onCreated) : dial(options);
  }
}

/**
 * Connections that are kept and counted, one pair for all companies of a process. They are kept by scheme, host and
 * port, so a request never leaves on a connection to another host.
 *
 * @param rules absent: every address may be dialled, by http as well.
 */
export function keepAliveAgents(rules?: DialRules): { httpAgent: Agent; httpsAgent: SecureAgent } {
  const guard = rules && new DialGuard(rules);
  return { httpAgent: new PlainAgent(guard), httpsAgent: new TlsAgent(guard) };
}
