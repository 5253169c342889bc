import { Injectable } from '@nestjs/common';
import { randomSecret } from '../../foundation/crypto/digests';
import { ConnectionStore } from '../../scheduling/connection-store';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { ConnectionSecrets } from './connection-secrets';
import { ConnectionsRepository } from './connections.repository';
import { WebhookSubscriptionRows } from './webhook-subscriptions.repository';

/** The secrets that a connection's webhooks are signed with. One serves all its registrations. */
@Injectable()
export class WebhookSecrets {
  constructor(
    private readonly rows: ConnectionsRepository,
    private readonly secrets: ConnectionSecrets,
    private readonly store: ConnectionStore,
    private readonly subscriptions: WebhookSubscriptionRows,
  ) {}

  /** Those that a webhook is signed with now; empty = refuse all. */
  async current(connectionId: string): Promise<string[]> {
    return this.store.webhookSecrets(connectionId);
  }

  /** The one before the last rotation, for 24 hours; otherwise empty. */
  async former(connectionId: string): Promise<string[]> {
    const sealed = await this.subscriptions.formerSecret(connectionId);
    const row = sealed === undefined ? undefined : await this.rows.find(connectionId);
    if (!row || sealed === undefined) return [];
    const opened = await this.secrets.open({ ...row, sealedWebhookSecret: sealed }, 'sealedWebhookSecret');
    return opened === undefined ? [] : [opened];
  }

  /**
   * For the provider: the stored secret, or a new one, stored before the provider learns it, because the first webhook
   * can be on its way before the answer is here.
   *
   * @throws SchedulingError `NOT_FOUND` when the connection was deleted meanwhile.
   */
  async toRegister(connectionId: string): Promise<string> {
    const row = await this.rows.find(connectionId);
    const known = row && (await this.secrets.open(row, 'sealedWebhookSecret'));
    if (known !== undefined) return known;
    if (row) await this.rows.saveWebhookSecret(row, this.seal(row.companyId));
    // Read again, because a registration at the same time may have been first.
    const stored = row && (await this.rows.find(connectionId));
    const secret = stored && (await this.secrets.open(stored, 'sealedWebhookSecret'));
    if (secret === undefined) throw new SchedulingError('NOT_FOUND', 'the connection was deleted meanwhile');
    return secret;
  }

  /** A new secret counts from now on. The one before it counts for 24 hours more, any older one no longer. */
  async rotate(connectionId: string, companyId: string): Promise<void> {
    await this.subscriptions.rotateSecret(connectionId, this.seal(companyId));
  }

  private seal(companyId: string): string {
    return this.secrets.seal(randomSecret(), companyId, 'sealedWebhookSecret');
  }
}
