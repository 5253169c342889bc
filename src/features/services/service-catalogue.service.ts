import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import type { Cursor } from '../../foundation/http/cursor';
import { canonicalSegment, type FieldFault, type Segment, segmentFaults } from './segments';
import { SegmentsRepository } from './segments.repository';
import { type Service, type ServiceFields, ServicesRepository } from './services.repository';
import { StaffRepository } from './staff.repository';

export interface ServiceDraft extends ServiceFields {
  segments: Segment[];
}

/** What a company sells, kept free of contradictions. */
@Injectable()
export class ServiceCatalogue {
  constructor(
    private readonly services: ServicesRepository,
    private readonly segments: SegmentsRepository,
    private readonly staff: StaffRepository,
  ) {}

  /** @throws ApiError `SERVICE_NOT_FOUND`, the same for one of another company, a deleted one and none. */
  async get(companyId: string, id: string): Promise<Service> {
    return found(await this.services.find(companyId, id));
  }

  /** Oldest first; one more than `limit` when there are more. */
  async list(companyId: string, limit: number, after?: Cursor): Promise<Service[]> {
    return this.services.list(companyId, limit, after);
  }

  /**
   * @throws ApiError `VALIDATION_ERROR` with every field at fault, `STAFF_NOT_FOUND` with every field that names nobody
   *   of this company; so does {@link change}.
   */
  async create(companyId: string, draft: ServiceDraft): Promise<Service> {
    const segments = checked(draft);
    const id = randomUUID();
    return this.services.transaction(async (manager) => {
      await this.assertStaff(manager, companyId, segments);
      await this.services.insert(manager, companyId, id, draft);
      await this.segments.replace(manager, companyId, id, segments);
      return found(await this.services.find(companyId, id, manager));
    });
  }

  /** What is left out stays; segments are replaced as a whole, and keep the ids of those that are named again. */
  async change(companyId: string, id: string, changes: Partial<ServiceDraft>): Promise<Service> {
    return this.services.transaction(async (manager) => {
      if (!(await this.services.lock(manager, companyId, id))) throw new ApiError('SERVICE_NOT_FOUND');
      const current = found(await this.services.find(companyId, id, manager));
      const draft: ServiceDraft = { ...current, ...changes };
      const segments = checked(draft);
      if (changes.segments) await this.assertStaff(manager, companyId, segments);
      await this.services.update(manager, companyId, id, draft);
      if (changes.segments) await this.segments.replace(manager, companyId, id, segments);
      return found(await this.services.find(companyId, id, manager));
    });
  }

  /**
   * Nobody finds it any more; visits that were booked for it and are over stay.
   *
   * @throws ApiError `CONFLICT` (`SERVICE_IN_USE`) with how many visits of it are still to come.
   */
  async remove(companyId: string, id: string): Promise<void> {
    await this.services.transaction(async (manager) => {
      if (!(await this.services.lock(manager, companyId, id))) throw new ApiError('SERVICE_NOT_FOUND');
      const visits = await this.services.upcomingVisits(manager, companyId, id);
      if (visits > 0) throw new ApiError('CONFLICT', { details: { reason: 'SERVICE_IN_USE', visits } });
      await this.services.markDeleted(manager, companyId, id);
    });
  }

  /** Whoever is named cannot be deleted until the transaction ends. */
  private async assertStaff(manager: EntityManager, companyId: string, segments: Segment[]): Promise<void> {
    const named = segments.flatMap(({ staffIds }, index) =>
      staffIds.map((id, place) => ({ id, field: `segments.${index}.staffIds.${place}` })),
    );
    const known = await this.staff.holdFast(
      manager,
      companyId,
      named.map(({ id }) => id),
    );
    const fields = named.flatMap(({ id, field }) =>
      known.has(id) ? [] : [{ field, reason: 'there is no such person' }],
    );
    if (fields.length > 0) throw new ApiError('STAFF_NOT_FOUND', { details: { fields } });
  }
}

function found(service: Service | undefined): Service {
  if (!service) throw new ApiError('SERVICE_NOT_FOUND');
  return service;
}

function checked({ segments, onePerson }: ServiceDraft): Segment[] {
  const fields: FieldFault[] = segmentFaults(segments, onePerson);
  if (fields.length > 0) throw new ApiError('VALIDATION_ERROR', { details: { fields } });
  return segments.map(canonicalSegment);
}
