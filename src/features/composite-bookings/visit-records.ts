import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { Outbox } from '../../foundation/outbox/outbox';
import type { ProviderBooking } from '../../scheduling/words';
import { type GroupedAppointment, GroupedAppointments } from '../bookings/grouped-appointments.service';
import type { Saga } from '../bookings/saga/sagas.service';
import type { AgreedSegment, Visit, VisitFailure } from './visit';
import { type VisitNews, visitNews } from './visit-news';
import type { VisitStatus } from './visit-state';
import { statusBySegments } from './visit-truth';
import { type CompositeBookingView, visitView } from './reading/visit-view';
import type { VisitWork } from './booking/visit-work';
import { type VisitChange, VisitsRepository } from './visits.repository';

/** A visit with its appointments, both locked until the transaction ends. */
export interface LockedVisit {
  visit: Visit;
  appointments: GroupedAppointment[];
}

/** Writes visits with their appointments, and tells of what callers can see. */
@Injectable()
export class VisitRecords {
  constructor(
    private readonly visits: VisitsRepository,
    private readonly appointments: GroupedAppointments,
    private readonly outbox: Outbox,
  ) {}

  /** What is about to be booked, outcome unknown. @throws ApiError `SERVICE_NOT_FOUND` for one that was just deleted. */
  async begin(manager: EntityManager, visitId: string, work: VisitWork, saga: Saga, segments: AgreedSegment[]) {
    const { request, caller, plan, command, timeZone } = work;
    const { companyId, connectionId, id: sagaId } = saga;
    const [serviceId, serviceName] = [plan.id, plan.name];
    const isBegun = await this.visits.begin(manager, {
      ...{ id: visitId, companyId, connectionId, serviceId, serviceName, segments, timeZone, sagaId },
    });
    if (!isBegun) throw new ApiError('SERVICE_NOT_FOUND');
    const refs = new Map(saga.plan.map(({ appointmentId, ref }) => [appointmentId, ref]));
    const planned = segments.map(({ bookingId, eventTypeId, startMs, endMs }) => {
      return { id: bookingId, ref: refs.get(bookingId)!, eventTypeId, startMs, endMs };
    });
    const group = {
      id: visitId,
      companyId: request.companyId,
      connectionId,
      command,
      isTrusted: caller.isTrusted === true,
    };
    await this.appointments.plan(manager, group, planned);
  }

  /** Of the segments of a visit that is asked for anew: they stay. */
  async bookingIds(companyId: string, visitId: string): Promise<string[]> {
    const visit = await this.visits.find(companyId, visitId);
    return visit?.segments.map(({ bookingId }) => bookingId) ?? [];
  }

  /** The visit of a saga. Appointments first: whoever hears of one of them has locked it before he looks at its visit. */
  async lockOf(manager: EntityManager, { companyId, id }: { companyId: string; id: string }): Promise<LockedVisit> {
    const visitId = await this.visits.ofSaga(manager, companyId, id);
    const found = await this.lock(manager, companyId, visitId);
    if (!found) throw new Error('a saga of a visit outlived it');
    return found;
  }

  /** As {@link lockOf} without the appointments, for whoever has changed some of them already. */
  async visitOf(manager: EntityManager, { companyId, id }: { companyId: string; id: string }): Promise<Visit> {
    const visit = await this.visits.lock(manager, companyId, await this.visits.ofSaga(manager, companyId, id));
    if (!visit) throw new Error('a saga of a visit outlived it');
    return visit;
  }

  async lock(manager: EntityManager, companyId: string, visitId: string): Promise<LockedVisit | undefined> {
    const appointments = await this.appointments.locked(manager, companyId, visitId);
    const visit = await this.visits.lock(manager, companyId, visitId);
    return visit && { visit, appointments };
  }

  /** Writes what the provider says of the saga's bookings, in the order of the appointments' ids. */
  async recordAll(manager: EntityManager, saga: Saga, bookings: ProviderBooking[]): Promise<void> {
    const own = saga.plan.map(({ appointmentId, moves }, step) => ({
      id: appointmentId,
      moves,
      booking: bookings[step]!,
    }));
    for (const { id, moves, booking } of own.sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const { companyId, connectionId } = saga;
      await this.appointments.record(manager, { companyId, connectionId, id }, booking, moves ? [moves.uid] : []);
    }
  }

  async view(manager: EntityManager, visit: Visit): Promise<CompositeBookingView> {
    return visitView(visit, await this.appointments.of(visit.companyId, visit.id, manager));
  }

  /** A saga of the visit has no more to do with it: it is what its segments are at the provider. */
  async settle(manager: EntityManager, visit: Visit, change: VisitChange = {}, isMoved: 'moved' | '' = '') {
    const appointments = await this.appointments.of(visit.companyId, visit.id, manager);
    const status = statusBySegments(change.segments ?? visit.segments, appointments);
    const news = status === 'confirmed' ? newsOfSettled(visit, isMoved) : undefined;
    const view = await this.become(manager, visit, status, { ...change, ...(news ? { news } : {}) });
    return view ?? visitView(visit, appointments);
  }

  isMoving(manager: EntityManager, { companyId, id }: Visit): Promise<boolean> {
    return this.visits.isMoving(manager, companyId, id);
  }

  async noteFailure(manager: EntityManager, visit: Visit, failure: VisitFailure): Promise<void> {
    await this.visits.noteFailure(manager, visit, failure);
  }

  /** Another saga works on behalf of the visit, whatever its status is. */
  remember(manager: EntityManager, { companyId, id }: Visit, sagaId: string): Promise<void> {
    return this.visits.rememberSaga(manager, companyId, id, sagaId);
  }

  /**
   * Brings a locked visit to another status, and tells the company's endpoints.
   *
   * @returns the visit as callers see it, undefined where its table of transitions does not allow that.
   */
  async become(
    manager: EntityManager,
    visit: Visit,
    status: VisitStatus,
    change: VisitChange & { news?: VisitNews } = {},
  ): Promise<CompositeBookingView | undefined> {
    const { news, ...rest } = change;
    const after = await this.visits.become(manager, visit, status, rest);
    if (!after) return undefined;
    const view = await this.view(manager, after);
    const type = news ?? visitNews(visit.status, status);
    if (type) await this.outbox.add(manager, { companyId: visit.companyId, subject: visit.id, type, payload: view });
    return view;
  }
}

/** One that is back where it was is no news, unless a person was asked for in between: then everybody was told so. */
function newsOfSettled({ status, nextSegments }: Visit, isMoved: 'moved' | ''): VisitNews | undefined {
  if (isMoved) return 'composite_booking.rescheduled';
  return status === 'rescheduling' && nextSegments === null ? 'composite_booking.confirmed' : undefined;
}
