import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { CallContext } from '../../scheduling/call-context';
import { type Connection, ConnectionsService } from '../companies/connections.service';
import { type Registration, WebhookSubscriptions } from '../companies/webhook-subscriptions.service';
import { SubscriptionScopes, type WantedScope } from './subscription-scopes';
import type { SubscriptionList, SubscriptionView } from './subscriptions.dto';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository';

/** So long a caller waits at most; what is not registered by then is registered in the background within minutes. */
const PATIENCE_MS = 20_000;

const NEVER: Registration = { providerWebhookId: null, registeredAt: null, checkedAt: null, error: null };

/** The registrations at the provider, as a company sees and repairs them. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly registrations: WebhookSubscriptions,
    private readonly scopes: SubscriptionScopes,
    private readonly deliveries: WebhookDeliveriesRepository,
  ) {}

  /** What should be registered, and what of it is. @throws ApiError SERVICE_NOT_READY `NO_CONNECTION` */
  async list(companyId: string): Promise<SubscriptionList> {
    const connection = await this.connections.forCompany(companyId);
    return this.view(connection, await this.scopes.of(connection));
  }

  /**
   * Registers everything with the present secret, whatever the provider had. Failures are in the answer.
   *
   * @throws ApiError SERVICE_NOT_READY `NO_CONNECTION`, or `NO_PUBLIC_URL` where nobody can reach us.
   */
  async repair(companyId: string): Promise<SubscriptionList> {
    const connection = await this.reachable(companyId);
    return this.bringAll(connection);
  }

  /** A new secret, at the provider as well. The one before it counts for 24 hours more. @throws as {@link repair} */
  async rotate(companyId: string): Promise<SubscriptionList> {
    const connection = await this.reachable(companyId);
    await this.registrations.rotateSecret(connection.id, companyId);
    return this.bringAll(connection);
  }

  private async bringAll(connection: Connection): Promise<SubscriptionList> {
    const wanted = await this.scopes.of(connection);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const context: CallContext = { signal };
    for (const { scope } of wanted) {
      if (!signal.aborted) await this.registrations.bring(connection.id, scope, context);
    }
    await this.registrations.keepTeamTypes(connection.id, teamTypes(wanted));
    return this.view(connection, wanted);
  }

  private async reachable(companyId: string): Promise<Connection> {
    const connection = await this.connections.forCompany(companyId);
    if (this.registrations.address(connection.id) !== undefined) return connection;
    throw new ApiError('SERVICE_NOT_READY', { details: { reason: 'NO_PUBLIC_URL' } });
  }

  private async view({ id, companyId }: Connection, wanted: WantedScope[]): Promise<SubscriptionList> {
    const account = await this.registrations.ofAccount(id);
    const ofTeams = new Map((await this.registrations.ofTeams(id)).map((row) => [row.eventTypeId, row]));
    const typeIds = teamTypes(wanted).map(({ eventTypeId }) => eventTypeId);
    const lastOfTeams = await this.deliveries.lastAbout(id, typeIds);
    const lastOfAccount = await this.deliveries.lastBeside(companyId, id, typeIds);
    const url = this.registrations.address(id) ?? null;
    const until = await this.registrations.formerSecretUntil(id);
    const data = wanted.map(({ scope, eventTypeId = null }): SubscriptionView => {
      const known = scope.level === 'account' ? account : ofTeams.get(scope.eventTypeId);
      const last = scope.level === 'account' ? lastOfAccount : lastOfTeams.get(scope.eventTypeId);
      return { level: scope.level, eventTypeId, url, ...stateOf(known ?? NEVER), lastDeliveryAt: iso(last) };
    });
    return { data, formerSecretUntil: iso(until) };
  }
}

export function teamTypes(wanted: WantedScope[]) {
  return wanted.flatMap(({ scope }) => (scope.level === 'account' ? [] : [scope]));
}

function stateOf({ registeredAt, checkedAt, error }: Registration) {
  const registered = registeredAt ? 'ok' : 'missing';
  const state = error === null ? registered : 'failed';
  return { state, error, registeredAt: iso(registeredAt), checkedAt: iso(checkedAt) } as const;
}

function iso(at: Date | null | undefined): string | null {
  return at?.toISOString() ?? null;
}
