import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IsPageSize, MayBeAbsent } from './validation';

/** Longer than any cursor that we make. */
const CURSOR_MAX = 200;

/** Which page of a list, for a DTO to extend. @param size of a page when the caller names none. */
export function pageQuery(size: number) {
  class PageQuery {
    @ApiPropertyOptional({ type: String, description: 'Size of a page, 1 to 100.', default: String(size) })
    @MayBeAbsent()
    @IsPageSize()
    limit?: string;

    @ApiPropertyOptional({ type: String, description: '`nextCursor` of the page before; opaque.' })
    @MayBeAbsent()
    @MaxLength(CURSOR_MAX)
    @IsString()
    cursor?: string;
  }
  return PageQuery;
}
