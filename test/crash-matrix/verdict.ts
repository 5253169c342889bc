import type { Answer } from '../chaos/http';
import type { CrashCase } from './cases';

/** What is there of one case, at the provider and by the service's word. */
export interface Seen {
  /** Starts of what takes up time at the provider, UTC, sorted. */
  live: string[];
  /** How many of them wait for their host. */
  pending: number;
  /** Undefined where the process ended before anything was written. */
  visit?: { id: string; status: string; segments: { start: string; bookingId: string; status: string }[] };
}

/** What of a case is so: all of what was asked for, none of it, or neither, which must never be. */
export type End = 'all' | 'none' | 'neither';

/** Where every segment was before, and how far the first one is to be moved; for visits that were there. */
export type Before = { starts: string[]; byMs: number } | undefined;

export function endOf({ what, segments }: CrashCase, { live }: Seen, before: Before): End {
  if (new Set(live).size !== live.length) return 'neither';
  if (what === 'book') return live.length === segments ? 'all' : live.length === 0 ? 'none' : 'neither';
  if (isSame(live, before!.starts)) return 'none';
  if (what === 'cancel') return live.length === 0 ? 'all' : 'neither';
  // Gaps may be others at another time: where the rest is has to be what the service says.
  const first = Date.parse(before!.starts[0]!) + before!.byMs;
  return live.length === segments && Date.parse(live[0]!) === first ? 'all' : 'neither';
}

/** Which status tells the truth about an end. */
const TRUE_STATUS = {
  book: { all: 'confirmed', none: 'compensated' },
  cancel: { all: 'cancelled', none: 'confirmed' },
  move: { all: 'confirmed', none: 'confirmed' },
} as const;

/** What is wrong with what is there, in words; nothing when all is well. */
export function faultsOf(crash: CrashCase, seen: Seen, before: Before): string[] {
  const end = endOf(crash, seen, before);
  const { live, pending, visit } = seen;
  if (end === 'neither') return [`neither all nor none: ${live.join(' ') || 'nothing'} (${visit?.status})`];
  if (pending > 0) return [`${pending} of ${live.length} wait for their host`];
  if (!visit) return end === 'none' ? [] : ['booked, and the service does not know of it'];
  const status = TRUE_STATUS[crash.what][end];
  if (visit.status !== status) return [`said to be ${visit.status}, and is ${end}`];
  return status === 'confirmed' ? misplaced(visit, live) : [];
}

function misplaced({ segments }: NonNullable<Seen['visit']>, live: string[]): string[] {
  const starts = segments.map(({ start }) => new Date(start).toISOString()).sort();
  const isRight = isSame(starts, live) && segments.every(({ status }) => status === 'confirmed');
  return isRight ? [] : [`said to be at ${starts.join(' ')}, and is at ${live.join(' ')}`];
}

/** What is wrong with an answer, by what is there once all is quiet. */
export function liesOf(crash: CrashCase, told: Answer, seen: Seen, before: Before): string[] {
  const end = endOf(crash, seen, before);
  if (isYes(told) && end !== 'all') return [`told ${told.status}, and is ${end}`];
  if (isNo(told) && end !== 'none') return [`told ${told.body?.error?.code}, and is ${end}`];
  return [];
}

export function isYes({ status }: Answer): boolean {
  return status === 200 || status === 201;
}

/** Told that it did not happen and will not. */
export function isNo({ status, body }: Answer): boolean {
  const code = body?.error?.code;
  return status >= 400 && status < 500 && code !== 'IDEMPOTENCY_KEY_IN_USE' && code !== 'CONFLICT' && status !== 429;
}

function isSame(some: string[], others: string[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
