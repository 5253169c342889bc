import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../foundation/crypto/secret-box';
import { payloadPlace, responsePlace } from '../../foundation/outbox/outbox-places';
import { Clock } from '../../foundation/time/clock';
import { EndpointSecrets } from './endpoints-secrets';
import type { ClaimedDelivery } from './outgoing-claims.repository';
import { type Message, OutgoingClient, type Reply } from './outgoing-client';
import { OutgoingRecord } from './outgoing-record';
import { signatures } from './outgoing-signature';

/** One attempt at one delivery, from the sealed event to what is recorded of it. */
@Injectable()
export class OutgoingSender {
  constructor(
    private readonly box: SecretBox,
    private readonly client: OutgoingClient,
    private readonly secrets: EndpointSecrets,
    private readonly record: OutgoingRecord,
    private readonly clock: Clock,
  ) {}

  /** @param stop ends the attempt; the delivery is then given back, to be sent again. */
  async send(delivery: ClaimedDelivery, stop: AbortSignal): Promise<void> {
    if (!delivery.enabled) return this.record.skip(delivery);
    const at = new Date(this.clock.now());
    const reply = await this.attempt(delivery, at, stop);
    if (reply.error === 'STOPPED') return this.record.release(delivery);
    const { text, ...rest } = reply;
    const sealedResponse = text === '' ? null : this.box.seal(text, responsePlace(delivery.companyId));
    await this.record.finish(delivery, { at, reply: rest, sealedResponse });
  }

  private async attempt(delivery: ClaimedDelivery, at: Date, stop: AbortSignal): Promise<Reply> {
    let message: Message;
    try {
      message = await this.message(delivery, at);
    } catch {
      // A stored secret that cannot be opened; its key may come back.
      return { status: null, error: 'SECRET_UNREADABLE', text: '', durationMs: 0 };
    }
    return this.client.post(message, stop);
  }

  private async message(delivery: ClaimedDelivery, at: Date): Promise<Message> {
    const { companyId, subject, sequence, type, occurredAt, eventId, url } = delivery;
    const payload = this.box.openText(delivery.sealedPayload, payloadPlace(companyId));
    const state = JSON.parse(payload) as Record<string, unknown>;
    // The same bytes at every attempt; `id` and `sequence` are the outbox's, whatever the state says.
    const data = { ...state, id: subject, sequence };
    const body = JSON.stringify({ type, timestamp: occurredAt.toISOString(), data });
    const timestamp = Math.floor(at.getTime() / 1_000);
    const secrets = await this.secrets.open(delivery);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'slotbridge-webhooks',
      'webhook-id': eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures({ id: eventId, timestamp, body }, secrets),
    };
    return { url, headers, body };
  }
}
