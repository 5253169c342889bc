import { Injectable, PipeTransform } from '@nestjs/common';
import { ApiError } from '../errors/api-error';
import type { ErrorCode } from '../errors/error-table';

/** An id of ours as Postgres reads it. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id of ours in a path. Anything that cannot be one is not found, exactly like an id that does not exist. */
@Injectable()
export class UuidParam implements PipeTransform<string, string> {
  constructor(private readonly code: ErrorCode = 'NOT_FOUND') {}

  transform(value: string): string {
    if (!UUID.test(value)) throw new ApiError(this.code);
    return value.toLowerCase();
  }
}
