import { Injectable } from '@nestjs/common';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import type { Account, Schedule } from '../../scheduling/words';
import { AccountCalls } from './account-calls';
import { ConnectionsService } from './connections.service';

/** What a company may know of an account: whose e-mail address and user name it is, it knows only of its own. */
export type VisibleAccount = Omit<Account, 'email' | 'username'> & Partial<Pick<Account, 'email' | 'username'>>;

/** Reads of the account behind a company's connection, straight from the provider. */
@Injectable()
export class AccountService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly calls: AccountCalls,
  ) {}

  async me(companyId: string): Promise<VisibleAccount> {
    const connection = await this.connections.forCompany(companyId);
    const account = await this.calls.run(connection, (provider) => provider.me());
    if (!connection.usesEnvironmentKey) return account;
    const { id, name, timeZone, defaultScheduleId } = account;
    return { id, name, timeZone, ...(defaultScheduleId ? { defaultScheduleId } : {}) };
  }

  /** All schedules of a company's own account; of a shared account those that its listed event types use. */
  async schedules(companyId: string): Promise<Schedule[]> {
    const connection = await this.connections.forCompany(companyId);
    return this.calls.run(connection, async (provider) => {
      const all = await provider.schedules();
      if (!connection.usesEnvironmentKey) return all;
      const used = await usedSchedules(provider, connection.sharedEventTypeIds);
      return all.filter(({ providerId, isDefault }) => used.has(providerId) || (isDefault && used.has(undefined)));
    });
  }
}

/** Undefined in the set stands for the account's default schedule. */
async function usedSchedules(provider: SchedulingProvider, typeIds: string[]): Promise<Set<string | undefined>> {
  const types = typeIds.length > 0 ? await provider.listEventTypes() : [];
  return new Set(types.filter(({ providerId }) => typeIds.includes(providerId)).map(({ scheduleId }) => scheduleId));
}
