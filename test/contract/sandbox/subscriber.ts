import { createServer, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Received {
  /** Last part of the subscriber URL. */
  name: string;
  trigger: string;
  uid: string;
  raw: string;
}

/** Far above what a loopback request takes; reached only when a webhook never comes. */
const PATIENCE_MS = 5_000;

/** Receives webhooks, and may leave the sender waiting for its answers. */
export class Subscriber {
  private received: Received[] = [];
  private unanswered: ServerResponse[] | undefined;
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const { triggerEvent, payload } = JSON.parse(raw) as { triggerEvent: string; payload: { uid: string } };
      this.received.push({ name: String(request.url).slice(1), trigger: triggerEvent, uid: payload.uid, raw });
      if (this.unanswered) this.unanswered.push(response);
      else response.end('ok');
    });
  });

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  urlOf(name: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${name}`;
  }

  /** From now on nothing is answered, until `release`. */
  hold(): void {
    this.unanswered = [];
  }

  release(): void {
    this.unanswered?.forEach((response) => response.end('ok'));
    this.unanswered = undefined;
  }

  forget(): void {
    this.received = [];
  }

  /** Triggers received so far, in order. */
  triggers(name?: string): string[] {
    return this.received.filter((one) => name === undefined || one.name === name).map(({ trigger }) => trigger);
  }

  /** Everything received, once there are at least so many. Throws when they do not come. */
  async atLeast(count: number): Promise<Received[]> {
    for (const deadline = Date.now() + PATIENCE_MS; this.received.length < count; await pause(5)) {
      if (Date.now() > deadline) throw new Error(`${this.received.length} of ${count} webhooks came`);
    }
    return [...this.received];
  }
}
