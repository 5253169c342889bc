import type { Certainty, ExplainCode, Reason } from './explain-reason';

/** A reason as callers see it. */
export interface ShownReason {
  code: ExplainCode;
  certainty: Certainty;
  evidence: Record<string, unknown>;
}

/** @param isTrusted the company itself, which may see ids and the times of other bookings. */
export function shownReason({ code, certainty, evidence, confidential }: Reason, isTrusted: boolean): ShownReason {
  return { code, certainty, evidence: { ...evidence, ...(isTrusted ? confidential : {}) } };
}
