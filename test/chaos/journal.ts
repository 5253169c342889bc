import type { Answer } from './http';
import type { Sold } from './sold';

/** What a caller asks for with one key. */
export type Asked = 'book' | 'move' | 'cancel';

/** One segment of a visit, as its caller was told of it. */
export interface ToldPart {
  staffId: string;
  startMs: number;
  endMs: number;
  status: string;
}

/** What one request was answered. */
export interface Told {
  asked: Asked;
  status: number;
  code?: string;
  reason?: string;
  id?: string;
  start?: string;
  /** What the booking or visit is by then. */
  state?: string;
  /** Of a visit. */
  parts?: ToldPart[];
  at: number;
  replica: string;
}

/** One wish of a caller: one key, one body, however often it was sent. */
export interface Wish {
  key: string;
  email: string;
  /** Index of the company. */
  salon: number;
  path: '/api/bookings' | '/api/composite-bookings';
  body: object;
  /** What it is a visit of; absent for a single booking. */
  sold?: Sold;
  /** Oldest first. */
  told: Told[];
  /** The permanent id, once one was told. */
  id?: string;
  /** What must be so at the end, as far as the answers decide it. */
  expected: 'nothing' | 'active' | 'cancelled' | 'open';
  /** Where it must be; absent while a move is open. */
  startMs?: number;
  /** Of a visit: where each segment must be, likewise. */
  parts?: ToldPart[];
  /** Of a visit whose move is open: at which of these it begins. */
  mayStartAt?: number[];
}

export function toldBy(asked: Asked, answer: Answer, replica: string): Told {
  const { status, body } = answer;
  const told = { asked, status, at: Date.now(), replica };
  return { ...told, ...(body?.error ? failureIn(body.error) : {}), ...(body?.id ? bookingIn(body) : {}) };
}

function failureIn({ code, details }: any): Pick<Told, 'code' | 'reason'> {
  return { code, ...(details?.reason ? { reason: details.reason } : {}) };
}

function bookingIn({ id, start, status: state, segments }: any): Partial<Told> {
  return { id, start, state, ...(segments ? { parts: segments.map(toldPart) } : {}) };
}

export function toldPart({ staff, start, end, status }: any): ToldPart {
  return { staffId: staff.id, startMs: Date.parse(start), endMs: Date.parse(end), status };
}

const LATER = [
  'BOOKING_IN_PROGRESS',
  'CHANGE_IN_PROGRESS',
  'OUTCOME_PENDING',
  'RESCHEDULING',
  'CANCELLING',
  'COMPENSATING',
];

/** Come back later: nothing is decided. */
export function isForNow({ status, code, reason }: Told): boolean {
  if (status === 0 || status === 202 || status === 429 || status >= 500) return true;
  return code === 'IDEMPOTENCY_KEY_IN_USE' || (code === 'CONFLICT' && LATER.includes(reason ?? ''));
}

export function saysYes({ asked, status }: Told): boolean {
  return asked === 'book' && status === 201;
}

/** The caller was told that there is no booking and that none will be. */
export function saysNo(told: Told): boolean {
  return told.code === 'PROVIDER_UNAVAILABLE' || (told.status >= 400 && told.status < 500 && !isForNow(told));
}
