import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import { type Connection, ConnectionsService } from '../companies/connections.service';
import { ProviderCalls } from '../event-types/provider-calls.service';
import { type KnownHost, type Match, matchHosts } from './host-matching';
import { MirroredTypes } from './mirrored-types';
import { type StaffMember, StaffRepository } from './staff.repository';

export interface StaffMatch {
  /** What this run found. */
  matched: Match[];
  /** Those who are no host yet. */
  withoutHost: StaffMember[];
  /** Hosts whom nobody of the staff is. */
  freeHosts: KnownHost[];
}

/** Finds the company's people among those who can host at its provider. */
@Injectable()
export class StaffMatching {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly types: MirroredTypes,
    private readonly provider: ProviderCalls,
    private readonly staff: StaffRepository,
  ) {}

  /** @throws SchedulingError when the provider's people could not be read: nothing changed. */
  async match(companyId: string, context?: CallContext): Promise<StaffMatch> {
    const hosts = await this.hosts(await this.connections.forCompany(companyId), context);
    return this.staff.transaction(async (manager) => {
      await this.staff.lockAll(manager, companyId);
      const matched = matchHosts(await this.staff.all(companyId, manager), hosts);
      await this.staff.saveMatches(manager, companyId, matched);
      const now = await this.staff.all(companyId, manager);
      const taken = new Set(now.map(({ hostId }) => hostId));
      return {
        matched,
        withoutHost: now.filter(({ hostId }) => hostId === null),
        freeHosts: hosts.filter(({ id }) => !taken.has(id)),
      };
    });
  }

  private async hosts(connection: Connection, context?: CallContext): Promise<KnownHost[]> {
    const ofTypes = (await this.types.all(connection.companyId)).flatMap(({ definition }) => definition.hosts);
    // In a shared account neither people nor addresses are the company's to know: names of its own types' hosts are.
    if (connection.usesEnvironmentKey) return eachOnce(ofTypes.map(({ id, name }) => ({ id, name })));
    const people = await this.provider.run(connection.id, async (provider) => [
      await provider.me(context),
      ...(await provider.users(context)),
    ]);
    return eachOnce([...people, ...ofTypes]);
  }
}

/** Where somebody is known from several places, the first that tells an address counts. */
function eachOnce(hosts: KnownHost[]): KnownHost[] {
  const known = new Map<string, KnownHost>();
  for (const { id, name, email } of hosts) {
    if (!known.get(id)?.email) known.set(id, { id, name, ...(email ? { email } : {}) });
  }
  return [...known.values()];
}
