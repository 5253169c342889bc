import { applyDecorators, createParamDecorator, ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../errors/api-error';

/** Who may call a route. `anyone` is for health, documentation and receivers that verify their own signature. */
export type Access = 'admin' | 'secret' | 'publishable' | 'anyone' | 'compatibility';
export const ACCESS_KEY = 'slotbridge:access';

/** States who may call, to the guard and in the OpenAPI document (`x-access`). A handler without it is refused for everybody: deny unless allowed. */
export const AllowAccess = (...access: Access[]) =>
  applyDecorators(SetMetadata(ACCESS_KEY, access), ApiExtension('x-access', access));

/** Who calls, decided by the guard from the key alone. */
export interface Caller {
  kind: 'admin' | 'secret' | 'publishable' | 'compatibility';
  /** Empty for the admin. */
  companyId: string;
  keyId?: string;
}

export interface CalledRequest extends FastifyRequest {
  caller?: Caller;
  rawBody?: Buffer;
}

/** The caller of a route that needs a company. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CalledRequest>();
  if (!caller) throw new ApiError('UNAUTHORIZED');
  return caller;
});

/** The company that the caller's key belongs to. Every query of a feature is scoped with it. */
export const CompanyId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const companyId = context.switchToHttp().getRequest<CalledRequest>().caller?.companyId;
  if (!companyId) throw new ApiError('FORBIDDEN');
  return companyId;
});

/** One answer for every cause of 401, so that it tells nothing about keys. */
export function unauthorized(): ApiError {
  return new ApiError('UNAUTHORIZED', { headers: { 'www-authenticate': 'Bearer realm="slotbridge"' } });
}
