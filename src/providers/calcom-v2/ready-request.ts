import { type Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A request as it will be written. */
export interface Outgoing {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

export interface Agents {
  httpAgent: Agent;
  httpsAgent: Agent;
}

/** What the HTTP client needs of a transport: somebody who makes the request. */
interface Transport {
  request(options: unknown, onResponse: (response: IncomingMessage) => void): ClientRequest;
}

/** A request whose connection is established, and of which nothing was written yet. */
export class ReadyRequest {
  private fault: Error | undefined;

  private constructor(private readonly request: ClientRequest) {
    request.on('error', (error) => (this.fault = error));
  }

  /**
   * Takes a kept connection, or establishes one.
   *
   * @throws the fault of the connection, `ERR_CANCELED` when the signal ends the waiting. Nothing was written.
   */
  static async open(
    outgoing: Outgoing,
    { httpAgent, httpsAgent }: Agents,
    signal?: AbortSignal,
  ): Promise<ReadyRequest> {
    const isSecure = outgoing.url.protocol === 'https:';
    const options = { method: outgoing.method, headers: outgoing.headers };
    const request = isSecure
      ? secureRequest(outgoing.url, { ...options, agent: httpsAgent })
      : plainRequest(outgoing.url, { ...options, agent: httpAgent });
    const ready = new ReadyRequest(request);
    const giveUp = (): void => void request.destroy(Object.assign(new Error('given up'), { code: 'ERR_CANCELED' }));
    signal?.addEventListener('abort', giveUp);
    try {
      await connected(request);
      return ready;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Whether it can still be written; the other side may have closed the connection. */
  get isAlive(): boolean {
    return this.fault === undefined && !this.request.destroyed && this.request.socket?.writable === true;
  }

  /**
   * Lets an HTTP client write this very request, on its connection, and read the answer.
   *
   * @param leaving called in the same turn of the event loop in which the first byte is written; what it throws keeps
   *   everything from being written.
   */
  transport(leaving: () => void): Transport {
    return {
      request: (_options, onResponse) => {
        leaving();
        return this.request.once('response', onResponse);
      },
    };
  }

  /** Closes the connection; it is not kept, for nobody knows what the other side made of it. */
  close(): void {
    this.request.destroy();
  }
}

function connected(request: ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const ready = (): void => {
      request.off('close', closed).off('error', reject);
      resolve();
    };
    request.once('error', reject).once('close', closed);
    request.once('socket', (socket) => {
      if (isEstablished(socket)) ready();
      else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', ready);
    });
  });
}

/** A kept connection is; of a fresh one only the socket exists yet. */
function isEstablished(socket: Socket): boolean {
  if (socket.connecting) return false;
  return !(socket instanceof TLSSocket) || !['unknown', null].includes(socket.getProtocol());
}
