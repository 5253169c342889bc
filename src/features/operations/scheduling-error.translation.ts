import { ApiError } from '../../foundation/errors/api-error';
import type { ErrorCode } from '../../foundation/errors/error-table';
import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';

/** What a provider's failure means to our caller. Never 401: that would blame the caller's key for the company's. */
const CODES: Record<SchedulingErrorCode, ErrorCode> = {
  SLOT_UNAVAILABLE: 'SLOT_UNAVAILABLE',
  REFUSED: 'BOOKING_REFUSED',
  INVALID_REQUEST: 'VALIDATION_ERROR',
  EVENT_TYPE_NOT_FOUND: 'EVENT_TYPE_NOT_FOUND',
  BOOKING_NOT_FOUND: 'BOOKING_NOT_FOUND',
  NOT_FOUND: 'NOT_FOUND',
  AUTHENTICATION_FAILED: 'PROVIDER_AUTHENTICATION_FAILED',
  RATE_LIMITED: 'RATE_LIMIT_EXCEEDED',
  UNAVAILABLE: 'PROVIDER_UNAVAILABLE',
  NOT_SENT: 'PROVIDER_UNAVAILABLE',
  OUTCOME_UNKNOWN: 'OUTCOME_UNKNOWN',
  UNSUPPORTED: 'NOT_SUPPORTED_BY_PROVIDER',
};

/**
 * Said when it is not known how long: a provider's block lasts a minute, and a provider that is down is looked at every
 * five seconds. Whoever has another code is not told to come back.
 */
const RETRY_AFTER_SECONDS: Partial<Record<SchedulingErrorCode, number>> = {
  RATE_LIMITED: 60,
  UNAVAILABLE: 5,
  NOT_SENT: 1,
};

export function translateSchedulingError(error: unknown): ApiError | undefined {
  if (!(error instanceof SchedulingError)) return undefined;
  const { reason, retryAfterSeconds } = error.details;
  const usual = RETRY_AFTER_SECONDS[error.code];
  return new ApiError(reason === 'SLUG_TAKEN' ? 'CONFLICT' : CODES[error.code], {
    details: reason ? { reason } : {},
    headers: usual === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds ?? usual)) },
    cause: error,
  });
}
