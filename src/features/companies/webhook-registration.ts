import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import { randomSecret } from '../../foundation/crypto/digests';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import { sendAtOnce } from '../../scheduling/prepared-write';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { WebhookScope, WebhookSubscription, WebhookWish } from '../../scheduling/words';
import type { ConnectionRow } from './connection.entity';
import { ConnectionSecrets } from './connection-secrets';
import { ConnectionsRepository } from './connections.repository';
import { SealedConnectionStore } from './sealed-connection-store';

/** Everything that can change an appointment; the meeting ones tell who came. */
const TRIGGERS = [
  'BOOKING_CREATED',
  'BOOKING_REQUESTED',
  'BOOKING_RESCHEDULED',
  'BOOKING_CANCELLED',
  'BOOKING_REJECTED',
  'BOOKING_NO_SHOW_UPDATED',
  'MEETING_STARTED',
  'MEETING_ENDED',
];

const ACCOUNT: WebhookScope = { level: 'account' };

/** Nobody waits longer for a provider to forget a webhook: what it still sends will be refused. */
const WITHDRAWAL_MS = 5_000;

/** Has the provider tell us what happens to bookings. */
@Injectable()
export class WebhookRegistration {
  private readonly publicUrl: string | undefined;

  constructor(
    private readonly rows: ConnectionsRepository,
    private readonly secrets: ConnectionSecrets,
    private readonly store: SealedConnectionStore,
    private readonly directory: ProviderDirectory,
    config: ConfigService<AppConfig, true>,
  ) {
    this.publicUrl = config.get('publicUrl', { infer: true });
  }

  /**
   * Registers the connection's webhook or brings it up to date; does nothing where nobody can reach us. Repeatable. A
   * failure is remembered with the connection and not thrown, because reading and booking work without webhooks.
   */
  async register(connectionId: string): Promise<void> {
    const row = await this.rows.find(connectionId);
    if (!row || !this.publicUrl) return;
    const url = `${this.publicUrl.replace(/\/+$/, '')}/api/webhooks/calcom/${connectionId}`;
    try {
      const provider = this.directory.forCredential(await this.store.credentialOf(row));
      const wish = { url, secret: await this.secretOf(row), triggers: TRIGGERS };
      const { providerId } = await subscribe(provider, row.webhookProviderId, wish);
      await this.rows.saveWebhookRegistered(connectionId, providerId);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      await this.rows.saveWebhookFailed(connectionId, error.details.reason ?? error.code);
    }
  }

  /** Takes along what is needed to remove the company's webhook after its connection is gone. The removal never throws. */
  async withdrawal(companyId: string): Promise<() => Promise<void>> {
    const row = await this.rows.ofCompany(companyId);
    const webhookId = row?.webhookProviderId;
    if (!webhookId || row.status === 'credential_refused') return async () => {};
    try {
      const provider = this.directory.forCredential(await this.store.credentialOf(row));
      // Best effort: without its connection nothing that this webhook sends is accepted.
      const withdraw = () =>
        sendAtOnce(() =>
          provider.prepare.deleteWebhook(ACCOUNT, webhookId, { signal: AbortSignal.timeout(WITHDRAWAL_MS) }),
        );
      return () => withdraw().catch(() => {});
    } catch (error) {
      if (error instanceof SchedulingError) return async () => {};
      throw error;
    }
  }

  /**
   * The stored secret, or a new one, stored before the provider learns it: the first webhook can be on its way before
   * the answer is here.
   */
  private async secretOf(row: ConnectionRow): Promise<string> {
    const known = await this.secrets.open(row, 'sealedWebhookSecret');
    if (known !== undefined) return known;
    const made = this.secrets.seal(randomSecret(), row.companyId, 'sealedWebhookSecret');
    await this.rows.saveWebhookSecret(row, made);
    // Read again, because a registration at the same time may have been first.
    const stored = await this.rows.find(row.id);
    const secret = stored && (await this.secrets.open(stored, 'sealedWebhookSecret'));
    if (secret === undefined) throw new SchedulingError('NOT_FOUND', 'the connection was deleted meanwhile');
    return secret;
  }
}

async function subscribe(
  provider: SchedulingProvider,
  knownId: string | null,
  wish: WebhookWish,
): Promise<WebhookSubscription> {
  const kept = knownId === null ? undefined : await updateIfThere(provider, knownId, wish);
  return kept ?? createOrTakeOver(provider, wish);
}

async function updateIfThere(
  provider: SchedulingProvider,
  id: string,
  wish: WebhookWish,
): Promise<WebhookSubscription | undefined> {
  try {
    return await sendAtOnce(() => provider.prepare.updateWebhook(ACCOUNT, id, wish));
  } catch (error) {
    // Deleted by hand at the provider, or of an account that is no longer this one.
    if (error instanceof SchedulingError && ['NOT_FOUND', 'REFUSED'].includes(error.code)) return undefined;
    throw error;
  }
}

async function createOrTakeOver(provider: SchedulingProvider, wish: WebhookWish): Promise<WebhookSubscription> {
  try {
    return await sendAtOnce(() => provider.prepare.createWebhook(ACCOUNT, wish));
  } catch (error) {
    if (!(error instanceof SchedulingError) || error.details.reason !== 'DUPLICATE') throw error;
    const same = (await provider.listWebhooks(ACCOUNT)).find(({ url }) => url === wish.url);
    if (!same) throw error;
    return sendAtOnce(() => provider.prepare.updateWebhook(ACCOUNT, same.providerId, wish));
  }
}
