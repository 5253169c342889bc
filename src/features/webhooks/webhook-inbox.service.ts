import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sha256 } from '../../foundation/crypto/digests';
import { SecretBox } from '../../foundation/crypto/secret-box';
import { unauthorized } from '../../foundation/http/access';
import { JobQueue } from '../../foundation/jobs/job-queue.service';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { WebhookNotice } from '../../scheduling/webhook-reader';
import { WebhookSecrets } from '../companies/webhook-secrets.service';
import { bodyPlace, WEBHOOK_QUEUE, type WebhookJob } from './webhook-job';
import type { ReceivingConnection } from './webhook-connections';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository';

export type WebhookHeaders = Record<string, string | string[] | undefined>;

/** What the log keeps of a trigger; anything else a sender may write there is not worth a row's failure. */
const TRIGGER_NAME = /^[\w.:-]{1,100}$/;
const PROVIDER_ID = /^[\w-]{1,40}$/;

/** Takes webhooks in: genuine bytes are durable before the sender gets its answer. */
@Injectable()
export class WebhookInbox {
  constructor(
    private readonly secrets: WebhookSecrets,
    private readonly directory: ProviderDirectory,
    private readonly box: SecretBox,
    private readonly jobs: JobQueue,
    private readonly deliveries: WebhookDeliveriesRepository,
  ) {}

  /**
   * Stores a delivery with the job that will apply it, in one transaction. A body that came before is left as it is.
   *
   * @throws ApiError UNAUTHORIZED, the same for bytes that are not genuine and for a connection that does not exist.
   */
  async receive(connection: ReceivingConnection | undefined, rawBody: Buffer, headers: WebhookHeaders): Promise<void> {
    if (!connection) throw unauthorized();
    const reader = this.directory.webhookReader(connection.provider);
    // The former one is looked for only when the current one does not fit: hardly ever.
    const genuine =
      reader.isGenuine(rawBody, headers, await this.secrets.current(connection.id)) ||
      reader.isGenuine(rawBody, headers, await this.secrets.former(connection.id));
    if (!genuine) throw unauthorized();
    await this.store(connection, rawBody, reader.parse(rawBody));
  }

  private async store(connection: ReceivingConnection, rawBody: Buffer, notice: WebhookNotice): Promise<void> {
    const { id: connectionId, companyId } = connection;
    const id = randomUUID();
    const job: WebhookJob = { companyId, deliveryId: id };
    await this.deliveries.transaction(async (manager) => {
      const isNew = await this.deliveries.insertOnce(manager, {
        id,
        companyId,
        connectionId,
        trigger: TRIGGER_NAME.test(notice.trigger) ? notice.trigger : 'UNKNOWN',
        eventTypeId: PROVIDER_ID.test(notice.eventTypeId ?? '') ? notice.eventTypeId! : null,
        bodyHash: sha256(rawBody),
        sealedBody: this.box.seal(rawBody, bodyPlace(companyId)),
      });
      if (isNew) await this.jobs.sendWithin(manager, WEBHOOK_QUEUE, job);
    });
  }
}
