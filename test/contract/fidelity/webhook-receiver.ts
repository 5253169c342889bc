import { createHmac } from 'node:crypto';
import { createServer, IncomingHttpHeaders } from 'node:http';
import { AddressInfo } from 'node:net';

export interface Delivery {
  /** Last part of the subscriber URL. */
  name: string;
  method: string;
  headers: IncomingHttpHeaders;
  raw: string;
}

/** Subscriber of all webhooks of a replay; answers 200 at once and keeps what came. */
export class WebhookReceiver {
  private deliveries: Delivery[] = [];
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      this.deliveries.push({ name: url.slice(1), method, headers, raw: Buffer.concat(chunks).toString('utf8') });
      response.end('ok');
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What came since the last call, in order. Cal.com delivers before it answers, so nothing is waited for. */
  take(name: string): Delivery[] {
    const taken = this.deliveries.filter((delivery) => delivery.name === name);
    this.deliveries = this.deliveries.filter((delivery) => delivery.name !== name);
    return taken;
  }
}

/** A delivery as the recording describes it; `beforeAnswer` is true because it was there when the answer came. */
export function describeDelivery(delivery: Delivery, secret: string): Record<string, unknown> {
  const signature = String(delivery.headers['x-cal-signature-256']);
  const valid = createHmac('sha256', secret).update(delivery.raw).digest('hex');
  const body = JSON.parse(delivery.raw) as { triggerEvent: string };
  return {
    beforeAnswer: true,
    body,
    contentType: delivery.headers['content-type'],
    method: delivery.method,
    signature: signature === valid ? 'valid-bare-hex' : signature,
    signatureForm: /^[0-9a-f]{64}$/.test(signature) ? '64 lowercase hex' : signature,
    trigger: body.triggerEvent,
    versionHeader: delivery.headers['x-cal-webhook-version'],
  };
}
