import { next } from '../../../src/features/bookings/saga/saga-decision';
import type { SagaEvent, SagaState } from '../../../src/features/bookings/saga/saga-state';
import type { World } from './safeguards';
import { type Change, DEADLINE, indexOf, lastTick, type ModelState, SETTLE, uidAt, type Worker, worker } from './state';
import { type Move, writing, written } from './writing';

type Doing = { does: Change; step: number };

/** Read first: what is over is refused, and what has its host's yes needs no other. */
export function confirming(state: ModelState, index: number, step: number): Move[] {
  const go = (what: string, at: Worker['at']): Move => [what, worker(state, index, { at })];
  const { isActive, isPending } = state.bookings[indexOf(state.workers[index]!.knows.saga.steps[step]!.uid!)]!;
  const failed = go(`cannot read step ${step}`, writing({ type: 'confirm-failed', step }));
  if (!isActive) return [failed, go(`reads that step ${step} is over`, writing({ type: 'refused', step }))];
  if (!isPending) return [failed, go(`reads that step ${step} is confirmed`, writing({ type: 'confirmed', step }))];
  return [failed, go(`prepares to confirm step ${step}`, { is: 'changing', does: 'confirm', step })];
}

/** A confirmation that may be under way would bring back what is moved away. */
export function movingBack(world: World, state: ModelState, index: number, step: number): Move[] {
  const { settleMs } = state.workers[index]!.knows.saga.steps[step]!;
  const mustWait = world.safeguards.returnWaits && settleMs !== undefined && state.clock <= settleMs;
  const wait = worker(state, index, { at: writing({ type: 'cancel-failed', step }) });
  if (mustWait) return [[`waits before it moves step ${step} back`, wait]];
  const at = { is: 'changing', does: 'return', step } as const;
  return [[`prepares to move step ${step} back`, worker(state, index, { at })]];
}

export function changing(world: World, state: ModelState, index: number, { does, step }: Doing): Move[] {
  const failed = written(world, state, index, [notDone(does, step)]);
  const isWanted = does === 'return' || next(state.workers[index]!.knows.saga, state.clock).do === 'confirm';
  if (!isWanted) return [failed, ['gives the preparation up', worker(state, index, { at: { is: 'ready' } })]];
  // Whatever is begun before the last tick has settled when the last tick comes.
  if (does === 'return' && state.clock === lastTick(world) - 1) return [failed];
  const [what, after] = written(world, state, index, [intent(world, state, does, step)]);
  if (after.workers[index]!.at.is !== 'ready') return [failed, [what, after]];
  const at = { is: 'change intended', does, step, since: state.clock } as const;
  return [failed, [`records the intent to ${words(does, step)}`, worker(after, index, { at })]];
}

/** In the last tick calls take effect at once or not at all, so that a look in it settles everything. */
function intent(world: World, { clock }: ModelState, does: Change, step: number): SagaEvent {
  if (does === 'confirm') return { type: 'confirm-intended', step, settleMs: clock + SETTLE };
  const isSettled = !world.safeguards.returnWindow || clock === lastTick(world);
  return { type: 'return-intended', step, settleMs: isSettled ? clock - 1 : clock + SETTLE };
}

function notDone(does: Change, step: number): SagaEvent {
  return { type: does === 'confirm' ? 'confirm-failed' : 'cancel-failed', step };
}

export function changeSent(
  { safeguards }: World,
  state: ModelState,
  index: number,
  { does, step, since }: Doing & { since: number },
): Move[] {
  const { saga, refs } = state.workers[index]!.knows;
  const isGuarded = does === 'confirm' ? safeguards.confirmGuard : safeguards.returnGuard;
  const notSent: SagaEvent = does === 'confirm' ? notDone(does, step) : { type: 'return-not-sent', step };
  if (isGuarded && state.clock > since)
    return [[`does not ${words(does, step)}: the intent is old`, worker(state, index, { at: writing(notSent) })]];
  if (isGuarded && does === 'confirm' && next(saga, state.clock).do !== 'confirm')
    return [['gives the preparation up', worker(state, index, { at: { is: 'ready' } })]];
  const uid = indexOf(saga.steps[step]!.uid!);
  const call = { ref: refs[step]!, step, by: index, sentAt: state.clock, isBooked: false, does, uid };
  const after = worker(state, index, { at: { is: 'change sent', does, step } });
  return [[`asks to ${words(does, step)}`, { ...after, calls: [...state.calls, call], ...late(state, saga, does) }]];
}

function late({ clock }: ModelState, { status }: SagaState, does: Change): { broken?: string } {
  const isForward = does === 'confirm' && status === 'running';
  return isForward && clock >= DEADLINE ? { broken: 'sent after the deadline' } : {};
}

export function changeAnswered(world: World, state: ModelState, index: number, { does, step }: Doing): Move[] {
  const at = state.calls.findIndex(({ by }) => by === index);
  const call = state.calls[at]!;
  const over = { ...state, calls: state.calls.toSpliced(at, 1) };
  const left = call.isBooked ? over : { ...state, calls: state.calls.with(at, { ...call, by: -1 }) };
  const hearing = (what: string, base: ModelState, ...events: SagaEvent[]): Move => [
    what,
    worker(base, index, { at: writing(...events) }),
  ];
  const unknown: SagaEvent = { type: does === 'confirm' ? 'confirm-failed' : 'look-failed', step };
  const lost = hearing('gets no answer in time', left, unknown);
  if (call.isBooked) return [lost, hearing('is answered', over, done(state, does, step, call.uid))];
  const withoutEffect = hearing('is answered 500, without effect', over, unknown);
  if (does === 'confirm') return [lost, withoutEffect];
  const busy = hearing('is answered 429', over, { type: 'return-not-sent', step }, { type: 'cancel-failed', step });
  const refused = hearing('is answered 409', over, { type: 'cancel-refused', step });
  return [lost, withoutEffect, busy, ...(world.stuck ? [refused] : [])];
}

function done(state: ModelState, does: Change, step: number, former: number): SagaEvent {
  if (does === 'confirm') return { type: 'confirmed', step };
  return back(state, step, former)!;
}

/** Moved back it may need its host's yes once more. */
function back({ bookings }: ModelState, step: number, former: number): SagaEvent | undefined {
  const place = bookings.findIndex(({ from }) => from === former);
  return place < 0 ? undefined : { type: 'returned', step, uid: uidAt(place), isPending: bookings[place]!.isPending };
}

export function lookedBack(
  world: World,
  state: ModelState,
  index: number,
  at: { step: number; askedAt: number },
): Move[] {
  const { step, askedAt: lookedMs } = at;
  const isOverdue = world.stuck && state.clock === lastTick(world);
  const type = isOverdue ? 'cancel-refused' : 'look-failed';
  const failed: Move = ['cannot look', worker(state, index, { at: writing({ type, step }) })];
  const former = indexOf(state.workers[index]!.knows.saga.steps[step]!.uid!);
  const found = back(state, step, former);
  const event: SagaEvent = found ?? { type: 'return-looked', step, lookedMs };
  return [
    failed,
    [found ? 'finds it there' : 'finds that it was not moved back', worker(state, index, { at: writing(event) })],
  ];
}

function words(does: Change, step: number): string {
  return does === 'confirm' ? `confirm step ${step}` : `move step ${step} back`;
}
