import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import type { IdempotentRequest } from '../../../foundation/idempotency/idempotency.repository';
import { type Saga, Sagas } from '../../bookings/saga/sagas.service';
import type { VisitAnswer } from '../visit-answers';
import { cannotChange, type VisitChangeCaller, VisitChanges } from './visit-changes';
import { VisitOutcomes } from '../visit-outcomes';
import { type LockedVisit, VisitRecords } from '../visit-records';
import { CANCELLATION_REASON, VisitSagas } from '../visit-sagas';
import { isOver } from '../visit-truth';
import type { CompositeBookingView } from '../reading/visit-view';

/** A cancellation that has begun, was begun by somebody else, or has nothing to do. */
type Begun = { saga: Saga } | { sagaId: string } | { visit: CompositeBookingView };

/** Cancels every segment of a visit that is still there, whatever happens meanwhile. */
@Injectable()
export class VisitCancel {
  constructor(
    private readonly sagas: Sagas,
    private readonly plans: VisitSagas,
    private readonly records: VisitRecords,
    private readonly changes: VisitChanges,
    private readonly outcomes: VisitOutcomes,
  ) {}

  /**
   * 200 once all of it is cancelled, also when it was before; 202 while it is under way.
   *
   * @throws ApiError `BOOKING_NOT_FOUND`; `CONFLICT` while something else is done with it; `BOOKING_REFUSED` when the
   *   provider refuses for good to cancel a segment, which then waits for a person.
   */
  async cancel(companyId: string, id: string, reason: string | undefined, caller: VisitChangeCaller) {
    const untilMs = performance.now() + caller.waitMs;
    const request = this.changes.requestOf(companyId, caller);
    const repeated = await this.changes.repeated(request, id, untilMs, 'undone');
    if (repeated) return repeated;
    const words = reason ?? CANCELLATION_REASON;
    const begun = await this.sagas.transaction(async (manager): Promise<Begun> => {
      const locked = await this.records.lock(manager, companyId, id);
      if (!locked) throw new ApiError('BOOKING_NOT_FOUND');
      return this.begin(manager, locked, words, request, caller.correlationId);
    });
    if ('saga' in begun) failpoint('begun');
    return this.awaited(begun, companyId, id, request, untilMs);
  }

  private async begin(
    manager: EntityManager,
    { visit, appointments }: LockedVisit,
    reason: string,
    request: IdempotentRequest | undefined,
    correlationId: string | undefined,
  ): Promise<Begun> {
    if (visit.status === 'cancelled') return { visit: await this.records.view(manager, visit) };
    if (visit.status === 'cancelling' && visit.sagaId) return { sagaId: visit.sagaId };
    // What is in doubt is settled first: what is stuck of a visit that did not come about is no booking of it any more.
    if (visit.status !== 'confirmed' && visit.status !== 'disrupted') throw cannotChange(visit.status);
    const live = appointments.filter((appointment) => !isOver(appointment) && appointment.uid !== null);
    const ids = live.map(({ id }) => id);
    const settling = await this.sagas.settling(manager, visit.companyId, ids);
    const words = { reason, ...(correlationId === undefined ? {} : { correlationId }) };
    const planned = this.plans.cancelling(visit, live, settling, words);
    // The foreign key of the visit asks for the saga first.
    const saga = await this.sagas.create(manager, planned);
    const after = await this.records.become(manager, visit, 'cancelling', { sagaId: saga.id, failure: null });
    if (!after) throw cannotChange(visit.status);
    await this.changes.begin(manager, request, saga, visit.id);
    return { saga };
  }

  private async awaited(
    begun: Begun,
    companyId: string,
    visitId: string,
    request: IdempotentRequest | undefined,
    untilMs: number,
  ): Promise<VisitAnswer> {
    if ('visit' in begun) return this.changes.unchanged(request, begun.visit);
    if ('saga' in begun) void this.sagas.drive(begun.saga);
    const sagaId = 'saga' in begun ? begun.saga.id : begun.sagaId;
    return this.outcomes.end(request, { companyId, sagaId, visitId }, untilMs);
  }
}
