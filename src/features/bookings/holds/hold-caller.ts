import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { sha256 } from '../../../foundation/crypto/digests';
import { ApiError } from '../../../foundation/errors/api-error';
import type { CalledRequest } from '../../../foundation/http/access';
import { networkOf } from '../../../foundation/http/network-of';
import type { IdempotentRequest } from '../../../foundation/idempotency/idempotency.repository';
import { requestIdentity } from '../booking-caller';

/** A person needs one at a time, and another while going back and forth between two times. */
const OPEN_MAX_PUBLISHABLE = 3;
/** Telephone agents: far above what one company's callers hold at once, low enough to find a program that forgets. */
const OPEN_MAX_SECRET = 100;
const HOLD_TOKEN = 'hold-token';

/** Who makes, sees or ends a hold. */
export interface HoldCaller {
  companyId: string;
  correlationId: string;
  /** A secret key of the company: it needs no token. */
  isTrusted: boolean;
  token?: string;
  /** Among whose open holds a new one counts, and how many they may be. */
  holder: string;
  openMax: number;
  /** By which a repeat of the request is recognised; absent without an `Idempotency-Key`. */
  request?: IdempotentRequest;
}

/** @throws ApiError `VALIDATION_ERROR` for an `Idempotency-Key` that cannot be one. */
export const CallerOfHold = createParamDecorator((_: unknown, context: ExecutionContext): HoldCaller => {
  const called = context.switchToHttp().getRequest<CalledRequest>();
  const { caller, headers, id, ip } = called;
  if (!caller?.companyId) throw new ApiError('FORBIDDEN');
  const { companyId, kind, keyId = '' } = caller;
  const isTrusted = kind === 'secret';
  // The address itself is nothing to keep.
  const holder = isTrusted ? 'secret' : sha256(`${keyId} ${networkOf(ip)}`);
  const token = headers[HOLD_TOKEN];
  const request = repeatable(called, companyId, holder);
  return {
    companyId,
    correlationId: String(id),
    isTrusted,
    holder,
    openMax: isTrusted ? OPEN_MAX_SECRET : OPEN_MAX_PUBLISHABLE,
    ...(typeof token === 'string' ? { token } : {}),
    ...(request ? { request } : {}),
  };
});

/** Keys of one holder are no keys of another: the answer has the token. */
function repeatable(called: CalledRequest, companyId: string, holder: string): IdempotentRequest | undefined {
  const { idempotencyKey: key, route, fingerprint } = requestIdentity(called);
  return key === undefined ? undefined : { companyId, route: `${route} ${holder}`, key, fingerprint };
}
