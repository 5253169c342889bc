import { next } from '../../../src/features/bookings/saga/saga-decision';
import { apply, type SagaStatus } from '../../../src/features/bookings/saga/saga-state';
import type { World } from './safeguards';
import { type Call, LAST_TICK, type ModelState, SETTLE, worker } from './state';
import type { Move } from './worker-moves';

/** Everything that happens to the workers: time, the provider, crashes, takeovers, and what is heard of bookings. */
export function worldMoves(world: World, state: ModelState): Move[] {
  return [
    ...ticks(state),
    ...effects(state),
    ...state.workers.flatMap((_, index) => [...crash(world, state, index), ...takeover(world, state, index)]),
    ...(world.safeguards.echoes ? hearings(state) : []),
    ...decisions(state),
  ];
}

function ticks(state: ModelState): Move[] {
  if (state.clock === LAST_TICK) return [];
  const clock = state.clock + 1;
  return [[`the clock shows ${clock}`, { ...state, clock }]];
}

function effects(state: ModelState): Move[] {
  return state.calls.flatMap((call, at) => {
    const isLate = state.clock > call.sentAt + SETTLE;
    if (call.isBooked || (isLate && (state.left.late === 0 || call.by >= 0))) return [];
    const calls = call.by < 0 ? state.calls.toSpliced(at, 1) : state.calls.with(at, { ...call, isBooked: true });
    const bookings = [...state.bookings, { ref: call.ref, step: call.step, isActive: true }];
    const left = { ...state.left, late: state.left.late - (isLate ? 1 : 0) };
    const isStray = !isLate && ['compensated', 'needs_attention'].includes(state.database.saga.status);
    const broken = isStray ? { broken: 'a booking appeared after its saga had come to nothing' } : {};
    const what = `ref ${call.ref} takes effect${isLate ? ', too late' : ''}`;
    return [[what, { ...state, calls, bookings, left, ...broken }] satisfies Move];
  });
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

function takeover({ safeguards }: World, state: ModelState, index: number): Move[] {
  const isOpen = isOpenIn(state.database.saga.status);
  const self = state.workers[index]!;
  const owner = state.workers.findIndex(({ owns }, other) => owns && other !== index);
  if (!isOpen || self.at.is !== 'idle' || (owner >= 0 && state.left.expiries === 0)) return [];
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
function hearings(state: ModelState): Move[] {
  const { hearing, database, left } = state;
  if (hearing) return [['acts on what was heard', { ...acted(state, hearing), hearing: undefined }]];
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

function acted(state: ModelState, { ref, saw }: NonNullable<ModelState['hearing']>): ModelState {
  const { saga, refs } = state.database;
  const step = refs.indexOf(ref);
  if (saw !== 'compensated' || saga.status !== 'compensated' || step < 0 || saga.steps[step]!.status === 'stuck')
    return state;
  const steps = saga.steps.with(step, { ...saga.steps[step]!, status: 'trying' });
  const reopened = { ...saga, status: 'compensating' as const, tries: 0, nextMs: 0, steps };
  const workers = state.workers.map((other) => ({ ...other, owns: false }));
  return { ...state, workers, database: { saga: reopened, refs } };
}

/** Leaves out what makes no difference: calls that can take no effect, and workers of whom nothing leaves any more. */
export function settled(world: World, state: ModelState): ModelState {
  let after = state;
  if (world.safeguards.fencing) {
    for (const index of state.workers.keys()) if (canOnlyBeFencedOut(state, index)) after = withoutWorker(after, index);
  }
  if (after.left.late > 0 || !after.calls.some((call) => isOver(after, call))) return after;
  return { ...after, calls: after.calls.filter((call) => !isOver(after, call)) };
}

function isOver({ clock }: ModelState, { by, sentAt }: Call): boolean {
  return by < 0 && clock > sentAt + SETTLE;
}

function canOnlyBeFencedOut({ workers, clock }: ModelState, index: number): boolean {
  const { owns, at, knows } = workers[index]!;
  if (owns || at.is === 'idle' || at.is === 'intended' || at.is === 'cancelling') return false;
  return at.is !== 'ready' || next(knows.saga, clock).do !== 'undo';
}

/** What has left goes on without it. */
function withoutWorker(state: ModelState, index: number): ModelState {
  const calls = state.calls
    .filter(({ by, isBooked }) => by !== index || !isBooked)
    .map((call) => (call.by === index ? { ...call, by: -1 } : call));
  return worker({ ...state, calls }, index, { at: { is: 'idle' }, owns: false });
}
