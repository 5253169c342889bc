import type { Answer } from './http';

/** What one request with a key was answered, oldest first. */
export interface Told {
  status: number;
  code?: string;
  reason?: string;
  id?: string;
  start?: string;
  at: number;
  replica: string;
}

/** One wish of a caller: one key, one body, however often it was sent. */
export interface Wish {
  key: string;
  email: string;
  /** Index of the company. */
  salon: number;
  body: object;
  told: Told[];
  /** The permanent id, once one was told. */
  id?: string;
  /** What must be so at the end, as far as the answers decide it. */
  expected: 'nothing' | 'active' | 'cancelled' | 'open';
  /** Where it must be; absent while a move is open. */
  startMs?: number;
}

export function toldBy(answer: Answer, replica: string): Told {
  const { status, body } = answer;
  const error = body?.error ?? {};
  return {
    status,
    ...(error.code ? { code: error.code } : {}),
    ...(error.details?.reason ? { reason: error.details.reason } : {}),
    ...(body?.id ? { id: body.id } : {}),
    ...(body?.start ? { start: body.start } : {}),
    at: Date.now(),
    replica,
  };
}

/** Come back later: nothing is decided. */
export function isForNow({ status, code, reason }: Told): boolean {
  if (status === 0 || status === 202 || status === 429 || status >= 500) return true;
  const later = ['BOOKING_IN_PROGRESS', 'CHANGE_IN_PROGRESS', 'OUTCOME_PENDING'];
  return code === 'IDEMPOTENCY_KEY_IN_USE' || (code === 'CONFLICT' && later.includes(reason ?? ''));
}

/** The caller was told that there is no booking and that none will be. */
export function saysNo(told: Told): boolean {
  return told.code === 'PROVIDER_UNAVAILABLE' || (told.status >= 400 && told.status < 500 && !isForNow(told));
}
