import { type FrozenFailure, NOT_BOOKED, type Saga, type StepFacts } from '../bookings/saga/sagas.service';
import type { Visit, VisitFailure } from './visit';

/** Why a saga of this visit came to nothing, and at which segment. */
export function failureOf({ failure, refusedStep, plan }: Saga, { segments }: Pick<Visit, 'segments'>): VisitFailure {
  const bookingId = refusedStep === undefined ? undefined : plan[refusedStep]?.appointmentId;
  const index = segments.findIndex((segment) => segment.bookingId === bookingId);
  const refused = segments[index];
  return {
    failure: failure ?? NOT_BOOKED,
    ...(refused ? { segment: { index, segmentId: refused.segmentId, name: refused.name } } : {}),
  };
}

/** What callers are told: what is refused because of one segment names it. */
export function storedFailure({ failure, segment }: VisitFailure): FrozenFailure {
  if (!segment) return failure;
  if (failure.kind === 'api') return { ...failure, details: { ...failure.details, segment } };
  const { reason } = failure.details;
  const details = { ...(reason === undefined ? {} : { reason }), segment };
  if (failure.code === 'SLOT_UNAVAILABLE') return { kind: 'api', code: 'SLOT_UNAVAILABLE', details };
  if (failure.code === 'REFUSED') return { kind: 'api', code: 'BOOKING_REFUSED', details };
  return failure;
}

/** What is in doubt, and only a person can settle: the first of it. */
export function stuckFailure(steps: StepFacts[], { segments }: Pick<Visit, 'segments'>): VisitFailure {
  const stuck = steps.find(({ status }) => status === 'stuck');
  const index = segments.findIndex(({ bookingId }) => bookingId === stuck?.appointmentId);
  const segment = segments[index];
  const { reason } = stuck?.lastError ?? {};
  const details = { reason: 'NEEDS_ATTENTION', ...(reason === undefined ? {} : { providerReason: reason }) };
  return {
    failure: { kind: 'api', code: 'BOOKING_REFUSED', details },
    ...(segment ? { segment: { index, segmentId: segment.segmentId, name: segment.name } } : {}),
  };
}
