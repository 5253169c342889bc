import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { randomSecret, sha256 } from '../../foundation/crypto/digests';
import { ApiError } from '../../foundation/errors/api-error';
import type { ApiKeyKind, ApiKeyRow } from './api-key.entity';
import { ApiKeysRepository } from './api-keys.repository';
import { AuditLog, type Author } from './audit-log.repository';
import { CompaniesService } from './companies.service';

const PREFIX: Record<ApiKeyKind, string> = { secret: 'sk_', publishable: 'pk_' };
/** Enough to tell keys apart; 24 of 256 bits, so of no use for guessing. */
const HINT_LENGTH = 4;

export interface ApiKeyWish {
  kind: ApiKeyKind;
  name: string;
  /** Pages that may use a publishable key. */
  origins?: string[];
}

/** Issues and revokes the keys that companies call us with. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly rows: ApiKeysRepository,
    private readonly companies: CompaniesService,
    private readonly audit: AuditLog,
  ) {}

  /** `key` is shown this once: only its hash is kept. @throws ApiError NOT_FOUND when there is no such company. */
  async issue(companyId: string, wish: ApiKeyWish, author: Author): Promise<{ key: string; row: ApiKeyRow }> {
    await this.companies.get(companyId);
    const id = randomUUID();
    const key = PREFIX[wish.kind] + randomSecret();
    const { kind, name, origins = [] } = wish;
    const row = await this.rows.transaction(async (manager) => {
      await this.audit.record(manager, author, { companyId, action: 'key.created', subjectId: id });
      const hint = key.slice(-HINT_LENGTH);
      return this.rows.insert(manager, { id, companyId, kind, name, origins, hash: sha256(key), hint });
    });
    return { key, row };
  }

  /** Oldest first, revoked ones included. @throws ApiError NOT_FOUND when there is no such company. */
  async list(companyId: string): Promise<ApiKeyRow[]> {
    await this.companies.get(companyId);
    return this.rows.list(companyId);
  }

  /** Takes effect on every replica within a second. Revoking again changes nothing. @throws ApiError NOT_FOUND */
  async revoke(companyId: string, id: string, author: Author): Promise<void> {
    await this.rows.transaction(async (manager) => {
      if (!(await this.rows.revoke(manager, companyId, id))) return;
      await this.audit.record(manager, author, { companyId, action: 'key.revoked', subjectId: id });
    });
    if (!(await this.rows.exists(companyId, id))) throw new ApiError('NOT_FOUND');
  }
}
