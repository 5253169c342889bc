import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { AuditLog, type Author } from './audit-log.repository';
import { CompaniesService } from './companies.service';
import type { ConnectionRow } from './connection.entity';
import { ConnectionVerification, type ConnectionWish } from './connection-verification';
import { ConnectionsRepository, type VerifiedFields } from './connections.repository';
import { WebhookRegistration } from './webhook-registration';

/** Puts, verifies and removes a company's connection. Nothing is stored that the provider did not accept. */
@Injectable()
export class ConnectionChanges {
  constructor(
    private readonly rows: ConnectionsRepository,
    private readonly verification: ConnectionVerification,
    private readonly webhooks: WebhookRegistration,
    private readonly companies: CompaniesService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Verifies the credential, stores it and registers the webhook. A credential of another account makes a new
   * connection, because the mirror and the webhook belong to the old account.
   *
   * @throws SchedulingError `AUTHENTICATION_FAILED` when the provider refuses it: what was stored before stays.
   * @throws ApiError CONFLICT `HAS_APPOINTMENTS` for another account while appointments of this one exist.
   */
  async put(companyId: string, wish: ConnectionWish, author: Author): Promise<void> {
    await this.companies.get(companyId);
    const idIfNew = randomUUID();
    const known = await this.rows.ofCompany(companyId);
    const fields = await this.verification.check(companyId, known?.id ?? idIfNew, wish);
    const withdraw = isSameAccount(known, fields) ? undefined : await this.webhooks.withdrawal(companyId);
    const id = await this.rows.transaction(async (manager) => {
      const id = await this.store(manager, companyId, idIfNew, fields);
      await this.audit.record(manager, author, { companyId, action: 'connection.saved', subjectId: id });
      return id;
    });
    await withdraw?.();
    await this.webhooks.register(id);
  }

  /**
   * Asks the provider again: capabilities, account and webhook are brought up to date, a flag is cleared or set.
   *
   * @throws ApiError NOT_FOUND when the company or its connection does not exist.
   * @throws SchedulingError `AUTHENTICATION_FAILED`
   */
  async verify(companyId: string, author: Author): Promise<void> {
    const row = await this.existing(companyId);
    const findings = await this.verification.recheck(row);
    await this.rows.transaction(async (manager) => {
      await this.rows.updateVerified(manager, row.id, findings);
      await this.audit.record(manager, author, { companyId, action: 'connection.verified', subjectId: row.id });
    });
    await this.webhooks.register(row.id);
  }

  /**
   * Forgets the credential with the event types and webhooks of the connection.
   *
   * @throws ApiError CONFLICT `HAS_APPOINTMENTS`
   */
  async remove(companyId: string, author: Author): Promise<void> {
    const { id } = await this.existing(companyId);
    const withdraw = await this.webhooks.withdrawal(companyId);
    await this.rows.transaction(async (manager) => {
      await this.rows.remove(manager, companyId, id);
      await this.audit.record(manager, author, { companyId, action: 'connection.deleted', subjectId: id });
    });
    await withdraw();
  }

  private async existing(companyId: string): Promise<ConnectionRow> {
    const row = await this.rows.ofCompany(companyId);
    if (!row) throw new ApiError('NOT_FOUND');
    return row;
  }

  private async store(
    manager: EntityManager,
    companyId: string,
    idIfNew: string,
    fields: VerifiedFields,
  ): Promise<string> {
    const known = await this.rows.lock(manager, companyId);
    if (known && isSameAccount(known, fields)) {
      await this.rows.updateVerified(manager, known.id, fields);
      return known.id;
    }
    if (known) await this.rows.remove(manager, companyId, known.id);
    await this.rows.insertVerified(manager, idIfNew, companyId, fields);
    return idIfNew;
  }
}

function isSameAccount(known: ConnectionRow | undefined, fields: VerifiedFields): boolean {
  return known !== undefined && known.provider === fields.provider && known.accountId === fields.accountId;
}
