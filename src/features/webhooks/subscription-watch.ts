import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { CallContext } from '../../scheduling/call-context';
import { type Connection, ConnectionsService } from '../companies/connections.service';
import { type Registration, WebhookSubscriptions } from '../companies/webhook-subscriptions.service';
import { SubscriptionScopes, type WantedScope } from './subscription-scopes';
import { teamTypes } from './subscriptions.service';

/** How late a type of a team that a synchronisation found is registered. */
const LOOK_MS = 5 * 60_000;
/** A registration that failed is tried again after an hour, and one that stands is compared once a day. */
const RETRY_MS = 3_600_000;
const CHECK_MS = 24 * RETRY_MS;
/** For all calls about one connection in one look; the rest comes with the next look. */
const PATIENCE_MS = 60_000;

/** Keeps the registrations at the providers complete, on every replica, each connection by one of them at a time. */
@Injectable()
export class SubscriptionWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly connections: ConnectionsService,
    private readonly registrations: WebhookSubscriptions,
    private readonly scopes: SubscriptionScopes,
    private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.looking;
  }

  /** One look at every connection that no other replica has just looked at. Never throws. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    try {
      for (const id of await this.registrations.claimLooks()) {
        if (!this.stop.signal.aborted) await this.lookAfter(id);
      }
    } catch (err) {
      this.logger.warn({ err }, 'webhook registrations not looked after');
    }
  }

  private async lookAfter(connectionId: string): Promise<void> {
    const connection = await this.connections.byId(connectionId);
    if (connection?.status !== 'verified' || this.registrations.address(connectionId) === undefined) return;
    const wanted = await this.scopes.of(connection);
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(PATIENCE_MS)]);
    for (const { scope } of await this.due(connection, wanted)) {
      if (!signal.aborted) await this.registrations.check(connectionId, scope, background(signal));
    }
    await this.registrations.keepTeamTypes(connectionId, teamTypes(wanted));
  }

  private async due({ id }: Connection, wanted: WantedScope[]): Promise<WantedScope[]> {
    const account = await this.registrations.ofAccount(id);
    const ofTeams = new Map((await this.registrations.ofTeams(id)).map((row) => [row.eventTypeId, row]));
    return wanted.filter(({ scope }) => isDue(scope.level === 'account' ? account : ofTeams.get(scope.eventTypeId)));
  }
}

function isDue(known: Registration | undefined): boolean {
  if (!known?.checkedAt) return true;
  const age = Date.now() - known.checkedAt.getTime();
  return age >= (known.error === null ? CHECK_MS : RETRY_MS);
}

function background(signal: AbortSignal): CallContext {
  return { lane: 'background', signal };
}
