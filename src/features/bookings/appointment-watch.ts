import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Told of each appointment of a group that has changed, in the transaction that changes it. */
export type GroupWatcher = (manager: EntityManager, companyId: string, groupId: string) => Promise<void>;

/** Who is told when appointments change. Rooms further to the right say so when they start. */
@Injectable()
export class AppointmentWatch {
  private watcher: GroupWatcher | undefined;

  register(watcher: GroupWatcher): void {
    this.watcher = watcher;
  }

  async changed(manager: EntityManager, { companyId, groupId }: { companyId: string; groupId: string | null }) {
    if (groupId !== null) await this.watcher?.(manager, companyId, groupId);
  }
}
