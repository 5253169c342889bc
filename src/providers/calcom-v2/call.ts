import type { ConnectionCredential } from '../../scheduling/connection-store';
import type { CallContext } from '../../scheduling/call-context';

/** Whose account, and on whose behalf: goes first into every method. */
export interface Caller {
  credential: ConnectionCredential;
  context?: CallContext;
}

export type Query = Record<string, string | number | undefined>;
export type Body = Record<string, unknown>;

/** What fills an operation. */
export interface Sending {
  /** Fill the places of the path, in their order. */
  ids?: readonly string[];
  query?: Query;
  body?: Body;
  /** Another version than the table's, for an operation that has several. */
  version?: string;
}
