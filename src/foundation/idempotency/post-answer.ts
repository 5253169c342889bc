import { ApiError } from '../errors/api-error';
import type { ErrorCode } from '../errors/error-table';

/** An answer as it is kept with a key: what the handler gave, or how it failed. */
export interface PostAnswer {
  /** Absent also when the handler gave nothing. */
  body?: unknown;
  failure?: FrozenError;
}

interface FrozenError {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
  headers: Record<string, string>;
}

/** Whether a request asked for nothing that could be done: a caller who corrects it may keep the key. */
export function isInvalid({ status }: ApiError): boolean {
  return status === 400;
}

/** Whether a repeat is to be answered the same. An answer that says when to come back is not the last one. */
export function isFinal({ status, headers }: ApiError): boolean {
  return status < 500 && status !== 429 && !('retry-after' in headers);
}

export function freeze({ code, message, details, headers }: ApiError): FrozenError {
  return { code, message, details, headers };
}

export function thaw({ code, ...options }: FrozenError): ApiError {
  return new ApiError(code, options);
}
