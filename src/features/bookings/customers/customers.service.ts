import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { violatesUnique } from '../../../foundation/database/violations';
import { ApiError, invalidField } from '../../../foundation/errors/api-error';
import { decodeCursor, type Page, pageOf } from '../../../foundation/http/cursor';
import { canonicalTimeZone } from '../../../foundation/time/zones';
import { CompaniesService } from '../../companies/companies.service';
import type { ChangeCustomerDto, CustomerView, ListCustomersDto } from './customers.dto';
import { type CustomerChange, type CustomerRow, CustomersRepository } from './customers.repository';
import { e164 } from './phone';

const PAGE_SIZE_DEFAULT = 20;

/** The people who book at a company. Those who were erased are nobody. */
@Injectable()
export class CustomersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rows: CustomersRepository,
    private readonly companies: CompaniesService,
  ) {}

  /** @throws ApiError `NOT_FOUND`, also for a customer of another company. */
  async get(companyId: string, id: string): Promise<CustomerView> {
    return toView(present(await this.rows.find(companyId, id)));
  }

  /** Newest first. @throws ApiError `VALIDATION_ERROR` for a number or a cursor that cannot be one. */
  async list(companyId: string, query: ListCustomersDto): Promise<Page<CustomerView>> {
    const { email, phoneNumber, name, limit, cursor } = query;
    const filter = {
      ...(email === undefined ? {} : { email: email.toLowerCase() }),
      ...(phoneNumber === undefined ? {} : { phone: await this.number(companyId, 'phoneNumber', phoneNumber) }),
      ...(name === undefined ? {} : { name }),
      ...(cursor === undefined ? {} : { after: decodeCursor(cursor) }),
    };
    const size = limit === undefined ? PAGE_SIZE_DEFAULT : Number(limit);
    const rows = await this.rows.list(companyId, filter, size);
    return pageOf(rows, size, ({ createdAt, id }) => ({ at: createdAt.toISOString(), id }), toView);
  }

  /**
   * Changes the customer, not the bookings that were made before.
   *
   * @throws ApiError `NOT_FOUND`; `CONFLICT` (`EMAIL_TAKEN`, `PHONE_NUMBER_TAKEN`) for what another customer has;
   *   `VALIDATION_ERROR` when neither address nor number would remain.
   */
  async change(companyId: string, id: string, body: ChangeCustomerDto): Promise<CustomerView> {
    const change = await this.toChange(companyId, body);
    try {
      await this.dataSource.transaction(async (manager) => {
        const row = present(await this.rows.lock(manager, companyId, id));
        const { email, phone } = { ...row, ...change };
        if (email === null && phone === null) throw invalidField('email', 'or a phoneNumber must remain');
        await this.rows.change(manager, companyId, row, change);
      });
    } catch (error) {
      throw taken(error) ?? error;
    }
    return this.get(companyId, id);
  }

  private async toChange(companyId: string, body: ChangeCustomerDto): Promise<CustomerChange> {
    const { name, email, phoneNumber, timeZone, language } = body;
    const phone =
      typeof phoneNumber === 'string' ? await this.number(companyId, 'phoneNumber', phoneNumber) : phoneNumber;
    return {
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email: email?.toLowerCase() ?? null }),
      ...(phone === undefined ? {} : { phone }),
      ...(timeZone === undefined ? {} : { timeZone: canonicalTimeZone(timeZone) }),
      ...(language === undefined ? {} : { language }),
    };
  }

  private async number(companyId: string, field: string, written: string): Promise<string> {
    const { phoneCountry } = await this.companies.get(companyId);
    return requiredE164(field, written, phoneCountry);
  }
}

/** @throws ApiError `VALIDATION_ERROR` naming the field of a number that cannot be told. */
export function requiredE164(field: string, written: string, country: string): string {
  const number = e164(written, country);
  if (number !== undefined) return number;
  throw invalidField(field, `must be a telephone number, with its country (+49 ...) or as written in ${country}`);
}

function present(row: CustomerRow | undefined): CustomerRow {
  if (!row || row.erasedAt !== null) throw new ApiError('NOT_FOUND');
  return row;
}

function taken(error: unknown): ApiError | undefined {
  const reason = violatesUnique(error, 'customers_email')
    ? 'EMAIL_TAKEN'
    : violatesUnique(error, 'customers_phone')
      ? 'PHONE_NUMBER_TAKEN'
      : undefined;
  // Without the cause: Postgres quotes the address.
  return reason && new ApiError('CONFLICT', { details: { reason } });
}

function toView(row: CustomerRow): CustomerView {
  return {
    id: row.id,
    name: row.name,
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.phone === null ? {} : { phoneNumber: row.phone }),
    timeZone: row.timeZone,
    ...(row.language === null ? {} : { language: row.language }),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
