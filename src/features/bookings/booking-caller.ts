import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CalledRequest } from '../../foundation/http/access';
import { invalidField } from '../../foundation/errors/api-error';
import { identityOf } from '../../foundation/idempotency/idempotency-key';
import type { BookingCaller, ChangeCaller } from './booking-command';

/**
 * How a booking request is recognised when it is repeated.
 *
 * @throws ApiError `VALIDATION_ERROR` without an `Idempotency-Key` of 1 to 255 printable ASCII characters.
 */
export const CallerWithKey = createParamDecorator((_: unknown, context: ExecutionContext): BookingCaller => {
  const request = context.switchToHttp().getRequest<CalledRequest>();
  const { idempotencyKey, route, ...identity } = requestIdentity(request);
  const isTrusted = request.caller?.kind === 'secret';
  if (idempotencyKey === undefined) throw invalidField('Idempotency-Key', 'is required as a header');
  return {
    ...identity,
    // A visitor of a page who guesses a key must not meet the company's own requests.
    route: isTrusted ? route : `${route} from a page`,
    idempotencyKey,
    origin: 'api',
    waitMs: patienceOf(request),
    isTrusted,
  };
});

/** Telephone agents repeat a call after ten seconds: by then they have been answered. */
const PATIENCE_DEFAULT_SECONDS = 8;
/** Less than the deadline of a request. */
const PATIENCE_MAX_SECONDS = 20;

/** How long the caller waits for an outcome, milliseconds: `Prefer: wait=n`, n of whole seconds; others are ignored. */
export function patienceOf({ headers }: CalledRequest): number {
  const preferred = /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/i.exec(String(headers.prefer ?? ''))?.[1];
  return Math.min(Number(preferred ?? PATIENCE_DEFAULT_SECONDS), PATIENCE_MAX_SECONDS) * 1000;
}

/** As {@link CallerWithKey}, for routes that work without a key too. */
export const CallerOfChange = createParamDecorator((_: unknown, context: ExecutionContext): ChangeCaller =>
  requestIdentity(context.switchToHttp().getRequest<CalledRequest>()),
);

/** @throws ApiError `VALIDATION_ERROR` for an `Idempotency-Key` that cannot be one. */
export function requestIdentity(request: CalledRequest): ChangeCaller {
  return { ...identityOf(request), correlationId: String(request.id) };
}
