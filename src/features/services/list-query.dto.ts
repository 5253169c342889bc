import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';
import { type Cursor, decodeCursor } from '../../foundation/http/cursor';
import { IsPageSize } from '../../foundation/http/validation';

const PAGE_SIZE_DEFAULT = 50;

/** May be left out, but not null: null is a value, and no field has it. */
export const MayBeAbsent = () => ValidateIf((_: object, value: unknown) => value !== undefined);

/** Which page of a list, oldest first. */
export class ListQueryDto {
  @ApiPropertyOptional({ description: 'Size of a page, 1 to 100.', default: '50' })
  @MayBeAbsent()
  @IsPageSize()
  limit?: string;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before; opaque.' })
  @MayBeAbsent()
  @MaxLength(200)
  @IsString()
  cursor?: string;
}

/** @throws ApiError `VALIDATION_ERROR` for a cursor that we did not make. */
export function askedPage({ limit, cursor }: ListQueryDto): { limit: number; after?: Cursor } {
  const size = Number(limit ?? PAGE_SIZE_DEFAULT);
  return { limit: size, ...(cursor === undefined ? {} : { after: decodeCursor(cursor) }) };
}

export function cursorOf({ createdAt, id }: { createdAt: Date; id: string }): Cursor {
  return { at: createdAt.toISOString(), id };
}
