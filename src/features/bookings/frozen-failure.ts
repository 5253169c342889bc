import { ApiError } from '../../foundation/errors/api-error';
import type { ErrorCode } from '../../foundation/errors/error-table';
import {
  SchedulingError,
  type SchedulingErrorCode,
  type SchedulingErrorDetails,
} from '../../scheduling/scheduling-error';

/** A failure as it is stored with its idempotency key: codes and details, never a provider's words. */
export type FrozenFailure =
  | { kind: 'api'; code: ErrorCode; details: Record<string, unknown> }
  | { kind: 'scheduling'; code: SchedulingErrorCode; details: SchedulingErrorDetails };

/** Refusals: nothing happened at the provider, and asking again gives the same answer. */
const FINAL: ReadonlySet<SchedulingErrorCode> = new Set<SchedulingErrorCode>([
  'SLOT_UNAVAILABLE',
  'REFUSED',
  'INVALID_REQUEST',
  'EVENT_TYPE_NOT_FOUND',
  'BOOKING_NOT_FOUND',
  'NOT_FOUND',
  'UNSUPPORTED',
]);

/** The form of a failure that may be repeated as the answer; undefined for one that can pass by itself. */
export function freezeFailure(error: unknown): FrozenFailure | undefined {
  if (error instanceof SchedulingError && FINAL.has(error.code)) {
    // The successor's uid is a bearer secret and nobody needs it again.
    const { reason, providerStatus } = error.details;
    return { kind: 'scheduling', code: error.code, details: { reason, providerStatus } };
  }
  // An answer that says when to come back is not the last one.
  if (error instanceof ApiError && error.status < 500 && !('retry-after' in error.headers)) {
    return { kind: 'api', code: error.code, details: error.details };
  }
  return undefined;
}

/** Whether asking again would bring the same. */
export function isFinal(failure: FrozenFailure): boolean {
  return failure.kind === 'scheduling' ? FINAL.has(failure.code) : failure.code !== 'PROVIDER_UNAVAILABLE';
}

export function thawFailure(failure: FrozenFailure): Error {
  if (failure.kind === 'api') return new ApiError(failure.code, { details: failure.details });
  return new SchedulingError(failure.code, 'replayed', failure.details);
}

/** It is over, but something of it may still take effect and be undone: the request should not be made anew before. */
export function unsettled(failure: FrozenFailure, seconds: number): Error {
  if (isFinal(failure)) return thawFailure(failure);
  const details = failure.kind === 'api' ? failure.details : { reason: 'NOT_BOOKED' };
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(seconds))) };
  return new ApiError('PROVIDER_UNAVAILABLE', { details, headers });
}
