import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import type { IdempotentRequest } from '../../../foundation/idempotency/idempotency.repository';
import type { VisitPart } from '../../availability/composite/visit-offers.service';
import type { GroupedAppointment } from '../../bookings/grouped-appointments.service';
import { type Saga, Sagas } from '../../bookings/saga/sagas.service';
import type { ServicePlan } from '../../services/services.service';
import { moveOrder, movesOf, type SegmentMove } from './move-plan';
import type { AgreedSegment, Visit } from '../visit';
import { cannotChange, VisitChanges } from './visit-changes';
import { VisitClaims } from '../booking/visit-claims';
import { type LockedVisit, VisitRecords } from '../visit-records';
import { type MoveWords, VisitSagas } from '../visit-sagas';
import type { CompositeBookingView } from '../reading/visit-view';
import { agreedSegments } from '../booking/visit-work';

/** What a visit is to become. */
export interface MoveWork {
  visit: Visit;
  plan: ServicePlan;
  parts: VisitPart[];
  /** Where its bookings are. */
  standing: AgreedSegment[];
  reason?: string;
  correlationId?: string;
  request?: IdempotentRequest;
}

/** A move that has begun, or has nothing to do. */
export type BegunMove = { saga: Saga; segments: AgreedSegment[] } | { visit: CompositeBookingView };

/** Begins to move visits: its new times and its old ones are claimed before the provider is asked for anything. */
@Injectable()
export class MoveBeginning {
  constructor(
    private readonly sagas: Sagas,
    private readonly plans: VisitSagas,
    private readonly records: VisitRecords,
    private readonly changes: VisitChanges,
    private readonly claims: VisitClaims,
  ) {}

  /**
   * @throws ApiError `CONFLICT` with the state that does not allow it, or `SEGMENTS_IN_THE_WAY` when its bookings would
   *   have to change places, or `SETTLING` with `Retry-After` while a confirmation of one of them is under way.
   * @throws TimeClaimed when somebody else has some of the time: nothing was written.
   */
  async begin(work: MoveWork): Promise<BegunMove> {
    const { visit, plan, parts, standing } = work;
    const wanted = await this.claims.wantedByMove(plan, parts, standing);
    const begun = await this.sagas.transaction(async (manager) => {
      const locked = await this.records.lock(manager, visit.companyId, visit.id);
      if (!locked) throw new ApiError('BOOKING_NOT_FOUND');
      const written = await this.write(manager, locked, work);
      if ('saga' in written) await this.claims.claim(manager, written.saga, wanted);
      return written;
    });
    if ('saga' in begun) failpoint('begun');
    return begun;
  }

  /** What is moved away, and then confirmed by a call of ours that is still under way, would come back to life. */
  private async assertSettled(manager: EntityManager, { companyId, segments }: Visit): Promise<void> {
    const ids = segments.map(({ bookingId }) => bookingId);
    const settling = await this.sagas.settling(manager, companyId, ids);
    if (settling.size === 0) return;
    const leftMs = Math.max(...settling.values()) - Date.now();
    const headers = { 'retry-after': String(Math.max(1, Math.ceil(leftMs / 1000))) };
    throw new ApiError('CONFLICT', { details: { reason: 'SETTLING' }, headers });
  }

  private async write(
    manager: EntityManager,
    { visit, appointments }: LockedVisit,
    work: MoveWork,
  ): Promise<BegunMove> {
    const { plan, parts, request } = work;
    if (visit.status !== 'confirmed' && visit.status !== 'disrupted') throw cannotChange(visit.status);
    const order = moveOrder(
      movesOf(visit.segments, appointments, parts),
      ({ index }) => visit.segments[index]!.staffId,
    );
    if (!order) throw new ApiError('CONFLICT', { details: { reason: 'SEGMENTS_IN_THE_WAY' } });
    const ids = visit.segments.map(({ bookingId }) => bookingId);
    const segments = agreedSegments(plan, parts, ids);
    // Hosts may have moved it there before: then that is agreed on from now on.
    if (order.length === 0) return { visit: await this.records.settle(manager, visit, { segments }, 'moved') };
    await this.assertSettled(manager, visit);
    const words = wordsOf(order, appointments, work);
    const saga = await this.sagas.create(manager, this.plans.moving(visit, plan, order, segments, words));
    const change = { sagaId: saga.id, nextSegments: segments, failure: null };
    if (!(await this.records.become(manager, visit, 'rescheduling', change))) throw cannotChange(visit.status);
    await this.changes.begin(manager, request, saga, visit.id);
    return { saga, segments };
  }
}

/** What new bookings say of their attendee; one who was erased cannot be booked for. */
function wordsOf(order: SegmentMove[], appointments: GroupedAppointment[], work: MoveWork): MoveWords {
  const [first] = appointments;
  const isBooking = order.some(({ how }) => how === 'book');
  if (!first || (isBooking && first.isErased)) {
    throw new ApiError('CONFLICT', { details: { reason: 'CUSTOMER_ERASED' } });
  }
  const { attendee, notes, metadata } = first;
  const { reason, correlationId } = work;
  return {
    attendee,
    metadata,
    ...(notes === null ? {} : { notes }),
    ...(reason === undefined ? {} : { reason }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}
