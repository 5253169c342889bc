import { Injectable } from '@nestjs/common';
import { ApiError } from '../../../foundation/errors/api-error';
import { Clock } from '../../../foundation/time/clock';
import { CompaniesService } from '../../companies/companies.service';
import { ConnectionsService } from '../../companies/connections.service';
import { type EventTypeRecord, EventTypesService } from '../../event-types/event-types.service';
import { type ServicePlan, ServicesService } from '../../services/services.service';
import { accountOf } from '../claims/claimed-times';
import { RememberedFacts } from './remembered-facts';
import type { SoldType } from './sold-type';

const TYPES_MAX = 20_000;
/** A plan holds the event types of all its staff: of six segments and ten people about 100 KB. */
const PLANS_MAX = 500;
const ABSENCES = ['EVENT_TYPE_NOT_FOUND', 'SERVICE_NOT_FOUND'];

/** How event types and services are sold, remembered until somebody changes it, so that no read asks a database. */
@Injectable()
export class SoldTypes {
  private readonly types: RememberedFacts<SoldType>;
  private readonly plans: RememberedFacts<ServicePlan>;
  /** Grows with what is told of a company. */
  private readonly versions = new Map<string, number>();
  private forgotAll = 0;

  constructor(
    private readonly companies: CompaniesService,
    private readonly connections: ConnectionsService,
    private readonly eventTypes: EventTypesService,
    private readonly services: ServicesService,
    clock: Clock,
  ) {
    this.types = new RememberedFacts(clock, isAbsence, TYPES_MAX);
    this.plans = new RememberedFacts(clock, isAbsence, PLANS_MAX);
    services.onChange((companyId) => this.forget(companyId));
  }

  /** @throws ApiError as {@link EventTypesService.find} */
  find(companyId: string, eventTypeId: string): Promise<SoldType> {
    return this.types.find(companyId, eventTypeId, () => this.sold(this.eventTypes.find(companyId, eventTypeId)));
  }

  /** @throws ApiError as {@link EventTypesService.findByProviderId} */
  findByProviderId(companyId: string, providerId: string): Promise<SoldType> {
    return this.types.find(companyId, `at ${providerId}`, () =>
      this.sold(this.eventTypes.findByProviderId(companyId, providerId)),
    );
  }

  /** @throws ApiError as {@link ServicesService.find} */
  plan(companyId: string, serviceId: string): Promise<ServicePlan> {
    return this.plans.find(companyId, serviceId, () => this.services.find(companyId, serviceId));
  }

  /** @throws ApiError as {@link ServicesService.findBookable} */
  async bookablePlan(companyId: string, serviceId: string): Promise<ServicePlan> {
    const plan = await this.plan(companyId, serviceId);
    // Why it is not is not remembered.
    return plan.bookable ? plan : this.services.findBookable(companyId, serviceId);
  }

  /** Something of this company has changed. */
  forget(companyId: string): void {
    this.versions.set(companyId, (this.versions.get(companyId) ?? 0) + 1);
    this.types.forget(companyId);
    this.plans.forget(companyId);
  }

  forgetAll(): void {
    this.forgotAll += 1;
    this.types.forgetAll();
    this.plans.forgetAll();
  }

  /** What was found out about a company's types is right for as long as this stays as it is. */
  versionOf(companyId: string): string {
    return `${this.forgotAll} ${this.versions.get(companyId) ?? 0}`;
  }

  /** Whether changes are told. */
  trust(isTold: boolean): void {
    this.types.trust(isTold);
    this.plans.trust(isTold);
  }

  private async sold(looked: Promise<EventTypeRecord>): Promise<SoldType> {
    const eventType = await looked;
    const { companyId } = eventType;
    const connection = await this.connections.forCompany(companyId);
    const { timeZone, locale } = await this.companies.get(companyId);
    const account = accountOf(connection.provider, connection.address);
    const gridTimeZone = connection.accountTimeZone ?? timeZone;
    const signature = JSON.stringify([eventType.definition, account, gridTimeZone]);
    return { eventType, account, gridTimeZone, companyTimeZone: timeZone, locale, signature };
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof ApiError && ABSENCES.includes(error.code);
}
