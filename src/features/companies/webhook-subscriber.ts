import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import type { CallContext } from '../../scheduling/call-context';
import { sendAtOnce } from '../../scheduling/prepared-write';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { WebhookScope, WebhookSubscription, WebhookWish } from '../../scheduling/words';
import type { ConnectionRow } from './connection.entity';
import { SealedConnectionStore } from './sealed-connection-store';
import { WebhookSecrets } from './webhook-secrets.service';

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

/** Somebody who rotates the secret this often at the same moment has to repair it in the end. */
const ROUNDS_MAX = 3;

interface Place {
  provider: SchedulingProvider;
  scope: WebhookScope;
  knownId: string | null;
  context?: CallContext;
}

/** Registers our address at providers, at any level. */
@Injectable()
export class WebhookSubscriber {
  private readonly publicUrl: string | undefined;

  constructor(
    private readonly secrets: WebhookSecrets,
    private readonly store: SealedConnectionStore,
    private readonly directory: ProviderDirectory,
    config: ConfigService<AppConfig, true>,
  ) {
    this.publicUrl = config.get('publicUrl', { infer: true });
  }

  /** Where a connection's webhooks arrive; undefined where nobody can reach us. */
  address(connectionId: string): string | undefined {
    return this.publicUrl && `${this.publicUrl.replace(/\/+$/, '')}/api/webhooks/calcom/${connectionId}`;
  }

  /**
   * Makes one registration what it shall be: creates it, takes over one by the same address, or brings the known one up
   * to date, its secret included. Repeatable.
   *
   * @returns the provider's id of it; undefined where nobody can reach us.
   * @throws SchedulingError
   */
  async subscribe(
    row: ConnectionRow,
    scope: WebhookScope,
    knownId: string | null,
    context?: CallContext,
  ): Promise<string | undefined> {
    const url = this.address(row.id);
    if (url === undefined) return undefined;
    const provider = await this.provider(row);
    for (let id = knownId, round = 1; ; round++) {
      const secret = await this.secrets.toRegister(row.id);
      id = (await put({ provider, scope, knownId: id, context }, { url, secret, triggers: TRIGGERS })).providerId;
      // A rotation meanwhile may have reached the provider first; then this one has just put the older secret back.
      if (round === ROUNDS_MAX || (await this.secrets.toRegister(row.id)) === secret) return id;
    }
  }

  /** Whether the provider has the registration as it shall be, as far as it tells: no provider tells a secret. */
  async stands(row: ConnectionRow, scope: WebhookScope, knownId: string, context?: CallContext): Promise<boolean> {
    const provider = await this.provider(row);
    const there = (await provider.listWebhooks(scope, context)).find(({ providerId }) => providerId === knownId);
    if (!there?.active || there.url !== this.address(row.id)) return false;
    return TRIGGERS.every((trigger) => there.triggers.includes(trigger));
  }

  /** @throws SchedulingError */
  async unsubscribe(row: ConnectionRow, scope: WebhookScope, id: string, context: CallContext): Promise<void> {
    const provider = await this.provider(row);
    await sendAtOnce(() => provider.prepare.deleteWebhook(scope, id, context));
  }

  private async provider(row: ConnectionRow): Promise<SchedulingProvider> {
    return this.directory.forCredential(await this.store.credentialOf(row));
  }
}

async function put(place: Place, wish: WebhookWish): Promise<WebhookSubscription> {
  const kept = place.knownId === null ? undefined : await updateIfThere(place, place.knownId, wish);
  return kept ?? createOrTakeOver(place, wish);
}

async function updateIfThere(
  { provider, scope, context }: Place,
  id: string,
  wish: WebhookWish,
): Promise<WebhookSubscription | undefined> {
  try {
    return await sendAtOnce(() => provider.prepare.updateWebhook(scope, id, wish, context));
  } catch (error) {
    // Deleted by hand at the provider, or of an account that is no longer this one.
    if (error instanceof SchedulingError && ['NOT_FOUND', 'REFUSED'].includes(error.code)) return undefined;
    throw error;
  }
}

async function createOrTakeOver({ provider, scope, context }: Place, wish: WebhookWish): Promise<WebhookSubscription> {
  try {
    return await sendAtOnce(() => provider.prepare.createWebhook(scope, wish, context));
  } catch (error) {
    if (!(error instanceof SchedulingError) || error.details.reason !== 'DUPLICATE') throw error;
    const same = (await provider.listWebhooks(scope, context)).find(({ url }) => url === wish.url);
    if (!same) throw error;
    return sendAtOnce(() => provider.prepare.updateWebhook(scope, same.providerId, wish, context));
  }
}
