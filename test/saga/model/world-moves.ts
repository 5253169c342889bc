import { next } from '../../../src/features/bookings/saga/saga-decision';
import { apply, type SagaStatus } from '../../../src/features/bookings/saga/saga-state';
import type { World } from './safeguards';
import { type Booking, type Call, lastTick, type ModelState, SETTLE, worker } from './state';
import type { Move } from './writing';

/** Everything that happens to the workers: time, the provider, crashes, takeovers, and what is heard of bookings. */
export function worldMoves(world: World, state: ModelState): Move[] {
  return [
    ...ticks(world, state),
    ...effects(world, state),
    ...state.workers.flatMap((_, index) => [...crash(world, state, index), ...takeover(world, state, index)]),
    ...(world.safeguards.echoes && !world.moves ? hearings(world, state) : []),
    ...decisions(state),
  ];
}

function ticks(world: World, state: ModelState): Move[] {
  if (state.clock === lastTick(world)) return [];
  const clock = state.clock + 1;
  return [[`the clock shows ${clock}`, { ...state, clock }]];
}

function effects(world: World, state: ModelState): Move[] {
  return state.calls.flatMap((call, at) => {
    const isLate = state.clock > call.sentAt + SETTLE;
    if (call.isBooked || (isLate && (state.left.late === 0 || call.by >= 0))) return [];
    const calls = call.by < 0 ? state.calls.toSpliced(at, 1) : state.calls.with(at, { ...call, isBooked: true });
    const left = { ...state.left, late: state.left.late - (isLate ? 1 : 0) };
    const after = { ...state, calls, bookings: withEffect(world, state.bookings, call), left };
    return [
      [`${EFFECTS[call.does](call)} takes effect${isLate ? ', too late' : ''}`, noticed(state, call, isLate, after)],
    ];
  });
}

function noticed(before: ModelState, call: Call, isLate: boolean, after: ModelState): ModelState {
  const isStray = !isLate && isGivenUp(before, call.step) && !isConfirmed(before, call);
  return isStray ? { ...after, broken: 'a booking appeared after its saga had come to nothing' } : after;
}

const EFFECTS: Record<Call['does'], (call: Call) => string> = {
  book: ({ ref }) => `ref ${ref}`,
  confirm: ({ uid }) => `the confirmation of b${uid}`,
  return: ({ uid }) => `moving b${uid} back`,
};

function isGivenUp({ database: { saga } }: ModelState, step: number): boolean {
  const hasEnded = saga.status === 'compensated' || saga.status === 'needs_attention';
  return hasEnded && saga.steps[step]!.status !== 'stuck';
}

/** Confirming once more changes nothing. */
function isConfirmed({ bookings }: ModelState, { does, uid }: Call): boolean {
  return does === 'confirm' && bookings[uid]!.isActive && !bookings[uid]!.isPending;
}

/** As servers of 2025 do it: what was moved away before is moved once more, and what is over is confirmed. */
function withEffect(world: World, bookings: readonly Booking[], { does, ref, step, uid }: Call): Booking[] {
  if (does === 'confirm') return bookings.with(uid, { ...bookings[uid]!, isActive: true, isPending: false });
  const isPending = world.confirms;
  const made = { ref, step, isActive: true, isPending, isOld: does === 'return', from: -1 };
  if (!world.moves) return [...bookings, made];
  const from = does === 'return' ? uid : step;
  return [...bookings.with(from, { ...bookings[from]!, isActive: false }), { ...made, from }];
}

/** What has left goes on without the process; a new process, with a new id, stands in its place. */
function crash({ safeguards }: World, state: ModelState, index: number): Move[] {
  const { at, knows } = state.workers[index]!;
  if (state.left.crashes === 0 || at.is === 'idle') return [];
  const left = { ...state.left, crashes: state.left.crashes - 1 };
  const dead = withoutWorker({ ...state, left }, index);
  const isPivot = at.is === 'writing' && knows.saga.steps.length === 1 && at.events.at(-1)!.type === 'booked';
  const tells = isPivot && !safeguards.toldAfterPivot && knows.saga.status === 'running';
  return [
    [`worker ${index} is killed`, dead],
    ...(tells ? [[`worker ${index} tells 201 and is killed`, { ...dead, told: '201' }] satisfies Move] : []),
  ];
}

function takeover(world: World, state: ModelState, index: number): Move[] {
  const { safeguards } = world;
  const isOpen = isOpenIn(state.database.saga.status);
  const self = state.workers[index]!;
  const owner = state.workers.findIndex(({ owns }, other) => owns && other !== index);
  if (!isOpen || self.at.is !== 'idle' || (owner >= 0 && !mayExpire(world, state))) return [];
  const left = { ...state.left, expiries: state.left.expiries - (owner >= 0 ? 1 : 0) };
  const workers = safeguards.claim ? state.workers.map((other) => ({ ...other, owns: false })) : state.workers;
  const taken = worker({ ...state, workers, left }, index, { at: { is: 'ready' }, owns: true, knows: state.database });
  if (safeguards.lookUp) return [[`worker ${index} takes over`, taken]];
  return [[`worker ${index} takes over, taking what may have left for refused`, withoutLook(taken, index)]];
}

/** In the model a deadline that is over says that the day is over as well. */
function decisions(state: ModelState): Move[] {
  const { database, left, clock } = state;
  if (database.saga.status !== 'needs_attention') return [];
  const decided = (type: 'retried' | 'resolved', persons: number): Move => {
    const { deadlineMs } = database.saga;
    const saga = { ...apply(database.saga, { type }, clock), deadlineMs };
    return [`a person has it ${type}`, { ...state, database: { ...database, saga }, left: { ...left, persons } }];
  };
  const retried = left.persons > 0 ? [decided('retried', left.persons - 1)] : [];
  return [...retried, decided('resolved', left.persons)];
}

function mayExpire(world: World, { left, clock }: ModelState): boolean {
  return left.expiries > 0 && !(world.moves && clock === lastTick(world));
}

function isOpenIn(status: SagaStatus): boolean {
  return status === 'running' || status === 'compensating';
}

function withoutLook(state: ModelState, index: number): ModelState {
  const { saga } = state.workers[index]!.knows;
  const step = saga.steps.findIndex(({ status }) => status === 'trying');
  if (step < 0 || saga.status !== 'running') return state;
  return worker(state, index, { at: { is: 'writing', events: [{ type: 'refused', step }] } });
}

/** Webhooks come at any time or never; the sweep finds whatever is active and should not be. Both read, then act. */
function hearings(world: World, state: ModelState): Move[] {
  const { hearing, database, left } = state;
  if (hearing) return [['acts on what was heard', { ...acted(world, state, hearing), hearing: undefined }]];
  const isOver = !isOpenIn(database.saga.status);
  return state.bookings.flatMap(({ ref, step, isActive }) => {
    const saw = database.saga.status;
    const isStray = isOver && isActive && saw === 'compensated' && database.saga.steps[step]!.status !== 'stuck';
    const heard: Move[] = [];
    if (isStray) heard.push([`the sweep finds ref ${ref}`, { ...state, hearing: { ref, saw } }]);
    const notices = left.notices - 1;
    if (notices >= 0)
      heard.push([`a webhook names ref ${ref}`, { ...state, hearing: { ref, saw }, left: { ...left, notices } }]);
    return heard;
  });
}

function acted(world: World, state: ModelState, { ref, saw }: NonNullable<ModelState['hearing']>): ModelState {
  const { saga, refs } = state.database;
  const step = refs.indexOf(ref);
  if (saw !== 'compensated' || saga.status !== 'compensated' || step < 0 || saga.steps[step]!.status === 'stuck')
    return state;
  // In the last tick everything has settled.
  const settleMs = Math.min(state.clock + SETTLE, lastTick(world) - 1);
  const steps = saga.steps.with(step, { ...saga.steps[step]!, status: 'trying', settleMs });
  const reopened = { ...saga, status: 'compensating' as const, tries: 0, nextMs: 0, steps };
  const workers = state.workers.map((other) => ({ ...other, owns: false }));
  return { ...state, workers, database: { saga: reopened, refs } };
}

/** Leaves out what makes no difference: calls that can take no effect, and workers of whom nothing leaves any more. */
export function settled(world: World, state: ModelState): ModelState {
  let after = state;
  if (world.safeguards.fencing) {
    for (const index of state.workers.keys())
      if (canOnlyBeFencedOut(world, state, index)) after = withoutWorker(after, index);
  }
  if (world.confirms) after = { ...after, calls: withoutRepeats(after.calls) };
  if (after.left.late > 0 || !after.calls.some((call) => isOver(world, after, call))) return after;
  return { ...after, calls: after.calls.filter((call) => !isOver(world, after, call)) };
}

/** Two confirmations that nobody waits for, sent in the same tick, can do no more than one. */
function withoutRepeats(calls: readonly Call[]): Call[] {
  const isSame = (one: Call, other: Call): boolean =>
    one.does === 'confirm' && one.by < 0 && other.by < 0 && one.uid === other.uid && one.sentAt === other.sentAt;
  return calls.filter((call, at) => calls.findIndex((other) => other === call || isSame(call, other)) === at);
}

function isOver(world: World, { clock }: ModelState, { by, sentAt }: Call): boolean {
  return by < 0 && (clock > sentAt + SETTLE || sentAt === lastTick(world));
}

function canOnlyBeFencedOut({ moves }: World, { workers, clock }: ModelState, index: number): boolean {
  const { owns, at, knows } = workers[index]!;
  if (owns || ['idle', 'intended', 'change intended', 'cancelling'].includes(at.is)) return false;
  return at.is !== 'ready' || moves || next(knows.saga, clock).do !== 'undo';
}

/** What has left goes on without it. */
function withoutWorker(state: ModelState, index: number): ModelState {
  const calls = state.calls
    .filter(({ by, isBooked }) => by !== index || !isBooked)
    .map((call) => (call.by === index ? { ...call, by: -1 } : call));
  return worker({ ...state, calls }, index, { at: { is: 'idle' }, owns: false });
}
