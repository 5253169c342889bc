import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { CallContext } from '../../scheduling/call-context';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import type { EventType, Person, Team } from '../../scheduling/words';
import { AccountCalls } from './account-calls';
import { type Connection, ConnectionsService } from './connections.service';

export interface TeamWithMembers extends Team {
  members: Person[];
}

/**
 * Teams and people behind a company's connection, straight from the provider: nothing of it is kept here.
 *
 * Every method throws ApiError `FORBIDDEN` (`SHARED_ACCOUNT`) for a company on the environment's key, whose teams and
 * people are those of the deployment; those about teams `NOT_SUPPORTED_BY_PROVIDER` where the provider has none.
 */
@Injectable()
export class AccountTeamsService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly calls: AccountCalls,
  ) {}

  async users(companyId: string, context?: CallContext): Promise<Person[]> {
    const connection = await this.ownAccount(companyId);
    return this.calls.run(connection, (provider) => provider.users(context));
  }

  async teams(companyId: string, context?: CallContext): Promise<Team[]> {
    return this.withTeams(companyId, (provider) => provider.teams(context));
  }

  /** @throws SchedulingError `NOT_FOUND` for a team of others and for none alike; so does {@link eventTypes}. */
  async team(companyId: string, teamId: string, context?: CallContext): Promise<TeamWithMembers> {
    return this.withTeams(companyId, async (provider) => {
      const team = await provider.team(teamId, context);
      return { ...team, members: await provider.teamMembers(teamId, context) };
    });
  }

  async eventTypes(companyId: string, teamId: string, context?: CallContext): Promise<EventType[]> {
    return this.withTeams(companyId, (provider) => provider.teamEventTypes(teamId, context));
  }

  private async withTeams<T>(companyId: string, call: (provider: SchedulingProvider) => Promise<T>): Promise<T> {
    const connection = await this.ownAccount(companyId);
    if (connection.capabilities?.teams === false) throw new ApiError('NOT_SUPPORTED_BY_PROVIDER');
    return this.calls.run(connection, call);
  }

  private async ownAccount(companyId: string): Promise<Connection> {
    const connection = await this.connections.forCompany(companyId);
    if (connection.usesEnvironmentKey) throw new ApiError('FORBIDDEN', { details: { reason: 'SHARED_ACCOUNT' } });
    return connection;
  }
}
