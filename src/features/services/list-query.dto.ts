import { type Cursor, decodeCursor } from '../../foundation/http/cursor';
import { pageQuery } from '../../foundation/http/page-query.dto';

const PAGE_SIZE_DEFAULT = 50;

/** Which page of a list, oldest first. */
export class ListQueryDto extends pageQuery(PAGE_SIZE_DEFAULT) {}

/** @throws ApiError `VALIDATION_ERROR` for a cursor that we did not make. */
export function askedPage({ limit, cursor }: ListQueryDto): { limit: number; after?: Cursor } {
  const size = Number(limit ?? PAGE_SIZE_DEFAULT);
  return { limit: size, ...(cursor === undefined ? {} : { after: decodeCursor(cursor) }) };
}

export function cursorOf({ createdAt, id }: { createdAt: Date; id: string }): Cursor {
  return { at: createdAt.toISOString(), id };
}
