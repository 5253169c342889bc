import { next } from '../../../src/features/bookings/saga/saga-decision';
import { apply, type SagaEvent, type SagaState } from '../../../src/features/bookings/saga/saga-state';
import type { World } from './safeguards';
import { DEADLINE, LAST_TICK, type Knowledge, type ModelState, SETTLE, type Worker, worker } from './state';

export type Move = [what: string, after: ModelState];

/** Everything that one worker may do next. It runs the real `next` and `apply`. */
export function workerMoves(world: World, state: ModelState, index: number): Move[] {
  const self = state.workers[index]!;
  const { at } = self;
  switch (at.is) {
    case 'idle':
      return [];
    case 'ready':
      return decided(world, state, index);
    case 'preparing':
      return prepared(world, state, index, at.step);
    case 'intended':
      return sent(world, state, index, at);
    case 'waiting':
      return answered(world, state, index, at.step);
    case 'looking':
      return looked(world, state, index, at);
    case 'cancelling':
      return cancelled(world, state, index, at);
    case 'writing':
      return [written(world, state, index, at.events)];
  }
}

function decided(world: World, state: ModelState, index: number): Move[] {
  const { knows } = state.workers[index]!;
  const action = next(knows.saga, state.clock);
  const go = (what: string, at: Worker['at']): Move => [what, worker(state, index, { at })];
  switch (action.do) {
    case 'book':
      return [go(`prepares step ${action.step}`, { is: 'preparing', step: action.step })];
    case 'look': {
      const at = { is: 'looking', step: action.step, askedAt: state.clock } as const;
      return [go(`reads the clock (${state.clock}) to look for step ${action.step}`, at), ...laidDown(state, index)];
    }
    case 'undo': {
      const at = { is: 'cancelling', step: action.step, askedAt: state.clock } as const;
      return [go(`cancels step ${action.step}`, at), ...laidDown(state, index)];
    }
    case 'give-up':
      return [written(world, state, index, [{ type: 'gave-up' }])];
    case 'commit':
      return [
        go('reads all bookings', writing({ type: 'committed' })),
        go('cannot read a booking', writing({ type: 'look-failed', step: 0 })),
      ];
    case 'finish-compensation':
      return [written(world, state, index, [{ type: 'compensated' }])];
    default:
      throw new Error(`the model has no ${action.do}`);
  }
}

/** During a long back-off nobody owns it. */
function laidDown(state: ModelState, index: number): Move[] {
  const { owns, knows } = state.workers[index]!;
  if (!owns || knows.saga.tries === 0) return [];
  return [['lays the saga down', worker(state, index, { at: { is: 'idle' }, owns: false })]];
}

function prepared(world: World, state: ModelState, index: number, step: number): Move[] {
  const { knows } = state.workers[index]!;
  const refused = written(world, state, index, [{ type: 'refused', step }]);
  const isStillWanted = next(knows.saga, state.clock).do === 'book';
  if (world.safeguards.decidedAnew && !isStillWanted)
    return [refused, ['gives the preparation up', worker(state, index, { at: { is: 'ready' } })]];
  return [refused, intended(world, state, index, step)];
}

function intended(world: World, state: ModelState, index: number, step: number): Move {
  const { knows } = state.workers[index]!;
  const ref = state.refs;
  const renewed = worker({ ...state, refs: ref + 1 }, index, {
    knows: { ...knows, refs: knows.refs.with(step, ref) },
  });
  const settleMs = state.clock + (world.safeguards.settleWindow ? SETTLE : -1);
  const [, after] = written(world, renewed, index, [{ type: 'intended', step, settleMs }]);
  const isWritten = after.workers[index]!.at.is === 'ready';
  const what = `records the intent of step ${step} (ref ${ref})`;
  if (!isWritten) return [`${what}, fenced out`, after];
  return [what, worker(after, index, { at: { is: 'intended', step, since: state.clock } })];
}

function sent(world: World, state: ModelState, index: number, at: { step: number; since: number }): Move[] {
  const { step } = at;
  const ref = state.workers[index]!.knows.refs[step]!;
  if (world.safeguards.socketGuard && state.clock > at.since) {
    return [['does not send: the intent is old', worker(state, index, { at: writing({ type: 'not-sent', step }) })]];
  }
  const call = { ref, step, by: index, sentAt: state.clock, isBooked: false };
  const broken = state.posted.includes(ref)
    ? 'one attempt was sent twice'
    : state.clock >= DEADLINE
      ? 'sent after the deadline'
      : undefined;
  const after = worker(state, index, { at: { is: 'waiting', step } });
  const posted = [...state.posted, ref].sort();
  return [
    [
      `sends step ${step} (ref ${ref})`,
      { ...after, calls: [...state.calls, call], posted, ...(broken ? { broken } : {}) },
    ],
  ];
}

function answered(world: World, state: ModelState, index: number, step: number): Move[] {
  const { lookUp, noRepeat } = world.safeguards;
  const at = state.calls.findIndex(({ by }) => by === index);
  const call = state.calls[at]!;
  const over = { ...state, calls: state.calls.toSpliced(at, 1) };
  const left = call.isBooked ? over : { ...state, calls: state.calls.with(at, { ...call, by: -1 }) };
  const unknown = (base: ModelState): ModelState => {
    if (!noRepeat) return worker(base, index, { at: { is: 'intended', step, since: state.clock } });
    return worker(base, index, { at: writing(lookUp ? { type: 'lost', step } : { type: 'refused', step }) });
  };
  const lost: Move = ['gets no answer in time', unknown(left)];
  if (call.isBooked) {
    const uid = uidOf(state, call.ref)!;
    return [lost, ...booked(world, over, index, { step, uid, what: 'is answered 201' })];
  }
  const refused = worker(over, index, { at: writing({ type: 'refused', step }) });
  return [lost, ['is answered 409', refused], ['is answered 500, without effect', unknown(over)]];
}

/** An answer, or a booking found; both name the host. */
function booked(
  world: World,
  state: ModelState,
  index: number,
  { step, uid, what }: { step: number; uid: string; what: string },
): Move[] {
  const event: SagaEvent = { type: 'booked', step, uid };
  const fine: Move = [what, worker(state, index, { at: writing(event) })];
  if (!world.clashes) return [fine];
  const clash = worker({ ...state, hasClash: true }, index, { at: writing(event, { type: 'refused', step }) });
  return [...(state.hasClash ? [] : [fine]), [`${what}, the host is claimed`, clash]];
}

function looked(world: World, state: ModelState, index: number, at: { step: number; askedAt: number }): Move[] {
  const { step } = at;
  const { saga, refs } = state.workers[index]!.knows;
  const isOverdue = world.stuck && state.clock === LAST_TICK;
  const type = isOverdue ? 'cancel-refused' : 'look-failed';
  const failed: Move = ['cannot look', worker(state, index, { at: writing({ type, step }) })];
  const uid = uidOf(state, refs[step]!);
  if (uid !== undefined && saga.status === 'running')
    return [failed, ...booked(world, state, index, { step, uid, what: `finds ${uid}` })];
  const lookedMs = world.safeguards.clockFirst ? at.askedAt : Number.NaN;
  const event: SagaEvent = { type: 'looked', step, lookedMs, ...(uid === undefined ? {} : { uid }) };
  return [failed, [`finds ${uid ?? 'nothing'}`, worker(state, index, { at: writing(event) })]];
}

function cancelled(world: World, state: ModelState, index: number, at: { step: number; askedAt: number }): Move[] {
  const { step, askedAt: askedMs } = at;
  const { uid } = state.workers[index]!.knows.saga.steps[step]!;
  const bookings = state.bookings.map((booking, at) => (`b${at}` === uid ? { ...booking, isActive: false } : booking));
  const gone = { ...state, bookings };
  const ended = (base: ModelState, type: 'cancelled' | 'cancel-failed' | 'cancel-refused'): ModelState =>
    worker(base, index, { at: writing(type === 'cancelled' ? { type, step, askedMs } : { type, step }) });
  return [
    [`${uid} is cancelled`, ended(gone, 'cancelled')],
    [`${uid} is cancelled, the answer is lost`, ended(gone, 'cancel-failed')],
    [`${uid} is not cancelled`, ended(state, 'cancel-failed')],
    ...(world.stuck ? [[`${uid} cannot be cancelled`, ended(state, 'cancel-refused')] satisfies Move] : []),
  ];
}

/** One transaction: what the events make of the saga, its end included, if the writer is still the owner. */
function written(world: World, state: ModelState, index: number, events: SagaEvent[]): Move {
  const self = state.workers[index]!;
  const { safeguards } = world;
  const together = safeguards.clashWithBooking ? events : events.slice(0, 1);
  const later = events.slice(together.length);
  const what = `writes ${together.map(({ type }) => type).join(' and ')}`;
  const isRefused = safeguards.fencing && !self.owns;
  if (isRefused) return [`${what}: fenced out`, worker(state, index, { at: { is: 'idle' } })];
  let saga = self.knows.saga;
  for (const event of together) saga = applied(saga, event, state.clock);
  saga = withEnd(saga, state, later.length > 0);
  const knows: Knowledge = { saga, refs: self.knows.refs };
  const isDurable = safeguards.intentRecord || events[0]!.type !== 'intended';
  const after = isDurable ? { ...state, database: knows, told: toldBy(state, saga) } : state;
  const hasEnded = saga.status !== 'running' && saga.status !== 'compensating';
  const at: Worker['at'] = hasEnded ? { is: 'idle' } : goingOn(later);
  return [what, worker(after, index, { knows, at, owns: hasEnded ? false : self.owns })];
}

function goingOn(later: SagaEvent[]): Worker['at'] {
  return later.length > 0 ? writing(...later) : { is: 'ready' };
}

/** As the driver does it: the end is part of the write that brings it. */
function withEnd(saga: SagaState, state: ModelState, hasMore: boolean): SagaState {
  const { do: what } = next(saga, state.clock);
  const hasAllBookings = saga.steps.length === 1 && !hasMore;
  if (what === 'commit' && hasAllBookings) return applied(saga, { type: 'committed' }, state.clock);
  return what === 'finish-compensation' ? applied(saga, { type: 'compensated' }, state.clock) : saga;
}

/** Back-offs are left out: looks and cancellations may come at any time. */
function applied(saga: SagaState, event: SagaEvent, clock: number): SagaState {
  const timed = event.type === 'looked' && Number.isNaN(event.lookedMs) ? { ...event, lookedMs: clock } : event;
  const after = apply(saga, timed, clock);
  return { ...after, nextMs: 0, tries: Math.min(1, after.tries) };
}

export function toldBy({ told }: ModelState, { status }: SagaState): ModelState['told'] {
  if (told !== 'nothing' || status === 'running') return told;
  return status === 'confirmed' ? '201' : 'failure';
}

function writing(...events: SagaEvent[]): Worker['at'] {
  return { is: 'writing', events };
}

function uidOf({ bookings }: ModelState, ref: number): string | undefined {
  const at = bookings.findIndex((booking) => booking.ref === ref);
  return at < 0 ? undefined : `b${at}`;
}
