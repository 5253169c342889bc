import type { Connection } from '../companies/connections.service';

/** What a company may see of its connection's types, those of teams included. */
export interface MirrorScope {
  companyId: string;
  connectionId: string;
  /** The provider's ids listed for a company that uses the environment's key; absent = all of the account. */
  onlyProviderIds?: string[];
}

export function scopeOf({ id, companyId, usesEnvironmentKey, sharedEventTypeIds }: Connection): MirrorScope {
  return { companyId, connectionId: id, ...(usesEnvironmentKey ? { onlyProviderIds: sharedEventTypeIds } : {}) };
}
