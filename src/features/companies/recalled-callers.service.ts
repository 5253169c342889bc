import { Injectable } from '@nestjs/common';
import type { Access, CalledRequest, Caller } from '../../foundation/http/access';
import { keyOf, mayCall, namedCompany } from './access-rules';
import { Callers } from './callers';

/** The guard's verdict where it needs nothing but its memory, by the guard's own rules. */
@Injectable()
export class RecalledCallers {
  constructor(private readonly callers: Callers) {}

  /**
   * Who calls. Undefined when the guard would look the key up, or would refuse the request: then it is the guard's to
   * decide. Quotas are not counted here.
   */
  find(request: Pick<CalledRequest, 'query' | 'headers'>, access: readonly Access[]): Caller | undefined {
    const { authorization, origin } = request.headers;
    const key = keyOf(authorization);
    const known = key === undefined ? undefined : this.callers.recall(key);
    return known && mayCall(known, access, origin) && namedCompany(request) === undefined ? known : undefined;
  }
}
