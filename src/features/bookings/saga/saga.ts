import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { BookingInput } from './booking-input-seal';
import type { BookingView } from '../booking-view';
import type { FrozenFailure } from '../frozen-failure';
import type { SagaState } from './saga-state';

/** What a step books; fixed when the saga begins, but for the ref, which every attempt has anew. */
export interface StepPlan {
  appointmentId: string;
  eventTypeId: string;
  ref: string;
  startMs: number;
  endMs: number;
}

/** A saga in the hands of its owner. `state` is what was last written. */
export interface Saga {
  id: string;
  companyId: string;
  connectionId: string;
  /** The owner's number; a write that names an older one changes nothing. */
  fence: number;
  state: SagaState;
  plan: StepPlan[];
  input: BookingInput;
  failure?: FrozenFailure;
  correlationId?: string;
  /** By id, as the process that began the saga read them a moment before; whoever took it over reads them anew. */
  eventTypes?: Record<string, EventTypeRecord>;
  /** The booking as its caller is shown it, once confirmed by this process. */
  confirmed?: BookingView;
  /** The database's clock, as told when the saga was read, and carried on by ours, which never goes back. */
  nowMs(): number;
}

/** Nothing was booked, and nothing will be: the provider did not answer in time, and what still comes is cancelled. */
export const NOT_BOOKED: FrozenFailure = {
  kind: 'api',
  code: 'PROVIDER_UNAVAILABLE',
  details: { reason: 'NOT_BOOKED' },
};

/** A clock that starts at `databaseMs`. */
export function clockFrom(databaseMs: number): () => number {
  const readAtMs = performance.now();
  return () => Math.floor(databaseMs + performance.now() - readAtMs);
}

/** Another replica goes on with this saga; whoever meets this stops at once and writes nothing. */
export class FencedOut extends Error {
  override readonly name = 'FencedOut';

  constructor(sagaId: string) {
    super(`saga ${sagaId} has another owner`);
  }
}
