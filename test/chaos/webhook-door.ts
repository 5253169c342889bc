import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dice } from './dice';

const PATIENCE_MS = 8_000;

/**
 * The public address of the service: passes each webhook to one replica, living or not, and its answer back. Notes which
 * were acknowledged: only for those the service has promised anything.
 */
export class WebhookDoor {
  /** sha256 of the bytes of each webhook with a 2xx. */
  readonly acknowledged = new Map<string, Date>();
  /** Came and got no 2xx: to be lost is their right. */
  refused = 0;
  replicas: { url: string }[] = [];

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly dice: Dice,
  ) {}

  static async open(dice: Dice): Promise<WebhookDoor> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const door = new WebhookDoor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, dice);
    server.on('request', (request: IncomingMessage, response) => {
      void door.pass(request).then((status) => response.writeHead(status).end());
    });
    return door;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(request: IncomingMessage): Promise<number> {
    const body = Buffer.concat(await request.toArray());
    const signature = String(request.headers['x-cal-signature-256']);
    const headers = { 'content-type': 'application/json', 'x-cal-signature-256': signature };
    const url = `${this.dice.one(this.replicas).url}${request.url}`;
    const status = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      (answer) => answer.status,
      () => 502,
    );
    if (status >= 200 && status < 300)
      this.acknowledged.set(createHash('sha256').update(body).digest('hex'), new Date());
    else this.refused += 1;
    return status;
  }
}
