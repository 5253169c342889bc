import type { OperationName } from '../../src/providers/calcom-v2/operations';
import type { PreparedWrite } from '../../src/scheduling/prepared-write';
import type { SchedulingProvider } from '../../src/scheduling/provider-port';
import type { ProviderWrites } from '../../src/scheduling/provider-writes';
import type { Desk } from './desk';

export interface Read {
  read(provider: SchedulingProvider): Promise<unknown>;
}

export interface Write {
  prepare(writes: ProviderWrites): Promise<PreparedWrite<unknown>>;
  /** How many times it has happened, by the provider's own account. */
  effects(): Promise<number>;
  /** Whether it has happened, as somebody finds out who has nothing but the port; absent where nobody has to. */
  found?(provider: SchedulingProvider): Promise<boolean>;
}

/** One method of the port and the call behind it that faults are aimed at. */
export interface Subject {
  name: string;
  operation: OperationName;
  /** Prepared with the provider's clock turned back, for what can only be done to a booking that has begun. */
  isEarlier?: boolean;
  /** Different calls that a read makes when nothing fails. */
  calls?: number;
  arrange(desk: Desk): Promise<Read | Write>;
}

/** The sandbox calls team types and webhooks by the names of their routes. */
export function sandboxName(operation: OperationName): string {
  if (operation === 'teamEventTypes.list') return 'teams.eventTypes';
  return operation.replace('teamEventTypes.', 'teams.eventTypes.').replace('teamWebhooks.', 'eventTypeWebhooks.');
}
