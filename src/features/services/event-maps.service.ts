import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { type EventMap, EventMapsRepository } from './event-maps.repository';
import { type Known, mapFaults, unknownTypes } from './map-faults';
import { MirroredTypes } from './mirrored-types';
import { ServiceCatalogue } from './service-catalogue.service';
import { ServicesRepository } from './services.repository';
import { StaffRepository } from './staff.repository';

/** Which event type carries whom in which segment. A sync of event types leaves it alone. */
@Injectable()
export class EventMaps {
  constructor(
    private readonly catalogue: ServiceCatalogue,
    private readonly services: ServicesRepository,
    private readonly staff: StaffRepository,
    private readonly types: MirroredTypes,
    private readonly maps: EventMapsRepository,
  ) {}

  /** @throws ApiError `SERVICE_NOT_FOUND`; so does {@link replace}. */
  async list(companyId: string, serviceId: string): Promise<EventMap[]> {
    await this.catalogue.get(companyId, serviceId);
    return this.maps.list(companyId, serviceId);
  }

  /**
   * The whole set: what is not in it is taken away.
   *
   * @throws ApiError `EVENT_TYPE_NOT_FOUND` or `VALIDATION_ERROR` with the field of every row at fault; nothing changed.
   */
  async replace(companyId: string, serviceId: string, maps: EventMap[]): Promise<EventMap[]> {
    // Before the transaction, which holds one connection of the pool while this takes another.
    const types = new Map((await this.types.all(companyId)).map((type) => [type.id, type]));
    return this.services.transaction(async (manager) => {
      if (!(await this.services.lock(manager, companyId, serviceId))) throw new ApiError('SERVICE_NOT_FOUND');
      const service = (await this.services.find(companyId, serviceId, manager))!;
      const staff = new Map((await this.staff.all(companyId, manager)).map((member) => [member.id, member]));
      assertFit(maps, { service, staff, types });
      await this.maps.replace(manager, companyId, serviceId, maps);
      return this.maps.list(companyId, serviceId, manager);
    });
  }
}

function assertFit(maps: EventMap[], known: Known): void {
  const unknown = unknownTypes(maps, known);
  if (unknown.length > 0) throw new ApiError('EVENT_TYPE_NOT_FOUND', { details: { fields: unknown } });
  const fields = mapFaults(maps, known);
  if (fields.length > 0) throw new ApiError('VALIDATION_ERROR', { details: { fields } });
}
