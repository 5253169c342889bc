import { Inject, Injectable } from '@nestjs/common';
import { EventMapsRepository } from './event-maps.repository';
import { judge, type Judgement, type ServiceFacts } from './judgement';
import { MirroredTypes } from './mirrored-types';
import { ServiceCatalogue } from './service-catalogue.service';
import { StaffRepository } from './staff.repository';
import { type FindingsOf, TYPE_FINDINGS } from './type-findings.module';

/** Gathers what is known of a service here, and judges it; asks no provider. */
@Injectable()
export class ServiceJudge {
  constructor(
    private readonly catalogue: ServiceCatalogue,
    private readonly staff: StaffRepository,
    private readonly maps: EventMapsRepository,
    private readonly types: MirroredTypes,
    @Inject(TYPE_FINDINGS) private readonly findingsOf: FindingsOf,
  ) {}

  /**
   * @throws ApiError `SERVICE_NOT_FOUND`
   * @throws ApiError `SERVICE_NOT_READY` (`NO_CONNECTION`)
   */
  async judge(companyId: string, serviceId: string): Promise<ServiceFacts & Judgement> {
    const service = await this.catalogue.get(companyId, serviceId);
    const [staff, maps, types] = await Promise.all([
      this.staff.all(companyId),
      this.maps.list(companyId, serviceId),
      this.types.all(companyId),
    ]);
    const facts = {
      service,
      staff: new Map(staff.map((member) => [member.id, member])),
      maps,
      types: new Map(types.map((type) => [type.id, type])),
    };
    return { ...facts, ...judge(facts, this.findingsOf) };
  }
}
