import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import { type Page, pageOf } from '../../../foundation/http/cursor';
import { GroupedAppointments } from '../../bookings/grouped-appointments.service';
import type { AgreedSegment, Visit } from '../visit';
import { isOver } from '../visit-truth';
import { type CompositeBookingView, visitView } from './visit-view';
import { type VisitFilter, VisitsRepository } from '../visits.repository';

/** Reads visits as callers see them. */
@Injectable()
export class VisitReader {
  constructor(
    private readonly visits: VisitsRepository,
    private readonly appointments: GroupedAppointments,
  ) {}

  /** @throws ApiError `BOOKING_NOT_FOUND`, the same for one of another company and none. */
  async row(companyId: string, id: string): Promise<Visit> {
    const visit = await this.visits.find(companyId, id);
    if (!visit) throw new ApiError('BOOKING_NOT_FOUND');
    return visit;
  }

  async get(companyId: string, id: string): Promise<CompositeBookingView> {
    return this.view(await this.row(companyId, id));
  }

  /** @param manager of the transaction that the caller is in. */
  async view(visit: Visit, manager?: EntityManager): Promise<CompositeBookingView> {
    return visitView(visit, await this.appointments.of(visit.companyId, visit.id, manager));
  }

  /** Its segments where their bookings are, for hosts may have moved them; those that are over are left out. */
  async standing({ companyId, id, segments }: Visit): Promise<AgreedSegment[]> {
    const appointments = await this.appointments.of(companyId, id);
    return segments.flatMap((segment) => {
      const own = appointments.find((appointment) => appointment.id === segment.bookingId);
      return own && !isOver(own) ? [{ ...segment, startMs: own.startMs, endMs: own.endMs }] : [];
    });
  }

  async list(companyId: string, filter: VisitFilter, limit: number): Promise<Page<CompositeBookingView>> {
    const visits = await this.visits.list(companyId, filter, limit);
    const ids = visits.slice(0, limit).map(({ id }) => id);
    const appointments = await this.appointments.ofMany(companyId, ids);
    return pageOf(
      visits,
      limit,
      ({ startsAt, id }) => ({ at: startsAt.toISOString(), id }),
      (visit) => visitView(visit, appointments.get(visit.id) ?? []),
    );
  }
}
