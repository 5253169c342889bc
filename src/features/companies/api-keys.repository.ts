import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, IsNull, Repository } from 'typeorm';
import { ApiKeyRow } from './api-key.entity';

export type NewApiKey = Omit<ApiKeyRow, 'createdAt' | 'revokedAt'>;

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKeyRow) private readonly rows: Repository<ApiKeyRow>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.rows.manager.transaction(work);
  }

  async insert(manager: EntityManager, key: NewApiKey): Promise<ApiKeyRow> {
    await manager.insert(ApiKeyRow, key);
    return manager.findOneByOrFail(ApiKeyRow, { id: key.id });
  }

  /** Oldest first, revoked ones included. */
  async list(companyId: string): Promise<ApiKeyRow[]> {
    return this.rows.find({ where: { companyId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** The key with this hash, unless it was revoked. */
  async findActive(hash: string): Promise<ApiKeyRow | undefined> {
    return (await this.rows.findOneBy({ hash, revokedAt: IsNull() })) ?? undefined;
  }

  async exists(companyId: string, id: string): Promise<boolean> {
    return this.rows.existsBy({ companyId, id });
  }

  /** @returns whether it was active until now. */
  async revoke(manager: EntityManager, companyId: string, id: string): Promise<boolean> {
    const active = { companyId, id, revokedAt: IsNull() };
    return (await manager.update(ApiKeyRow, active, { revokedAt: () => 'now()' })).affected === 1;
  }

  async isOriginListed(origin: string): Promise<boolean> {
    const rows = await this.rows.query<unknown[]>(
      'select 1 from api_keys where origins @> array[$1::text] and revoked_at is null limit 1',
      [origin],
    );
    return rows.length > 0;
  }
}
