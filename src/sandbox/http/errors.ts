export type Json = Record<string, unknown>;

export const INTERNAL_ERROR = 'Internal server error';

const CLASS_NAMES: Record<number, [code: string, label: string]> = {
  400: ['BadRequestException', 'Bad Request'],
  401: ['UnauthorizedException', 'Unauthorized'],
  403: ['ForbiddenException', 'Forbidden'],
  404: ['NotFoundException', 'Not Found'],
  409: ['ConflictException', 'Conflict'],
  422: ['UnprocessableEntityException', 'Unprocessable Entity'],
};

/** An error answer. `body` gets the request's path, because only the envelope shapes repeat it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: (path: string, timestamp: string) => Json,
    message = `answer ${status}`,
  ) {
    super(message);
  }
}

function envelope(status: number, error: Json): ApiError {
  return new ApiError(
    status,
    (path, timestamp) => ({ status: 'error', timestamp, path, error }),
    String(error.message),
  );
}

/** The usual shape: class name as code, message, and the same message again in details. */
export function nestError(status: number, message: string): ApiError {
  const [code, error] = CLASS_NAMES[status] ?? ['HttpException', 'Error'];
  return envelope(status, { code, message, details: { message, error, statusCode: status } });
}

export const badRequest = (message: string): ApiError => nestError(400, message);
export const notFound = (message: string): ApiError => nestError(404, message);
export const forbidden = (message: string): ApiError => nestError(403, message);

/** Envelope without details, as tRPC, Zod and database errors come out. */
export function codedError(status: number, code: string, message: string): ApiError {
  return envelope(status, { code, message });
}

/** What the global validation pipe answers: the reasons are only in `details.errors`. */
export function validationError(errors: Json[]): ApiError {
  return envelope(400, { code: 'BadRequestException', message: 'Bad Request Exception', details: { errors } });
}

/** The rate limiter's own shape: `details` is a string. */
export function tooManyRequests(): ApiError {
  const message = 'CustomThrottlerGuard - Too many requests. Please try again later.';
  return envelope(429, { code: 'ThrottlerException', message, details: message });
}

/** Bare `{statusCode, message}`. */
export function flatError(status: number, message: string): ApiError {
  return new ApiError(status, () => ({ statusCode: status, message }), message);
}
