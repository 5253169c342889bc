import { sha256 } from '../crypto/digests';
import { invalidField } from '../errors/api-error';
import type { CalledRequest } from '../http/access';
import { canonicalJson } from './canonical-json';

const HEADER = 'idempotency-key';
const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** By what a repeat of a request is recognised. */
export interface RequestIdentity {
  /** Method and path. */
  route: string;
  /** sha256 of path, query and body, however the body's keys are ordered. */
  fingerprint: string;
  /** Absent without an `Idempotency-Key`. */
  idempotencyKey?: string;
}

/** @throws ApiError `VALIDATION_ERROR` for an `Idempotency-Key` that cannot be one. */
export function identityOf(request: CalledRequest): RequestIdentity {
  const [path = '', query = ''] = request.url.split('?', 2);
  return {
    route: `${request.method} ${path.toLowerCase()}`,
    fingerprint: sha256(`${path}\n${query}\n${canonicalJson(request.body ?? {})}`),
    idempotencyKey: idempotencyKeyOf(request),
  };
}

function idempotencyKeyOf(request: CalledRequest): string | undefined {
  const key = request.headers[HEADER];
  if (key === undefined) return undefined;
  // Node joins repeated headers with a comma, which would make one key of two.
  const sent = request.raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === HEADER);
  if (typeof key === 'string' && PRINTABLE.test(key) && sent.length === 1) return key;
  throw invalidField('Idempotency-Key', 'must be sent once, with 1 to 255 printable ASCII characters');
}
