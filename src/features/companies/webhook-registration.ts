import { Injectable } from '@nestjs/common';
import { ConnectionsRepository } from './connections.repository';
import { WebhookSubscriber } from './webhook-subscriber';
import { ACCOUNT, teamScope, WebhookSubscriptions } from './webhook-subscriptions.service';
import { WebhookSubscriptionRows } from './webhook-subscriptions.repository';

/** Nobody waits longer for a provider to forget its webhooks: what they still send will be refused. */
const WITHDRAWAL_MS = 5_000;

/** The registrations of a connection that comes or goes. */
@Injectable()
export class WebhookRegistration {
  constructor(
    private readonly connections: ConnectionsRepository,
    private readonly rows: WebhookSubscriptionRows,
    private readonly subscriptions: WebhookSubscriptions,
    private readonly subscriber: WebhookSubscriber,
  ) {}

  /**
   * Registers the account's webhook or brings it up to date; does nothing where nobody can reach us. Those of teams'
   * types follow once the types are known. A failure is remembered with the connection and not thrown, because reading
   * and booking work without webhooks.
   */
  async register(connectionId: string): Promise<void> {
    await this.subscriptions.bring(connectionId, ACCOUNT);
  }

  /** Takes along what is needed to remove the company's webhooks after its connection is gone. The removal never throws. */
  async withdrawal(companyId: string): Promise<() => Promise<void>> {
    const row = await this.connections.ofCompany(companyId);
    if (!row || row.status === 'credential_refused') return async () => {};
    const ofTeams = await this.rows.ofTeams(row.id);
    const all = [
      { scope: ACCOUNT, id: row.webhookProviderId },
      ...ofTeams.map((type) => ({ scope: teamScope(type), id: type.providerWebhookId })),
    ];
    return async () => {
      const context = { signal: AbortSignal.timeout(WITHDRAWAL_MS) };
      // Best effort: without its connection nothing that these webhooks send is accepted.
      for (const { scope, id } of all) {
        if (id !== null) await this.subscriber.unsubscribe(row, scope, id, context).catch(() => {});
      }
    };
  }
}
