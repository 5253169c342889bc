import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { ProviderBooking } from '../../../scheduling/words';
import type { BookingInput } from './booking-input-seal';
import type { FrozenFailure } from '../frozen-failure';
import type { SagaState } from './saga-state';

/**
 * `booking`: one booking. `visit`: all segments of a visit. `visit-move`: its segments get new times. `visit-tidy`: what
 * a moved visit has no use for any more is cancelled. `visit-cancel`: the whole of it is. The last two begin where others
 * turn, with everything booked.
 */
export const SAGA_KINDS = ['booking', 'visit', 'visit-move', 'visit-tidy', 'visit-cancel'] as const;
export type SagaKind = (typeof SAGA_KINDS)[number];

/** What a step books; fixed when the saga begins, but for the attempt and its ref. */
export interface StepPlan {
  appointmentId: string;
  eventTypeId: string;
  ref: string;
  startMs: number;
  endMs: number;
  /** How often it was prepared. */
  attempt: number;
  /**
   * It is not booked anew: this booking is moved, and moved back to where it was when the saga comes to nothing. Its ref
   * stays with it, whereas that of the step names no booking.
   */
  moves?: { uid: string; startMs: number; ref: string };
}

/** What the provider said, or what became of a call: for people, never read by the protocol. */
export interface StepRemark {
  code: string;
  reason?: string;
  providerStatus?: number;
}

/** A saga in the hands of its owner. `state` is what was last written. */
export interface Saga {
  id: string;
  kind: SagaKind;
  companyId: string;
  connectionId: string;
  /** The owner's number; a write that names an older one changes nothing. */
  fence: number;
  state: SagaState;
  plan: StepPlan[];
  input: BookingInput;
  failure?: FrozenFailure;
  /** Which step was refused first. */
  refusedStep?: number;
  correlationId?: string;
  /** By id, as the process that began the saga read them a moment before; whoever took it over reads them anew. */
  eventTypes?: Record<string, EventTypeRecord>;
  /** By step: bookings as this process was told of them. */
  answers: Map<number, ProviderBooking>;
  /** As its caller is answered, once confirmed by this process. */
  confirmed?: unknown;
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
