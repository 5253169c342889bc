import { ERROR_TABLE, ErrorCode } from './error-table';

export interface ApiErrorOptions {
  /** For the caller; replaces the table's sentence. Must hold no secret and nothing that a stranger may not know. */
  message?: string;
  details?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** For the log only. */
  cause?: unknown;
}

/** An expected failure with a code of the table. Everything else that is thrown becomes INTERNAL_SERVER_ERROR. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly details: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    options: ApiErrorOptions = {},
  ) {
    super(options.message ?? ERROR_TABLE[code].message, { cause: options.cause });
    this.status = ERROR_TABLE[code].status;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}

/** A field of the request that is wrong, named as the caller wrote it (`attendee.email`). */
export function invalidField(field: string, reason: string): ApiError {
  return new ApiError('VALIDATION_ERROR', { details: { fields: [{ field, reason }] } });
}
