import { ApiError, invalidField } from '../../foundation/errors/api-error';
import type { ServicePlan } from '../services/services.service';
import type { SoldType } from './store/sold-type';
import type { SoldTypes } from './store/sold-types.service';

/** Whose free times are asked for: of one event type, or of a simple service with one person or all of its staff. */
export interface AskedFor {
  /** Ours; or else the provider's id. */
  eventTypeId?: string;
  providerId?: string;
  /** Ours. */
  serviceId?: string;
  /** Ours; of a service, only this person. */
  staffId?: string;
}

/** One way to have it. */
export interface AskedType {
  type: SoldType;
  /** Who does it; absent where an event type was asked for. */
  staffId?: string;
}

/**
 * The event types that a question is about, for a service in the order in which its staff are to be asked; not empty.
 * One event type may be several people's.
 *
 * @throws ApiError `EVENT_TYPE_NOT_FOUND`; `SERVICE_NOT_FOUND`, `SERVICE_NOT_READY`, `STAFF_NOT_FOUND` for somebody who
 *   cannot be booked for the service, `VALIDATION_ERROR` for a service of several segments.
 */
export async function askedTypes(types: SoldTypes, companyId: string, asked: AskedFor): Promise<AskedType[]> {
  const { eventTypeId, providerId = '', serviceId } = asked;
  if (serviceId !== undefined) return typesOfService(types, companyId, serviceId.toLowerCase(), asked.staffId);
  if (eventTypeId === undefined) return [{ type: await types.findByProviderId(companyId, providerId) }];
  return [{ type: await types.find(companyId, eventTypeId.toLowerCase()) }];
}

/** @throws ApiError `STAFF_NOT_FOUND` for somebody who cannot be booked for any segment. */
export function assertDoesSomething({ segments }: ServicePlan, staffId: string): void {
  if (segments.some(({ staff }) => staff.some((person) => person.staffId === staffId))) return;
  const fields = [{ field: 'staffId', reason: 'cannot be booked for any segment of this service' }];
  throw new ApiError('STAFF_NOT_FOUND', { details: { fields } });
}

async function typesOfService(
  types: SoldTypes,
  companyId: string,
  serviceId: string,
  staffId: string | undefined,
): Promise<AskedType[]> {
  // Before it is asked whether it is ready: of a visit of several segments that is not asked here.
  if ((await types.plan(companyId, serviceId)).segments.length > 1) throw composite(serviceId);
  const plan = await types.bookablePlan(companyId, serviceId);
  const wanted = staffId?.toLowerCase();
  if (wanted !== undefined) assertDoesSomething(plan, wanted);
  const staff = plan.segments.flatMap((segment) => segment.staff);
  const asked = staff.filter((person) => wanted === undefined || person.staffId === wanted);
  return Promise.all(
    asked.map(async (person) => ({
      type: await types.find(companyId, person.eventType.id),
      staffId: person.staffId,
    })),
  );
}

function composite(serviceId: string): ApiError {
  const route = `GET /api/services/${serviceId}/composite-availability`;
  return invalidField('serviceId', `is of a service with several segments: ask ${route}`);
}
