import { Injectable } from '@nestjs/common';
import { ApiError } from '../../../foundation/errors/api-error';
import type { ServicePlan } from '../../services/services.service';
import { type BegunMove, MoveBeginning, type MoveWork } from './move-beginning';
import type { Visit } from '../visit';
import type { VisitAnswer } from '../visit-answers';
import { inTurn } from '../booking/visit-beginning';
import { cannotChange, type VisitChangeCaller, VisitChanges } from './visit-changes';
import { failureOf, storedFailure } from '../visit-failure';
import { type Looking, VisitIntake } from '../booking/visit-intake';
import { VisitOutcomes } from '../visit-outcomes';
import { VisitReader } from '../reading/visit-reader';
import type { VisitChoice } from '../booking/visit-work';
import { thawFailure } from '../../bookings/saga/sagas.service';

/** Gives visits new times, whole or not at all. */
@Injectable()
export class VisitMove {
  constructor(
    private readonly reader: VisitReader,
    private readonly intake: VisitIntake,
    private readonly beginning: MoveBeginning,
    private readonly changes: VisitChanges,
    private readonly outcomes: VisitOutcomes,
  ) {}

  /**
   * 200 once every segment is at its new time, 202 while that is open. The id of the visit and those of its bookings
   * stay. A segment that was cancelled at the provider is booked again.
   *
   * @throws ApiError `BOOKING_NOT_FOUND`; `CONFLICT` with the state that does not allow it; `SLOT_UNAVAILABLE` with
   *   alternatives when it cannot be had: then it stays as it was.
   */
  async reschedule(
    companyId: string,
    id: string,
    { reason, ...choice }: VisitChoice & { reason?: string },
    caller: VisitChangeCaller,
  ): Promise<VisitAnswer> {
    const untilMs = performance.now() + caller.waitMs;
    const request = this.changes.requestOf(companyId, caller);
    const repeated = await this.changes.repeated(request, id, untilMs);
    if (repeated) return repeated;
    const visit = await this.reader.row(companyId, id);
    if (visit.status !== 'confirmed' && visit.status !== 'disrupted') throw cannotChange(visit.status);
    const { correlationId } = caller;
    const known = correlationId === undefined ? {} : { correlationId };
    const looking: Looking = { timeZone: visit.timeZone, untilMs, isTrusted: true, ...known };
    const plan = await this.planOf(visit);
    const standing = await this.reader.standing(visit);
    // What is in the way may be what the same request, sent twice at once, has just moved.
    const parts = await this.intake
      .moved(plan, { agreed: visit.segments, standing }, choice, looking)
      .catch(async (error: unknown) => {
        const quicker = await this.changes.repeated(request, id, untilMs);
        if (quicker) return quicker;
        throw error;
      });
    if ('status' in parts) return parts;
    const words = reason === undefined ? {} : { reason };
    return this.write(
      { visit, plan, parts, standing, ...words, ...known, ...(request ? { request } : {}) },
      looking,
      caller.waitMs,
    );
  }

  /** The service as it is now; with other segments than were booked it is not this visit any more. */
  private async planOf({ companyId, serviceId, segments }: Visit): Promise<ServicePlan> {
    const plan = await this.intake.plan(companyId, serviceId);
    const isSame = plan.segments.map(({ id }) => id).join() === segments.map(({ segmentId }) => segmentId).join();
    if (!isSame) throw new ApiError('CONFLICT', { details: { reason: 'SERVICE_CHANGED' } });
    return plan;
  }

  private async write(work: MoveWork, looking: Looking, waitMs: number): Promise<VisitAnswer> {
    const begun = await this.begin(work, looking, waitMs);
    if ('visit' in begun) return this.changes.unchanged(work.request, begun.visit);
    const { saga, segments } = begun;
    const answer = await this.outcomes.drive(work.request, saga, work.visit.id, looking.untilMs);
    if (answer) return { ...answer, status: answer.status || 200 };
    // What was moved is moved back first, so that whoever is refused finds the visit as it was.
    await this.outcomes.rest(saga, looking.untilMs);
    const failure = storedFailure(failureOf(saga, { segments }));
    if (failure.code !== 'SLOT_UNAVAILABLE') throw thawFailure(failure);
    throw await this.intake.unavailable(work.plan, work.parts, { ...failure.details }, looking);
  }

  private begin(work: MoveWork, looking: Looking, waitMs: number): Promise<BegunMove> {
    return inTurn(waitMs, work.parts, () => this.beginning.begin(work)).catch(async (error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 'SLOT_UNAVAILABLE') throw error;
      throw await this.intake.unavailable(work.plan, work.parts, error.details, looking);
    });
  }
}
