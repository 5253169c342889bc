/** Everything that can keep a start from being offered. A closed set: answers hold no other code. */
export const EXPLAIN_CODES = [
  'IN_THE_PAST',
  'MANAGED_PARENT',
  'CLOCK_CHANGE',
  'NOTICE',
  'OUTSIDE_SCHEDULE',
  'OFF_GRID',
  'CLAIMED',
  'BOOKED_THROUGH_US',
  'TYPE_LIMIT',
  'BOOKING_WINDOW',
  'BUSY_AT_PROVIDER',
  'PROVIDER_UNREACHABLE',
] as const;
export type ExplainCode = (typeof EXPLAIN_CODES)[number];

/**
 * `known`: we hold the evidence, or the provider said so just now. `inferred`: it follows from what is known of the event
 * type or from what the provider leaves out. `unknown`: possible, and nothing here can tell.
 */
export const CERTAINTIES = ['known', 'inferred', 'unknown'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

type Evidence = Record<string, unknown>;

export interface Reason {
  code: ExplainCode;
  certainty: Certainty;
  /** For everybody who may see free times. */
  evidence: Evidence;
  /** For the company itself: ids, and what would tell a stranger about other customers or the connection. */
  confidential?: Evidence;
}
