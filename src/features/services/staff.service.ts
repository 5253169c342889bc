import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { violatesUnique } from '../../foundation/database/violations';
import type { Cursor } from '../../foundation/http/cursor';
import { ONE_HOST, type StaffFields, type StaffMember, StaffRepository } from './staff.repository';

/** `hostId` given is a hand's word; null takes it back, so that matching proposes one again. */
export interface StaffChanges {
  name?: string;
  email?: string | null;
  active?: boolean;
  hostId?: string | null;
}

/** The people of a company. */
@Injectable()
export class StaffService {
  constructor(private readonly staff: StaffRepository) {}

  /** @throws ApiError `STAFF_NOT_FOUND`, the same for one of another company, a deleted one and none. */
  async get(companyId: string, id: string): Promise<StaffMember> {
    const member = await this.staff.find(companyId, id);
    if (!member) throw new ApiError('STAFF_NOT_FOUND');
    return member;
  }

  /** Oldest first; one more than `limit` when there are more. */
  async list(companyId: string, limit: number, after?: Cursor): Promise<StaffMember[]> {
    return this.staff.list(companyId, limit, after);
  }

  async all(companyId: string): Promise<StaffMember[]> {
    return this.staff.all(companyId);
  }

  /** @throws ApiError `CONFLICT` (`HOST_TAKEN`) when somebody else is that host; so does {@link change}. */
  async create(companyId: string, changes: StaffChanges & { name: string }): Promise<StaffMember> {
    const id = randomUUID();
    const nobody: StaffFields = { name: '', email: null, active: true, hostId: null, hostChosenBy: null };
    await unlessTaken(this.staff.insert(companyId, id, changed(nobody, changes)));
    return this.get(companyId, id);
  }

  /** What is left out stays. */
  async change(companyId: string, id: string, changes: StaffChanges): Promise<StaffMember> {
    const work = this.staff.transaction(async (manager) => {
      if (!(await this.staff.lock(manager, companyId, id))) throw new ApiError('STAFF_NOT_FOUND');
      const current = (await this.staff.find(companyId, id, manager))!;
      await this.staff.update(manager, companyId, id, changed(current, changes));
    });
    await unlessTaken(work);
    return this.get(companyId, id);
  }

  /**
   * Visits that were booked stay.
   *
   * @throws ApiError `CONFLICT` (`STAFF_IN_USE`) while a service names this person: taking somebody out of a service is a
   *   decision about that service.
   */
  async remove(companyId: string, id: string): Promise<void> {
    await this.staff.transaction(async (manager) => {
      if (!(await this.staff.lock(manager, companyId, id))) throw new ApiError('STAFF_NOT_FOUND');
      const serviceIds = await this.staff.servicesOf(manager, companyId, id);
      if (serviceIds.length > 0) throw new ApiError('CONFLICT', { details: { reason: 'STAFF_IN_USE', serviceIds } });
      await this.staff.markDeleted(manager, companyId, id);
    });
  }
}

function changed(current: StaffFields, { name, email, active, hostId }: StaffChanges): StaffFields {
  return {
    name: name?.trim() ?? current.name,
    email: email === undefined ? current.email : (email?.toLowerCase() ?? null),
    active: active ?? current.active,
    ...(hostId === undefined
      ? { hostId: current.hostId, hostChosenBy: current.hostChosenBy }
      : { hostId, hostChosenBy: hostId === null ? null : 'hand' }),
  };
}

async function unlessTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!violatesUnique(error, ONE_HOST)) throw error;
    throw new ApiError('CONFLICT', { details: { reason: 'HOST_TAKEN' }, cause: error });
  }
}
