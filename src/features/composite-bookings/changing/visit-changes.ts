import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import type { IdempotentRequest } from '../../../foundation/idempotency/idempotency.repository';
import type { ChangeCaller } from '../../bookings/bookings.service';
import type { NewSaga, Saga } from '../../bookings/saga/sagas.service';
import { type VisitAnswer, VisitAnswers } from '../visit-answers';
import { VisitOutcomes } from '../visit-outcomes';
import type { VisitStatus } from '../visit-state';
import type { CompositeBookingView } from '../reading/visit-view';

/** A change is served for at most so long. */
const SERVED_SECONDS = 30;

export interface VisitChangeCaller extends ChangeCaller {
  /** How long the caller waits for an outcome, milliseconds. */
  waitMs: number;
}

/** What changes of a visit have in common: one at a time, once for a key. */
@Injectable()
export class VisitChanges {
  constructor(
    private readonly answers: VisitAnswers,
    private readonly outcomes: VisitOutcomes,
  ) {}

  requestOf(companyId: string, { idempotencyKey: key, route, fingerprint }: ChangeCaller) {
    return key === undefined ? undefined : { companyId, route, key, fingerprint };
  }

  /**
   * The answer of the same request, which came before; undefined when there is none, or it can be made anew.
   *
   * @param end of a saga whose end is to undo: that it undoes is no failure of it.
   */
  async repeated(
    request: IdempotentRequest | undefined,
    visitId: string,
    untilMs: number,
    end: 'confirmed' | 'undone' = 'confirmed',
  ): Promise<VisitAnswer | undefined> {
    const recalled = request && (await this.answers.recall(request));
    if (!recalled) return undefined;
    if (recalled.answer) return recalled.answer;
    if (recalled.sagaId === null) return undefined;
    const ids = { companyId: request.companyId, sagaId: recalled.sagaId, visitId };
    return end === 'undone' ? this.outcomes.end(request, ids, untilMs) : this.outcomes.follow(request, ids, untilMs);
  }

  /** Nothing had to be done; a repeat does nothing either, whatever the visit has become meanwhile. */
  unchanged(request: IdempotentRequest | undefined, visit: CompositeBookingView): Promise<VisitAnswer> {
    return this.answers.keep(request, visit);
  }

  /** As {@link VisitAnswers.once}. */
  once(...work: Parameters<VisitAnswers['once']>): Promise<VisitAnswer> {
    return this.answers.once(...work);
  }

  /** Ties the request to the saga that it begins. */
  async begin(manager: EntityManager, request: IdempotentRequest | undefined, saga: Saga | NewSaga, visitId: string) {
    if (!request) return;
    await this.answers.begin(manager, request, {
      sagaId: saga.id,
      replacing: await this.answers.sagaOf(manager, request),
      resourceId: visitId,
      servedSeconds: SERVED_SECONDS,
    });
  }
}

/** Why a visit that is in this state cannot be changed now. */
export function cannotChange(status: VisitStatus): ApiError {
  const isUnderWay = ['outcome_pending', 'rescheduling', 'cancelling', 'compensating'].includes(status);
  return new ApiError('CONFLICT', {
    details: { reason: status.toUpperCase() },
    headers: isUnderWay ? { 'retry-after': '2' } : {},
  });
}
