import type { World } from './safeguards';
import type { SagaEvent, SagaState, StepStatus } from '../../../src/features/bookings/saga/saga-state';

/** The model's clock has few ticks: what matters of time is only what is before what. One tick is longer than any call. */
export const DEADLINE = 2;
/** A request takes effect at most that many ticks after it was sent, unless the world breaks the promise. */
export const SETTLE = 1;
/** By then every window is over, whenever the last intent was recorded; moving back takes another window. */
export function lastTick({ moves }: World): number {
  return moves ? 5 : 4;
}

/** What is asked for about a booking that is known. */
export type Change = 'confirm' | 'return';

/** On the way of a change. */
export type Changing =
  | { is: 'looking back'; step: number; askedAt: number }
  | { is: 'changing'; does: Change; step: number }
  | { is: 'change intended'; does: Change; step: number; since: number }
  | { is: 'change sent'; does: Change; step: number };

/** Between which of its awaits a worker stands; anything may happen to it there, and for any time. */
export type Place =
  | { is: 'idle' }
  | { is: 'ready' }
  | { is: 'preparing'; step: number }
  /** The intent is recorded, the bytes have not left. */
  | { is: 'intended'; step: number; since: number }
  | { is: 'waiting'; step: number }
  | { is: 'looking'; step: number; askedAt: number }
  | Changing
  | { is: 'cancelling'; step: number; askedAt: number }
  | { is: 'writing'; events: SagaEvent[] };

/** What a database row or a worker knows of the saga. `refs` are those of the steps' latest attempts. */
export interface Knowledge {
  saga: SagaState;
  refs: readonly number[];
}

export interface Worker {
  at: Place;
  owns: boolean;
  knows: Knowledge;
}

/** A POST on its way. `by` waits for the answer; nobody does when it is -1. */
export interface Call {
  ref: number;
  step: number;
  by: number;
  sentAt: number;
  isBooked: boolean;
  does: 'book' | Change;
  /** Of the booking that it changes, its place; or -1. */
  uid: number;
}

/** At the provider. It makes a second one when asked twice. */
export interface Booking {
  ref: number;
  step: number;
  isActive: boolean;
  /** Its host has not confirmed it. */
  isPending: boolean;
  /** At the time that it had before the saga. */
  isOld: boolean;
  /** Whose place it took, or -1. */
  from: number;
}

/** Somebody who has heard of a booking and has read in which status its saga is. */
export interface Hearing {
  ref: number;
  saw: SagaState['status'];
}

export interface ModelState {
  clock: number;
  database: Knowledge;
  workers: readonly Worker[];
  calls: readonly Call[];
  bookings: readonly Booking[];
  hearing: Hearing | undefined;
  told: 'nothing' | '201' | 'failure';
  /** Attempts so far; each has a ref of its own. */
  refs: number;
  /** Refs that were sent, with repeats. */
  posted: readonly number[];
  /** Somebody else has claimed the host whom the answer named. */
  hasClash: boolean;
  /** What the world may still do. */
  left: { crashes: number; expiries: number; late: number; notices: number; persons: number };
  /** Set by the move that breaks a rule. */
  broken?: string;
}

export function uidAt(place: number): string {
  return `b${place}`;
}

export function indexOf(uid: string): number {
  return Number(uid.slice(1));
}

export function worker(state: ModelState, index: number, change: Partial<Worker>): ModelState {
  return { ...state, workers: state.workers.with(index, { ...state.workers[index]!, ...change }) };
}

/** A short text that two states share only if they are the same. */
export function keyOf(state: ModelState): string {
  const database = knowledgeKey(state.database);
  // Workers are all the same, so it does not matter which of them stands where.
  const workers = state.workers
    .map(({ at, owns, knows }, index) => {
      if (at.is === 'idle') return owns ? 'I' : 'i';
      const known = knowledgeKey(knows);
      const call =
        at.is === 'waiting' || at.is === 'change sent' ? callKey(state.calls.find(({ by }) => by === index)!) : '';
      return `${placeKey(at)}${call}${owns ? '!' : '?'}${known === database ? '' : known}`;
    })
    .sort();
  const calls = state.calls
    .filter(({ by }) => by < 0)
    .map(callKey)
    .sort();
  const bookings = state.bookings.map(
    ({ ref, isActive, isPending, from }) =>
      `${isActive ? '' : '-'}${ref}${isPending ? 'p' : ''}${from < 0 ? '' : `<${from}`}`,
  );
  const { crashes, expiries, late, notices, persons } = state.left;
  const hearing = state.hearing ? `${state.hearing.ref}${state.hearing.saw}` : '';
  const rest = [state.clock, state.told[0], state.refs, state.posted.join('.'), state.hasClash ? 'c' : ''];
  const world = [crashes, expiries, late, notices, persons].join('');
  return [...rest, world, database, ...workers, calls.join(), bookings.join(), hearing, state.broken ?? ''].join('|');
}

const STEP_LETTERS: Record<StepStatus, string> = {
  pending: 'p',
  trying: 't',
  booked: 'b',
  refused: 'r',
  cancelled: 'c',
  absent: 'a',
  returning: 'v',
  returned: 'o',
  stuck: 's',
};

function knowledgeKey({ saga, refs }: Knowledge): string {
  const steps = saga.steps.map(
    ({ status, settleMs, uid, confirmation }, index) =>
      `${STEP_LETTERS[status]}${settleMs ?? ''}${uid ?? ''}${confirmation?.[0] ?? ''}_${refs[index]}`,
  );
  return `${saga.status.slice(0, 10)}${saga.tries}${steps.join('')}`;
}

function callKey({ ref, sentAt, isBooked, does, uid }: Call): string {
  return `${ref}@${sentAt}${isBooked ? 'b' : ''}${does === 'book' ? '' : `${does[0]}${uid}`}`;
}

function placeKey(place: Place): string {
  if (place.is === 'writing') return JSON.stringify(place.events);
  return Object.values(place).join('');
}
