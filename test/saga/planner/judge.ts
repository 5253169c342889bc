import {
  type Call,
  DAYS_LATER,
  isOpen,
  type Kind,
  moves,
  type Plan,
  type PlannedBooking,
  type Situation,
} from './situation';

/** What must hold in every situation; undefined when all of it does. */
export function violationIn(plan: Plan, situation: Situation): string | undefined {
  const { broken, told, state, hasClash } = situation;
  if (broken) return broken;
  if (told === '201' && state.status !== 'confirmed') return 'told 201, and not confirmed';
  if (told === 'failure' && state.status === 'confirmed') return 'told a failure, and confirmed';
  if (hasClash && state.status === 'confirmed') return 'confirmed with a host whom another saga has claimed';
  if (isOpen(situation)) return undefined;
  const wrong = plan.kinds.findIndex((kind, step) => !isRight(situation, kind, step));
  return wrong < 0 ? undefined : `${state.status}, and step ${wrong} is not as it should be`;
}

function isRight({ state, clock, bookings, calls }: Situation, kind: Kind, step: number): boolean {
  const { status } = state.steps[step]!;
  if (status === 'stuck') return true;
  // From the end on nothing may come any more.
  if (calls.some((call) => call.step === step && canStillHarm(call, bookings))) return false;
  const active = bookings.filter((booking) => booking.step === step && booking.status !== 'cancelled');
  if (state.status === 'confirmed') return isOneAt(active, true) && active[0]!.status === 'accepted';
  if (!moves(kind)) return active.length === 0;
  return isOneAt(active, false) && (clock === DAYS_LATER || hasItsYes(active[0]!));
}

/** Where its host says no to it, or (days later) nobody can be asked, nothing more can be done. */
function hasItsYes({ status, isDenied }: PlannedBooking): boolean {
  return status === 'accepted' || isDenied === true;
}

/** A confirmation that is late changes nothing where it has been given, and is welcome where a booking is back. */
function canStillHarm(call: Call, bookings: readonly PlannedBooking[]): boolean {
  if (call.does !== 'confirm') return true;
  const isBack = bookings.some(({ uid, isMoved }) => uid === call.uid && !isMoved);
  return !isBack && !bookings.some(({ step, status }) => step === call.step && status === 'accepted');
}

function isOneAt(active: PlannedBooking[], isMoved: boolean): boolean {
  return active.length === 1 && active[0]!.isMoved === isMoved;
}
