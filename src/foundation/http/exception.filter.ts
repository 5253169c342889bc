import { ArgumentsHost, Catch, ExceptionFilter, HttpException, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { ApiError } from '../errors/api-error';
import { errorBody } from '../errors/error-body';
import type { ErrorCode } from '../errors/error-table';
import { Clock } from '../time/clock';

/** Turns an expected failure of another room into one of the table; undefined = not mine. */
export type ErrorTranslation = (error: unknown) => ApiError | undefined;
export const ERROR_TRANSLATIONS = Symbol('error translations');

/** What the framework throws by itself, by status. Its messages repeat the caller's URL: replaced by ours. */
const BY_STATUS: Record<number, ErrorCode> = {
  400: 'VALIDATION_ERROR',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'VALIDATION_ERROR',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMIT_EXCEEDED',
  431: 'VALIDATION_ERROR',
};

/** The last door of every request that failed: one body shape, one table, nothing of the inside. */
@Catch()
@Injectable()
export class AnyExceptionFilter implements ExceptionFilter {
  constructor(
    @Inject(ERROR_TRANSLATIONS) private readonly translations: ErrorTranslation[],
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toApiError(thrown, this.translations);
    if (error.status >= 500) this.logger.error({ err: error.cause ?? thrown, code: error.code }, 'request failed');
    if (reply.sent) return;
    void reply
      .headers(error.headers)
      .status(error.status)
      .send(errorBody(error, String(request.id), this.clock.now()));
  }
}

/** What a caller is told of anything that was thrown. */
export function toApiError(thrown: unknown, translations: ErrorTranslation[]): ApiError {
  if (thrown instanceof ApiError) return thrown;
  for (const translation of translations) {
    const error = translation(thrown);
    if (error) return error;
  }
  return fromFramework(thrown) ?? new ApiError('INTERNAL_SERVER_ERROR', { cause: thrown });
}

function fromFramework(thrown: unknown): ApiError | undefined {
  const status = thrown instanceof HttpException ? thrown.getStatus() : fastifyStatus(thrown);
  const code = status === undefined ? undefined : BY_STATUS[status];
  return code && new ApiError(code, { cause: thrown });
}

function fastifyStatus(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}
