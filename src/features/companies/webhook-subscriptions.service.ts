import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';
import type { WebhookScope } from '../../scheduling/words';
import type { ConnectionRow } from './connection.entity';
import { ConnectionsRepository } from './connections.repository';
import { WebhookSecrets } from './webhook-secrets.service';
import { WebhookSubscriber } from './webhook-subscriber';
import { type Registration, type TeamType, WebhookSubscriptionRows } from './webhook-subscriptions.repository';

export type { Registration, TeamType } from './webhook-subscriptions.repository';
/** The levels that are registered at. Webhooks of an account leave out what its teams' types are booked for. */
export type SubscribedScope = Exclude<WebhookScope, { level: 'event-type' }>;

export const ACCOUNT: SubscribedScope = { level: 'account' };

/** They say nothing about what was asked for. */
const NO_ANSWER: SchedulingErrorCode[] = ['UNAVAILABLE', 'RATE_LIMITED', 'AUTHENTICATION_FAILED'];

export function teamScope({ teamId, eventTypeId }: TeamType): SubscribedScope {
  return { level: 'team-event-type', teamId, eventTypeId };
}

/** Has the provider tell us what happens to bookings. Failures are remembered, as codes, and not thrown. */
@Injectable()
export class WebhookSubscriptions {
  constructor(
    private readonly connections: ConnectionsRepository,
    private readonly rows: WebhookSubscriptionRows,
    private readonly subscriber: WebhookSubscriber,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** Where the provider is to send to; undefined where nobody can reach us, and then nothing is ever registered. */
  address(connectionId: string): string | undefined {
    return this.subscriber.address(connectionId);
  }

  async ofAccount(connectionId: string): Promise<Registration | undefined> {
    return this.rows.ofAccount(connectionId);
  }

  async ofTeams(connectionId: string): Promise<(Registration & TeamType)[]> {
    return this.rows.ofTeams(connectionId);
  }

  /** Until when webhooks signed with the secret before the last rotation are taken; undefined = they are not. */
  async formerSecretUntil(connectionId: string): Promise<Date | undefined> {
    return this.rows.formerSecretUntil(connectionId);
  }

  /** Registers, or brings the registration with its secret up to date. Repeatable, also at the same time. */
  async bring(connectionId: string, scope: SubscribedScope, context?: CallContext): Promise<void> {
    const row = await this.connections.find(connectionId);
    if (!row) return;
    try {
      const known = await this.known(row, scope);
      const id = await this.subscriber.subscribe(row, scope, known?.providerWebhookId ?? null, context);
      if (id !== undefined) await this.saveRegistered(connectionId, scope, id);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      await this.saveFailed(connectionId, scope, error.details.reason ?? error.code);
    }
  }

  /**
   * Compares with what the provider has, and repairs what is missing or was changed there. A provider that cannot be
   * asked now says nothing about the registration.
   */
  async check(connectionId: string, scope: SubscribedScope, context?: CallContext): Promise<void> {
    const row = await this.connections.find(connectionId);
    if (!row || this.address(connectionId) === undefined) return;
    const stands = await this.stands(row, scope, context);
    if (stands === false) return this.bring(connectionId, scope, context);
    if (stands) await this.saveChecked(connectionId, scope);
  }

  /** Forgets the registrations of all other types of teams, because they are gone. */
  async keepTeamTypes(connectionId: string, types: TeamType[]): Promise<void> {
    await this.rows.keepTeamTypes(
      connectionId,
      types.map(({ eventTypeId }) => eventTypeId),
    );
  }

  /** A new secret counts at once and is yet to be brought to the provider; the one before counts for 24 hours more. */
  async rotateSecret(connectionId: string, companyId: string): Promise<void> {
    await this.secrets.rotate(connectionId, companyId);
  }

  /** Connections to be looked after now, by nobody else for the next minutes. */
  async claimLooks(): Promise<string[]> {
    return this.rows.claimLooks();
  }

  /** Undefined where the provider does not tell now. */
  private async stands(
    row: ConnectionRow,
    scope: SubscribedScope,
    context?: CallContext,
  ): Promise<boolean | undefined> {
    const known = await this.known(row, scope);
    // After a failure the provider may have the address right and an older secret, which nobody can see.
    if (!known?.providerWebhookId || known.error !== null) return false;
    try {
      return await this.subscriber.stands(row, scope, known.providerWebhookId, context);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      return NO_ANSWER.includes(error.code) ? undefined : false;
    }
  }

  private async known(row: ConnectionRow, scope: SubscribedScope): Promise<Registration | undefined> {
    if (scope.level === 'account') return this.rows.ofAccount(row.id);
    return (await this.rows.ofTeams(row.id)).find(({ eventTypeId }) => eventTypeId === scope.eventTypeId);
  }

  private async saveRegistered(connectionId: string, scope: SubscribedScope, id: string): Promise<void> {
    if (scope.level !== 'account') return this.rows.saveTeamType(connectionId, scope, id);
    await this.connections.saveWebhookRegistered(connectionId, id);
    await this.rows.noteAccountChecked(connectionId);
  }

  private async saveChecked(connectionId: string, scope: SubscribedScope): Promise<void> {
    if (scope.level === 'account') return this.rows.noteAccountChecked(connectionId);
    return this.rows.noteTeamTypeChecked(connectionId, scope);
  }

  private async saveFailed(connectionId: string, scope: SubscribedScope, code: string): Promise<void> {
    if (scope.level !== 'account') return this.rows.saveTeamTypeFailed(connectionId, scope, code);
    await this.connections.saveWebhookFailed(connectionId, code);
    await this.rows.noteAccountChecked(connectionId);
  }
}
