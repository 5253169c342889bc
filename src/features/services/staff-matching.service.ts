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

  /** The hosts of all event types, then everybody who shares a team with the account; each once. */
  private async hosts({ id, companyId, usesEnvironmentKey }: Connection, context?: CallContext): Promise<KnownHost[]> {
    const ofTypes = (await this.types.all(companyId)).flatMap(({ definition }) => definition.hosts);
    // In a shared account neither people nor addresses are the company's to know: names of its own types' hosts are.
    const people = usesEnvironmentKey ? [] : await this.provider.run(id, (provider) => provider.users(context));
    const known = new Map<string, KnownHost>();
    for (const host of [...ofTypes, ...people] as KnownHost[]) {
      const { id: hostId, name, email } = host;
      if (!known.has(hostId))
        known.set(hostId, { id: hostId, name, ...(email && !usesEnvironmentKey ? { email } : {}) });
    }
    return [...known.values()];
  }
}
