import { next } from '../../../src/features/bookings/saga/saga-decision';
import type { SagaEvent } from '../../../src/features/bookings/saga/saga-state';
import type { World } from './safeguards';
import { changeAnswered, changeSent, changing, confirming, lookedBack, movingBack } from './changes';
import {
  type Changing,
  DEADLINE,
  indexOf,
  lastTick,
  type ModelState,
  SETTLE,
  uidAt,
  type Worker,
  worker,
} from './state';
import { type Move, writing, written } from './writing';

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
    default:
      return changed(world, state, index, at);
  }
}

function changed(world: World, state: ModelState, index: number, at: Changing): Move[] {
  switch (at.is) {
    case 'looking back':
      return lookedBack(world, state, index, at);
    case 'changing':
      return changing(world, state, index, at);
    case 'change intended':
      return changeSent(world, state, index, at);
    case 'change sent':
      return changeAnswered(world, state, index, at);
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
    case 'confirm':
      return confirming(state, index, action.step);
    case 'look-back': {
      const at = { is: 'looking back', step: action.step, askedAt: state.clock } as const;
      return [
        go(`reads the clock (${state.clock}) to look where step ${action.step} is`, at),
        ...laidDown(state, index),
      ];
    }
    case 'undo': {
      if (world.moves) return [...movingBack(world, state, index, action.step), ...laidDown(state, index)];
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
  const call = { ref, step, by: index, sentAt: state.clock, isBooked: false, does: 'book', uid: -1 } as const;
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
    const uid = uidOf(world, state, step, call.ref)!;
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
  const { saga } = state.workers[index]!.knows;
  const isOverdue = world.stuck && state.clock === lastTick(world);
  const type = isOverdue ? 'cancel-refused' : 'look-failed';
  const failed: Move = ['cannot look', worker(state, index, { at: writing({ type, step }) })];
  const uid = found(world, state, index, step);
  if (uid !== undefined && saga.status === 'running')
    return [failed, ...booked(world, state, index, { step, uid, what: `finds ${uid}` })];
  const lookedMs = world.safeguards.clockFirst ? at.askedAt : Number.NaN;
  const event: SagaEvent = { type: 'looked', step, lookedMs, ...(uid === undefined ? {} : { uid }) };
  return [failed, [`finds ${uid ?? 'nothing'}`, worker(state, index, { at: writing(event) })]];
}

function cancelled(world: World, state: ModelState, index: number, at: { step: number; askedAt: number }): Move[] {
  const { step } = at;
  const askedMs = world.safeguards.watchCancelled ? at.askedAt : Number.POSITIVE_INFINITY;
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

/** What was cancelled, and may have been confirmed back to life, is known. */
function found(world: World, state: ModelState, index: number, step: number): string | undefined {
  const { saga, refs } = state.workers[index]!.knows;
  const { uid } = saga.steps[step]!;
  if (uid === undefined) return uidOf(world, state, step, refs[step]!);
  return state.bookings[indexOf(uid)]!.isActive ? uid : undefined;
}

/** A booking that is moved keeps its ref: it is found as what took the place of the old one. */
function uidOf({ moves }: World, { bookings }: ModelState, step: number, ref: number): string | undefined {
  const at = bookings.findIndex((booking) => (moves ? booking.from === step : booking.ref === ref));
  return at < 0 ? undefined : uidAt(at);
}
