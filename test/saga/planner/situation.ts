import type { SagaState, StepState } from '../../../src/features/bookings/saga/saga-state';
import type { StepPlan } from '../../../src/features/bookings/saga/saga';

/** What a step is about. `cancel` begins booked, in a saga that begins compensating. */
export type Kind = 'book' | 'confirm' | 'move' | 'move and confirm' | 'cancel';

export interface Plan {
  kinds: readonly Kind[];
  /** Servers of 2025 do not say where a booking was moved to, and move it once more when asked twice. */
  isOldServer?: boolean;
  /** The heartbeat may be missing at any time. */
  mayBeUnfit?: boolean;
  /** What the answer alone names may be claimed by somebody else. */
  mayClash?: boolean;
  /** Calls may take effect for longer than the settle window says: the protocol's assumption does not hold. */
  isSettlingLonger?: boolean;
}

/** At the provider. Whatever is not cancelled takes up its time. */
export interface PlannedBooking {
  uid: string;
  step: number;
  ref: string;
  isMoved: boolean;
  status: 'accepted' | 'pending' | 'cancelled';
  /** Its host will not say yes to it where it was before. */
  isDenied?: true;
  fromUid?: string;
  toUid?: string;
}

/** A call that has left and whose effect is still to come, if it comes. */
export type Call = { sentAt: number; step: number } & (
  { does: 'book'; ref: string } | { does: 'move' | 'move back' | 'confirm'; uid: string }
);

/** Everything that matters between two actions of an owner. */
export interface Situation {
  clock: number;
  /** As the database has them. */
  state: SagaState;
  plan: readonly StepPlan[];
  /** Steps whose bookings the living owner was told of; none after a takeover. */
  answers: readonly [step: number, uid: string, status: PlannedBooking['status']][];
  bookings: readonly PlannedBooking[];
  calls: readonly Call[];
  sent: readonly string[];
  hasClash: boolean;
  told?: '201' | 'failure';
  broken?: string;
}

/** One tick is longer than any call; a call takes effect in the tick in which it was sent or in the next one. */
export const TICK_MS = 1_000;
export const SETTLE_TICKS = 1;
const DEADLINE = 2;
/** By then every settle window is over; the tick after it is days later. */
const LAST = 4;
export const DAYS_LATER = LAST + 1;
const DAY_MS = 24 * 3_600_000;
export const DEADLINE_MS = DEADLINE * TICK_MS;

export const OLD_START_MS = 10 * DAY_MS;
export const NEW_START_MS = 11 * DAY_MS;

export function msOf(clock: number): number {
  return clock === DAYS_LATER ? 3 * DAY_MS : clock * TICK_MS;
}

export function isOpen({ state }: Situation): boolean {
  return state.status === 'running' || state.status === 'compensating';
}

export function moves(kind: Kind): boolean {
  return kind === 'move' || kind === 'move and confirm';
}

export function begin({ kinds }: Plan): Situation {
  const existing = kinds.map((kind) => moves(kind) || kind === 'cancel');
  const state: SagaState = {
    status: kinds.includes('cancel') ? 'compensating' : 'running',
    deadlineMs: DEADLINE_MS,
    nextMs: 0,
    tries: 0,
    steps: kinds.map(firstStep),
  };
  const bookings = kinds.flatMap((_, step): PlannedBooking[] =>
    existing[step] ? [{ uid: `old ${step}`, step, ref: `old ${step}`, isMoved: false, status: 'accepted' }] : [],
  );
  return { clock: 0, state, plan: kinds.map(planOf), answers: [], bookings, calls: [], sent: [], hasClash: false };
}

function firstStep(kind: Kind, step: number): StepState {
  if (kind === 'cancel') return { status: 'booked', uid: `old ${step}` };
  const confirmation = kind === 'confirm' || kind === 'move and confirm';
  return {
    status: 'pending',
    ...(confirmation && { confirmation: 'wanted' }),
    ...(moves(kind) && { moves: true }),
  };
}

function planOf(kind: Kind, step: number): StepPlan {
  const old = `old ${step}`;
  return {
    appointmentId: '',
    eventTypeId: 'type',
    ref: `planned ${step}`,
    startMs: NEW_START_MS,
    endMs: NEW_START_MS + 1,
    attempt: 0,
    ...(moves(kind) && { moves: { uid: old, ref: old, startMs: OLD_START_MS } }),
  };
}

/** A short text that two situations share only if whatever can follow is the same. */
export function keyOf({ clock, state, plan, answers, bookings, calls, sent, hasClash, told }: Situation): string {
  const steps = state.steps.map(
    ({ status, settleMs, uid, confirmation }, step) =>
      `${status.slice(0, 4)}${settleMs ?? ''}${uid ?? ''}${confirmation?.[0] ?? ''}${sent.includes(plan[step]!.ref) ? 's' : ''}`,
  );
  const there = bookings.map(
    ({ uid, ref, isMoved, status, isDenied, toUid }) =>
      `${uid}${isMoved ? '>' : ''}${status[0]}${isDenied ? '-' : ''}${toUid ?? ''}${plan.some((step) => step.ref === ref) ? '!' : ''}`,
  );
  const coming = calls.map((call) => `${call.does}${call.step}@${call.sentAt}${call.does === 'book' ? '' : call.uid}`);
  return [
    clock,
    state.status,
    state.tries,
    told ?? '',
    hasClash ? 'c' : '',
    steps.join(),
    answers.map((answer) => answer.join(' ')).join(),
    there.join(),
    coming.join(),
  ].join('|');
}
