import { invalidField } from '../errors/api-error';
import { UUID } from './uuid-param';

/** A place in a list: the last row's sort value and id. Opaque to callers, so that it may change. */
export interface Cursor {
  at: string;
  id: string;
}

export interface Page<T> {
  data: T[];
  /** Undefined on the last page. */
  nextCursor?: string;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString('base64url');
}

/** @throws ApiError VALIDATION_ERROR for anything that {@link encodeCursor} did not make. */
export function decodeCursor(text: string): Cursor {
  try {
    const [at, id, ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const valid =
      typeof at === 'string' && /^[12]\d{3}-/.test(at) && new Date(at).toISOString() === at && typeof id === 'string';
    if (valid && UUID.test(id) && rest.length === 0) return { at, id };
  } catch {
    // falls through to the one answer for all faults
  }
  throw invalidField('cursor', 'is not a cursor of this list');
}

/** Cuts one row more than asked for into a page and the cursor of the next one. */
export function pageOf<Row, T>(
  rows: Row[],
  limit: number,
  cursor: (row: Row) => Cursor,
  view: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: shown.map(view), ...(more ? { nextCursor: encodeCursor(cursor(last)) } : {}) };
}
