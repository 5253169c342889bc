import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What stands between us and the provider: passes everything on, or fails below HTTP, where the provider itself has no
 * hand in it.
 * - `refuses`: no connection.
 * - `resets-unread`: takes the request and resets the connection before the provider has seen it.
 * - `resets-unused`: resets the connection before anything was written on it.
 * - `redirects`: sends everybody on to the provider's own address.
 */
export type Manner = 'passes' | 'refuses' | 'resets-unread' | 'resets-unused' | 'redirects';

const REQUEST = /^(GET|POST|PATCH|DELETE) \//;

/** One case's own address of the provider: whatever a client remembers of a host, no other case is touched by it. */
export class Front {
  /** Requests whose beginning has come in here, so that they have left their sender. */
  requests = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(target: string, manner: Manner): Promise<Front> {
    const server = createServer();
    const front = new Front(server, `http://127.0.0.1:${await freshPort(server)}`);
    server.on('connection', (socket) => front.take(socket, manner, new URL(target)));
    if (manner === 'refuses') await front.close();
    return front;
  }

  /** Resets every connection, and waits until the other side can know. */
  async breakOff(): Promise<void> {
    const closed = [...this.sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.sockets) socket.resetAndDestroy();
    await Promise.all(closed);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  private take(socket: Socket, manner: Manner, target: URL): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    socket.on('data', (bytes) => {
      if (!REQUEST.test(bytes.subarray(0, 16).toString('latin1'))) return;
      this.requests++;
      if (manner === 'resets-unread') socket.resetAndDestroy();
      if (manner === 'redirects') socket.write(redirection(bytes, target));
    });
    if (manner === 'resets-unused') socket.resetAndDestroy();
    if (manner === 'passes') this.pass(socket, target);
  }

  private pass(socket: Socket, target: URL): void {
    const upstream = connect(Number(target.port), target.hostname);
    this.sockets.add(upstream);
    upstream.on('error', () => socket.destroy()).once('close', () => this.sockets.delete(upstream));
    socket.once('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  }
}

/** The system gives a port again that has been closed; a client would take it for the host that it was. */
const usedPorts = new Set<number>();

async function freshPort(server: Server): Promise<number> {
  for (;;) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    if (!usedPorts.has(address.port)) {
      usedPorts.add(address.port);
      return address.port;
    }
    await new Promise((closed) => server.close(closed));
  }
}

function redirection(request: Buffer, target: URL): string {
  const path = request.toString('latin1').split(' ')[1] ?? '/';
  const location = new URL(path, target).href;
  return `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;
}
