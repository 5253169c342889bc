import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { Cursor } from '../../foundation/http/cursor';
import { AuditLog, type Author } from './audit-log.repository';
import { CompaniesRepository, type CompanyFields } from './companies.repository';
import type { CompanyRow } from './company.entity';
import { WebhookRegistration } from './webhook-registration';

export interface Company {
  id: string;
  name: string;
  /** Canonical IANA name. */
  timeZone: string;
  /** Canonical BCP 47 tag. */
  locale: string;
  /** ISO 3166-1, two capital letters: where a phone number without a country belongs. */
  phoneCountry: string;
  /** Whether the starts of a visit are reserved at the provider while it is being booked. */
  reserveVisits: boolean;
  createdAt: Date;
}

/** The tenants. */
@Injectable()
export class CompaniesService {
  constructor(
    private readonly rows: CompaniesRepository,
    private readonly webhooks: WebhookRegistration,
    private readonly audit: AuditLog,
  ) {}

  /** @throws ApiError NOT_FOUND */
  async get(companyId: string): Promise<Company> {
    const row = await this.rows.find(companyId);
    if (!row) throw new ApiError('NOT_FOUND');
    return toCompany(row);
  }

  /** Oldest first; one more than `limit` when there are more. */
  async list(limit: number, after?: Cursor): Promise<Company[]> {
    return (await this.rows.list(limit, after)).map(toCompany);
  }

  async create(fields: CompanyFields, author: Author): Promise<Company> {
    const id = randomUUID();
    await this.rows.transaction(async (manager) => {
      await this.rows.insert(manager, id, fields);
      await this.audit.record(manager, author, { companyId: id, action: 'company.created', subjectId: id });
    });
    return this.get(id);
  }

  /** Fields that are left out stay. @throws ApiError NOT_FOUND */
  async change(id: string, fields: Partial<CompanyFields>, author: Author): Promise<Company> {
    await this.rows.transaction(async (manager) => {
      if (!(await this.rows.update(manager, id, fields))) throw new ApiError('NOT_FOUND');
      await this.audit.record(manager, author, { companyId: id, action: 'company.changed', subjectId: id });
    });
    return this.get(id);
  }

  /**
   * Deletes the company and everything of it, appointments included, for good; only the audit log's ids stay. Bookings
   * at the provider are left alone. The webhook at the provider is removed where that works.
   *
   * @throws ApiError NOT_FOUND
   */
  async remove(id: string, author: Author): Promise<void> {
    const withdraw = await this.webhooks.withdrawal(id);
    await this.rows.transaction(async (manager) => {
      if (!(await this.rows.remove(manager, id))) throw new ApiError('NOT_FOUND');
      await this.audit.record(manager, author, { companyId: id, action: 'company.deleted', subjectId: id });
    });
    await withdraw();
  }
}

function toCompany({ id, name, timeZone, locale, phoneCountry, reserveVisits, createdAt }: CompanyRow): Company {
  return { id, name, timeZone, locale, phoneCountry, reserveVisits, createdAt };
}
