import type { World } from './safeguards';
import { type Booking, DEADLINE, type ModelState, uidAt } from './state';
import type { StepState } from '../../../src/features/bookings/saga/saga-state';

/** What must hold in every state; the texts say what does not. */
export function violations(world: World, state: ModelState): string[] {
  const { told, database, broken, hasClash } = state;
  const isConfirmed = database.saga.status === 'confirmed';
  const isGivenUp = !isConfirmed && database.saga.status !== 'running';
  const rules: [isBroken: boolean, text: string][] = [
    [told === 'failure' && isConfirmed, 'told a failure, and confirmed'],
    [told === '201' && isGivenUp, 'told 201, and given up'],
    [told === '201' && isConfirmed && !hasOneEach(state), 'told 201, and not every step is booked once'],
    [isConfirmed && hasClash, 'confirmed with a host whom another saga has claimed'],
  ];
  const atLast = isQuiet(state) ? atRest(world, state) : undefined;
  const found = [broken, atLast, ...rules.map(([isBroken, text]) => (isBroken ? text : undefined))];
  return found.filter((text) => text !== undefined);
}

/** Nobody has anything to do, unless the world stirs. */
export function isQuiet({ database, workers, calls, hearing }: ModelState): boolean {
  const hasEnded = database.saga.status !== 'running' && database.saga.status !== 'compensating';
  return hasEnded && calls.length === 0 && !hearing && workers.every(({ at }) => at.is === 'idle');
}

function atRest(world: World, state: ModelState): string | undefined {
  const { status, steps } = state.database.saga;
  if (status === 'confirmed') return hasOneEach(state) ? undefined : 'confirmed, and not every step is booked once';
  const moved = steps.findIndex((step, index) => step.moves && step.status !== 'stuck' && !isBack(state, index));
  if (moved >= 0)
    return activeOf(state, moved).length > 1
      ? 'one booking stands twice'
      : `${status}, and a booking is not where it was`;
  const unexpected = state.bookings.some(({ isActive, step }) => isActive && isToBeGone(state, step));
  if (unexpected && isSwept(world, state)) return undefined;
  return unexpected ? `${status}, and a booking is left behind` : undefined;
}

/** Effects later than the settle window are found by the sweep: not at once, but they are. */
function isSwept({ late, safeguards }: World, state: ModelState): boolean {
  return safeguards.echoes && state.left.late < late;
}

/** Whether everything is as it should be, so that nothing needs to happen any more. */
export function isWell(state: ModelState): boolean {
  const { status } = state.database.saga;
  if (!isQuiet(state)) return false;
  return status === 'confirmed' || state.bookings.every((b) => !b.isActive || !isToBeGone(state, b.step));
}

function hasOneEach(state: ModelState): boolean {
  return state.database.saga.steps.every((_, step) => {
    const [first, ...more] = activeOf(state, step);
    return first !== undefined && more.length === 0 && !first.isPending && !first.isOld;
  });
}

/** Exactly once where it was before the saga, with its host's yes. */
function isBack(state: ModelState, step: number): boolean {
  const active = activeOf(state, step);
  return active.length === 1 && active[0]!.isOld && !active[0]!.isPending;
}

function activeOf({ bookings }: ModelState, step: number): Booking[] {
  return bookings.filter((booking) => booking.step === step && booking.isActive);
}

function isToBeGone({ database }: ModelState, step: number): boolean {
  const { status, moves } = database.saga.steps[step]!;
  return status !== 'stuck' && !moves;
}

export function initial(world: World): ModelState {
  const { crashes, expiries, late, notices, persons } = world;
  const saga = {
    status: world.cancels ? ('compensating' as const) : ('running' as const),
    deadlineMs: DEADLINE,
    nextMs: 0,
    tries: 0,
    steps: Array.from({ length: world.steps }, (_, step) => firstStep(world, step)),
  };
  const knows = { saga, refs: saga.steps.map(() => -1) };
  const existing = world.moves || world.cancels ? saga.steps : [];
  return {
    clock: 0,
    database: knows,
    workers: [
      { at: { is: 'ready' }, owns: true, knows },
      { at: { is: 'idle' }, owns: false, knows },
    ],
    calls: [],
    bookings: existing.map((_, step) => ({ ref: -1, step, isActive: true, isPending: false, isOld: true, from: -1 })),
    hearing: undefined,
    told: 'nothing',
    refs: 0,
    posted: [],
    hasClash: false,
    left: { crashes, expiries, late, notices, persons },
  };
}

function firstStep({ moves, confirms, cancels }: World, step: number): StepState {
  if (cancels) return { status: 'booked', uid: uidAt(step) };
  return { status: 'pending', ...(moves && { moves }), ...(confirms && { confirmation: 'wanted' }) };
}
