import { randomUUID } from 'node:crypto';

export const CORRELATION_HEADER = 'x-correlation-id';
const PRINTABLE = /^[\x21-\x7e]{1,128}$/;

/** The caller's id when it is printable and at most 128 characters, else one of our own. */
export function correlationId(header: string | string[] | undefined): string {
  return typeof header === 'string' && PRINTABLE.test(header) ? header : randomUUID();
}
