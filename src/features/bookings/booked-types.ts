import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { ApiError, invalidField } from '../../foundation/errors/api-error';
import { AvailabilityService } from '../availability/availability.service';
import { EventTypesService } from '../event-types/event-types.service';
import { type PlannedStaff, type ServicePlan, ServicesService } from '../services/services.service';
import type { BookingCaller, BookingCommand, BookingTarget, BookingWork } from './booking-command';
import { HoldsRepository } from './holds/holds.repository';

/** What a booking can be made through. */
export type BookedType = Pick<BookingWork, 'eventType' | 'service'>;

/** Of the caller's patience, to find out who is free. */
const PATIENCE_MS = 3_000;
const MINUTE_MS = 60_000;

/** Finds the event types of what is to be booked: one, or those of a service's staff. */
@Injectable()
export class BookedTypes {
  constructor(
    private readonly eventTypes: EventTypesService,
    private readonly services: ServicesService,
    private readonly availability: AvailabilityService,
    private readonly holds: HoldsRepository,
    private readonly logger: PinoLogger,
  ) {}

  /**
   * In the order in which they are to be tried, not empty. Of a service: whoever is asked for; else the one that is held;
   * else all who are free then as stored, in the order in which the service names them. Where nobody is known to be free,
   * the first of them: what is free the provider decides.
   *
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`; `SERVICE_NOT_FOUND`, `SERVICE_NOT_READY`, `STAFF_NOT_FOUND` for somebody who
   *   cannot be booked for the service, `VALIDATION_ERROR` for a service of several segments.
   */
  async find(
    companyId: string,
    target: BookingTarget,
    command: BookingCommand,
    caller: BookingCaller,
  ): Promise<BookedType[]> {
    const { eventTypeId = '', serviceId, staffId } = target;
    if (serviceId === undefined) return [{ eventType: await this.eventTypes.find(companyId, eventTypeId) }];
    const plan = await this.planOf(companyId, serviceId.toLowerCase());
    const staff = staffOf(plan, staffId?.toLowerCase());
    const tried = await this.tried(plan, staff, target, command, caller);
    const isChosen = staffId !== undefined;
    return tried.map(({ eventType, staffId: who }) => ({
      eventType,
      service: { id: plan.id, staffId: who, isChosen },
    }));
  }

  private async planOf(companyId: string, serviceId: string): Promise<ServicePlan> {
    const plan = await this.services.find(companyId, serviceId);
    if (plan.segments.length > 1) {
      throw invalidField(
        'serviceId',
        'is of a service with several segments: book it with POST /api/composite-bookings',
      );
    }
    return plan.bookable ? plan : this.services.findBookable(companyId, serviceId);
  }

  private async tried(
    plan: ServicePlan,
    staff: PlannedStaff[],
    { holdId }: BookingTarget,
    { startMs }: BookingCommand,
    caller: BookingCaller,
  ): Promise<PlannedStaff[]> {
    if (staff.length === 1) return staff;
    if (holdId !== undefined) {
      const hold = await this.holds.find(plan.companyId, holdId.toLowerCase());
      return firstOf(
        staff.filter(({ eventType }) => eventType.id === hold?.eventTypeId),
        staff,
      );
    }
    const free = await this.freeAt(plan, startMs, caller);
    return firstOf(
      staff.filter(({ staffId }) => free.includes(staffId)),
      staff,
    );
  }

  /** Nobody where it cannot be found out in time. */
  private async freeAt({ companyId, id }: ServicePlan, startMs: number, caller: BookingCaller): Promise<string[]> {
    const signal = AbortSignal.timeout(Math.min(PATIENCE_MS, Math.max(1, caller.waitMs)));
    const context = { correlationId: caller.correlationId, signal };
    try {
      const range = [startMs, startMs + MINUTE_MS] as const;
      const slots = await this.availability.offered(companyId, { serviceId: id }, ...range, context);
      return slots.find((slot) => slot.startMs === startMs)?.staffIds ?? [];
    } catch (error) {
      this.logger.info({ err: error }, 'not known who is free');
      return [];
    }
  }
}

/** Whether somebody else has the time, and nothing was begun. */
export function isClaimed(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'SLOT_UNAVAILABLE' && error.details.reason === 'CLAIMED';
}

function firstOf(found: PlannedStaff[], all: PlannedStaff[]): PlannedStaff[] {
  return found.length > 0 ? found : all.slice(0, 1);
}

function staffOf({ segments }: ServicePlan, staffId: string | undefined): PlannedStaff[] {
  const staff = segments.flatMap((segment) => segment.staff);
  const found = staff.filter((person) => staffId === undefined || person.staffId === staffId);
  if (found.length > 0) return found;
  const fields = [{ field: 'staffId', reason: 'cannot be booked for this service' }];
  throw new ApiError('STAFF_NOT_FOUND', { details: { fields } });
}
