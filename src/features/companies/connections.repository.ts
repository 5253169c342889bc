import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, IsNull, QueryFailedError, Repository } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { ConnectionRow } from './connection.entity';

/** What a verification found out, and what was verified. */
export type VerifiedFields = Pick<
  ConnectionRow,
  | 'provider'
  | 'baseUrl'
  | 'sealedCredential'
  | 'sharedEventTypeIds'
  | 'settings'
  | 'capabilities'
  | 'accountId'
  | 'accountTimeZone'
>;
type SealedColumn = 'sealedCredential' | 'sealedWebhookSecret';

const FOREIGN_KEY_VIOLATION = '23503';

@Injectable()
export class ConnectionsRepository {
  constructor(@InjectRepository(ConnectionRow) private readonly rows: Repository<ConnectionRow>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.rows.manager.transaction(work);
  }

  async find(id: string): Promise<ConnectionRow | undefined> {
    return (await this.rows.findOneBy({ id })) ?? undefined;
  }

  async ofCompany(companyId: string): Promise<ConnectionRow | undefined> {
    return (await this.rows.findOneBy({ companyId })) ?? undefined;
  }

  /** Of all companies, oldest first. */
  async all(): Promise<ConnectionRow[]> {
    return this.rows.find({ order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /**
   * The company's connection, locked until the transaction ends: two changes at once would undo each other.
   *
   * @throws ApiError NOT_FOUND when there is no such company.
   */
  async lock(manager: EntityManager, companyId: string): Promise<ConnectionRow | undefined> {
    // The company's row stands in for a connection that does not exist yet.
    const company = await manager.query<unknown[]>('select 1 from companies where id = $1 for no key update', [
      companyId,
    ]);
    if (company.length === 0) throw new ApiError('NOT_FOUND');
    return (await manager.findOneBy(ConnectionRow, { companyId })) ?? undefined;
  }

  async insertVerified(manager: EntityManager, id: string, companyId: string, fields: VerifiedFields): Promise<void> {
    await manager.insert(ConnectionRow, { id, companyId, status: 'verified', verifiedAt: () => 'now()', ...fields });
  }

  async updateVerified(manager: EntityManager, id: string, fields: Partial<VerifiedFields>): Promise<void> {
    const now = () => 'now()';
    const state = { status: 'verified' as const, verifiedAt: now, credentialRefusedAt: null, updatedAt: now };
    await manager.update(ConnectionRow, { id }, { ...fields, ...state });
  }

  /** Remembers the moment each time. @returns the connection when this is news. */
  async markRefused(manager: EntityManager, id: string): Promise<ConnectionRow | undefined> {
    const before = await manager.findOne(ConnectionRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!before) return undefined;
    const change = { status: 'credential_refused' as const, credentialRefusedAt: () => 'now()' };
    await manager.update(ConnectionRow, { id }, change);
    return before.status === 'credential_refused' ? undefined : before;
  }

  /** Milliseconds since the credential was last refused, by the database's clock; undefined = it was not. */
  async msSinceRefusal(id: string): Promise<number | undefined> {
    const rows = await this.rows.query<{ ms: number }[]>(
      `select extract(epoch from now() - credential_refused_at)::float8 * 1000 as ms
       from connections where id = $1 and status = 'credential_refused' and credential_refused_at is not null`,
      [id],
    );
    return rows[0]?.ms;
  }

  /** Replaces the secret that was read, unless another registration at the same time was first: then its secret stays. */
  async saveWebhookSecret(row: ConnectionRow, sealedWebhookSecret: string): Promise<void> {
    const asRead = row.sealedWebhookSecret ?? IsNull();
    await this.rows.update({ id: row.id, sealedWebhookSecret: asRead }, { sealedWebhookSecret });
  }

  async saveWebhookRegistered(id: string, webhookProviderId: string): Promise<void> {
    await this.rows.update({ id }, { webhookProviderId, webhookRegisteredAt: () => 'now()', webhookError: null });
  }

  /** Whatever was registered before can no longer be relied on. */
  async saveWebhookFailed(id: string, webhookError: string): Promise<void> {
    await this.rows.update({ id }, { webhookError, webhookRegisteredAt: null });
  }

  /** Writes a secret sealed anew, unless somebody changed it meanwhile. */
  async reseal(id: string, column: SealedColumn, from: string, to: string): Promise<void> {
    await this.rows.update({ id, [column]: from }, { [column]: to });
  }

  /**
   * Deletes a connection with the mirror and the inbox that hang on it.
   *
   * @throws ApiError CONFLICT `HAS_APPOINTMENTS`: what was booked through it can be managed through it alone.
   */
  async remove(manager: EntityManager, companyId: string, id: string): Promise<void> {
    try {
      await manager.delete(ConnectionRow, { companyId, id });
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new ApiError('CONFLICT', { details: { reason: 'HAS_APPOINTMENTS' }, cause: error });
    }
  }
}

function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === FOREIGN_KEY_VIOLATION;
}
