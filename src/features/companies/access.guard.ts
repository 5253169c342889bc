import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Reflector } from '@nestjs/core';
import type { AppConfig } from '../../foundation/config/app-config';
import { ApiError, invalidField } from '../../foundation/errors/api-error';
import { type Access, ACCESS_KEY, type CalledRequest, type Caller, unauthorized } from '../../foundation/http/access';
import { Quotas } from '../../foundation/http/quotas';
import { keyOf, mayCall, namedCompany } from './access-rules';
import { Callers, type KnownCaller } from './callers';

/**
 * Decides for every route who may call it. A route that states nothing is closed for everybody. Every 401 is the same,
 * whatever its cause.
 *
 * Routes for `anyone` turn nobody away: a right key is recognised there, a wrong one counts as none.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly defaultCompany: string | undefined;

  constructor(
    private readonly reflector: Reflector,
    private readonly callers: Callers,
    private readonly quotas: Quotas,
    config: ConfigService<AppConfig, true>,
  ) {
    this.defaultCompany = config.get('compatDefaultCompany', { infer: true });
  }

  /** @throws ApiError UNAUTHORIZED, FORBIDDEN, RATE_LIMIT_EXCEEDED, or VALIDATION_ERROR for a request that names a company itself. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access[] | undefined>(ACCESS_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!access?.length) throw new ApiError('FORBIDDEN');
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const caller = await this.callerOf(request, access);
    if (caller) request.caller = caller;
    if (caller && !access.includes('anyone')) this.quotas.count(caller, request.ip);
    if (caller?.companyId) refuseNamedCompany(request);
    return true;
  }

  /** Undefined = a stranger, who is welcome. */
  private async callerOf(request: CalledRequest, access: Access[]): Promise<Caller | undefined> {
    const { authorization, origin } = request.headers;
    if (access.includes('anyone')) return this.recognised(authorization);
    if (authorization === undefined && access.includes('compatibility') && this.defaultCompany) {
      return { kind: 'compatibility', companyId: this.defaultCompany };
    }
    const known = await this.owner(authorization);
    if (!known) throw unauthorized();
    if (!mayCall(known, access, origin)) throw new ApiError('FORBIDDEN');
    return toCaller(known);
  }

  private async recognised(authorization: string | undefined): Promise<Caller | undefined> {
    try {
      const known = await this.owner(authorization);
      return known && toCaller(known);
    } catch {
      // Whether the process lives must be answered without a database.
      return undefined;
    }
  }

  private async owner(authorization: string | undefined): Promise<KnownCaller | undefined> {
    const key = keyOf(authorization);
    return key === undefined ? undefined : this.callers.find(key);
  }
}

function toCaller({ origins: _, ...caller }: KnownCaller): Caller {
  return caller;
}

function refuseNamedCompany(request: CalledRequest): void {
  const found = namedCompany(request);
  if (found !== undefined) throw invalidField(found, 'is not a known property');
}
