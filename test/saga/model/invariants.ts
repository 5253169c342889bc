import type { World } from './safeguards';
import { DEADLINE, type ModelState } from './state';

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
  const unexpected = state.bookings.some(({ isActive, step }) => isActive && steps[step]!.status !== 'stuck');
  if (unexpected && isSwept(world, state)) return undefined;
  return unexpected ? `${status}, and a booking is left behind` : undefined;
}

/** Effects later than the settle window are found by the sweep: not at once, but they are. */
function isSwept({ late, safeguards }: World, state: ModelState): boolean {
  return safeguards.echoes && state.left.late < late;
}

/** Whether everything is as it should be, so that nothing needs to happen any more. */
export function isWell(state: ModelState): boolean {
  const { status, steps } = state.database.saga;
  if (!isQuiet(state)) return false;
  return status === 'confirmed' || state.bookings.every((b) => !b.isActive || steps[b.step]!.status === 'stuck');
}

function hasOneEach({ database, bookings }: ModelState): boolean {
  return database.saga.steps.every(
    (_, step) => bookings.filter((booking) => booking.step === step && booking.isActive).length === 1,
  );
}

export function initial({ steps, crashes, expiries, late, notices, persons }: World): ModelState {
  const saga = {
    status: 'running' as const,
    deadlineMs: DEADLINE,
    nextMs: 0,
    tries: 0,
    steps: Array.from({ length: steps }, () => ({ status: 'pending' as const })),
  };
  const knows = { saga, refs: saga.steps.map(() => -1) };
  return {
    clock: 0,
    database: knows,
    workers: [
      { at: { is: 'ready' }, owns: true, knows },
      { at: { is: 'idle' }, owns: false, knows },
    ],
    calls: [],
    bookings: [],
    hearing: undefined,
    told: 'nothing',
    refs: 0,
    posted: [],
    hasClash: false,
    left: { crashes, expiries, late, notices, persons },
  };
}
