import { Agent, AgentOptions } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A machine that does not take a connection within three seconds will not take it in ten. */
const CONNECT_MS = 3_000;

/**
 * Idle connections are closed after 4 s: Node's own servers close theirs after 5, and a request that meets a closing
 * connection is lost with its outcome unknown.
 */
const OPTIONS: AgentOptions = {
  keepAlive: true,
  maxSockets: 50,
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
  override createConnection(...args: Parameters<Agent['createConnection']>): Created {
    return withConnectDeadline(super.createConnection(...args), 'connect');
  }
}

class TlsAgent extends SecureAgent {
  override createConnection(...args: Parameters<SecureAgent['createConnection']>): Created {
    return withConnectDeadline(super.createConnection(...args), 'secureConnect');
  }
}

/** Connections that are kept and counted, one pair for all companies of a process. */
export function keepAliveAgents(): { httpAgent: Agent; httpsAgent: SecureAgent } {
  return { httpAgent: new PlainAgent(OPTIONS), httpsAgent: new TlsAgent(OPTIONS) };
}
