import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { Clock } from '../../foundation/time/clock';
import { CompaniesService } from '../companies/companies.service';
import { ConnectionsService } from '../companies/connections.service';
import { type EventTypeRecord, EventTypesService } from '../event-types/event-types.service';
import { accountOf } from './claimed-times';
import type { SoldType } from './sold-type';

/** Changes are told at once; this is for what would never be told. */
const KEPT_MS = 600_000;
/** While nothing is told. */
const KEPT_UNTOLD_MS = 1_000;
/** A type that is not there is asked for by mistake, again and again. */
const ABSENT_KEPT_MS = 1_000;
const REMEMBERED_MAX = 20_000;

interface Remembered {
  companyId: string;
  atMs: number;
  answer: Promise<SoldType>;
  isAbsent: boolean;
}

/** How event types are sold, remembered until somebody changes it, so that a read of free times asks no database. */
@Injectable()
export class SoldTypes {
  private readonly remembered = new Map<string, Remembered>();
  private isTold = false;
  /** Grows with what is told of a company. */
  private readonly versions = new Map<string, number>();
  private forgotAll = 0;

  constructor(
    private readonly companies: CompaniesService,
    private readonly connections: ConnectionsService,
    private readonly eventTypes: EventTypesService,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError as {@link EventTypesService.find} */
  find(companyId: string, eventTypeId: string): Promise<SoldType> {
    return this.remember(companyId, `${companyId} ${eventTypeId}`, () => this.eventTypes.find(companyId, eventTypeId));
  }

  /** @throws ApiError as {@link EventTypesService.findByProviderId} */
  findByProviderId(companyId: string, providerId: string): Promise<SoldType> {
    return this.remember(companyId, `${companyId} at ${providerId}`, () =>
      this.eventTypes.findByProviderId(companyId, providerId),
    );
  }

  /** Something of this company has changed. */
  forget(companyId: string): void {
    this.versions.set(companyId, (this.versions.get(companyId) ?? 0) + 1);
    for (const [key, known] of this.remembered) if (known.companyId === companyId) this.remembered.delete(key);
  }

  forgetAll(): void {
    this.forgotAll += 1;
    this.remembered.clear();
  }

  /** What was found out about a company's types is right for as long as this stays as it is. */
  versionOf(companyId: string): string {
    return `${this.forgotAll} ${this.versions.get(companyId) ?? 0}`;
  }

  /** Whether changes are told. */
  trust(isTold: boolean): void {
    this.isTold = isTold;
  }

  private remember(companyId: string, key: string, find: () => Promise<EventTypeRecord>): Promise<SoldType> {
    const known = this.remembered.get(key);
    if (known && this.clock.now() - known.atMs < this.keptMs(known)) return known.answer;
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    const answer = this.sold(find);
    const remembered: Remembered = { companyId, atMs: this.clock.now(), answer, isAbsent: false };
    this.remembered.set(key, remembered);
    answer.catch((error: unknown) => {
      remembered.isAbsent = error instanceof ApiError && error.code === 'EVENT_TYPE_NOT_FOUND';
      if (!remembered.isAbsent && this.remembered.get(key) === remembered) this.remembered.delete(key);
    });
    return answer;
  }

  private keptMs({ isAbsent }: Remembered): number {
    if (isAbsent) return ABSENT_KEPT_MS;
    return this.isTold ? KEPT_MS : KEPT_UNTOLD_MS;
  }

  private async sold(find: () => Promise<EventTypeRecord>): Promise<SoldType> {
    const eventType = await find();
    const { companyId } = eventType;
    const connection = await this.connections.forCompany(companyId);
    const { timeZone, locale } = await this.companies.get(companyId);
    const account = accountOf(connection.provider, connection.address);
    const gridTimeZone = connection.accountTimeZone ?? timeZone;
    const signature = JSON.stringify([eventType.definition, account, gridTimeZone]);
    return { eventType, account, gridTimeZone, companyTimeZone: timeZone, locale, signature };
  }
}
