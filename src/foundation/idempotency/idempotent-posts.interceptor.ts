import { randomUUID } from 'node:crypto';
import { CallHandler, ExecutionContext, Inject, Injectable, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { lastValueFrom, type Observable, of } from 'rxjs';
import type { ApiError } from '../errors/api-error';
import type { CalledRequest } from '../http/access';
import { ERROR_TRANSLATIONS, type ErrorTranslation, toApiError } from '../http/exception.filter';
import { type Claim, IdempotencyKeys, type KeptAnswer } from './idempotency-keys.service';
import { identityOf } from './idempotency-key';
import type { IdempotentRequest } from './idempotency.repository';
import { OWN_IDEMPOTENCY } from './own-idempotency';
import { freeze, isFinal, isInvalid, type PostAnswer, thaw } from './post-answer';

/** More than the 25 s after which every request is given up, and its last writes with it. */
const LOCK_SECONDS = 60;

/**
 * Lets every POST of the operator and of secret keys take an `Idempotency-Key`. The first answer that is final is given
 * again to each repeat, whatever has changed since. One that is not (5xx, 429, or with `Retry-After`) is forgotten, and
 * so is the request whose process died: its repeat runs once more.
 */
@Injectable()
export class IdempotentPosts implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: IdempotencyKeys,
    @Inject(ERROR_TRANSLATIONS) private readonly translations: ErrorTranslation[],
    private readonly logger: PinoLogger,
  ) {}

  /** @throws ApiError `VALIDATION_ERROR`, `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_KEY_IN_USE`, or the failure replayed. */
  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const request = this.requestOf(context);
    if (!request) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const claim = await this.keys.claim(request, { resourceId: randomUUID(), seconds: LOCK_SECONDS });
    return of('content' in claim ? replay(reply, claim) : await this.run(claim, reply, next));
  }

  /** Undefined = nothing to be repeated by us. */
  private requestOf(context: ExecutionContext): IdempotentRequest | undefined {
    const called = context.switchToHttp().getRequest<CalledRequest>();
    if (called.method !== 'POST') return undefined;
    if (this.reflector.getAllAndOverride(OWN_IDEMPOTENCY, [context.getHandler(), context.getClass()])) return undefined;
    const { idempotencyKey: key, route, fingerprint } = identityOf(called);
    if (key === undefined) return undefined;
    const { caller } = called;
    // Everybody can read a publishable key from a page, and would get the answers of others.
    if (caller?.kind !== 'admin' && caller?.kind !== 'secret') throw new Error(`${route} needs @OwnIdempotency()`);
    return { companyId: caller.companyId, route, key, fingerprint };
  }

  private async run(claim: Claim, reply: FastifyReply, next: CallHandler<unknown>): Promise<unknown> {
    let body: unknown;
    try {
      body = await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (thrown) {
      await this.tell(this.fail(claim, toApiError(thrown, this.translations)));
      throw thrown;
    }
    await this.tell(this.keep(claim, reply.statusCode, { body }));
    return body;
  }

  private async fail(claim: Claim, error: ApiError): Promise<void> {
    if (isInvalid(error)) return this.keys.withdraw(claim);
    if (isFinal(error)) return this.keep(claim, error.status, { failure: freeze(error) });
    return this.keys.release(claim);
  }

  private keep(claim: Claim, status: number, content: PostAnswer): Promise<void> {
    return this.keys.finish(claim, { status, content });
  }

  /** What was done is answered even if it cannot be kept: an error would only make the caller repeat it. */
  private async tell(keeping: Promise<void>): Promise<void> {
    await keeping.catch((err: unknown) => this.logger.warn({ err }, 'answer not kept for its idempotency key'));
  }
}

function replay(reply: FastifyReply, { status, content }: KeptAnswer): unknown {
  const { body, failure } = content as PostAnswer;
  reply.header('idempotency-replayed', 'true');
  if (failure) throw thaw(failure);
  reply.status(status);
  return body;
}
