import { next } from '../../../src/features/bookings/saga/saga-decision';
import { apply, type SagaEvent, type SagaState } from '../../../src/features/bookings/saga/saga-state';
import type { World } from './safeguards';
import { type Knowledge, type ModelState, type Worker, worker } from './state';

export type Move = [what: string, after: ModelState];

/** One transaction: what the events make of the saga, its end included, if the writer is still the owner. */
export function written(world: World, state: ModelState, index: number, events: SagaEvent[]): Move {
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

export function writing(...events: SagaEvent[]): Worker['at'] {
  return { is: 'writing', events };
}
