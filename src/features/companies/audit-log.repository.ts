import { createParamDecorator, ExecutionContext, Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import type { CalledRequest } from '../../foundation/http/access';

/** Who changes something, and in which request. */
export interface Author {
  name: string;
  correlationId: string | null;
}

/** Changes that the service makes by itself. */
export const SYSTEM: Author = { name: 'system', correlationId: null };

/** The caller of this request, as the audit log names him. */
export const ChangedBy = createParamDecorator((_: unknown, context: ExecutionContext): Author => {
  const request = context.switchToHttp().getRequest<CalledRequest>();
  const { caller } = request;
  const name = caller?.keyId ? `key:${caller.keyId}` : (caller?.kind ?? 'unknown');
  return { name, correlationId: String(request.id) };
});

export type AuditAction =
  | 'company.created'
  | 'company.changed'
  | 'company.deleted'
  | 'connection.saved'
  | 'connection.verified'
  | 'connection.credential_refused'
  | 'connection.deleted'
  | 'key.created'
  | 'key.revoked';

/** What changed, by whom. Holds ids only: it outlives the company, and whoever reads it must learn no secret. */
@Injectable()
export class AuditLog {
  /** Within the caller's transaction, so that there is no change without its entry and no entry without a change. */
  async record(
    manager: EntityManager,
    author: Author,
    entry: { companyId: string; action: AuditAction; subjectId: string },
  ): Promise<void> {
    await manager.query(
      'insert into audit_log (company_id, actor, action, subject_id, correlation_id) values ($1, $2, $3, $4, $5)',
      [entry.companyId, author.name, entry.action, entry.subjectId, author.correlationId],
    );
  }
}
