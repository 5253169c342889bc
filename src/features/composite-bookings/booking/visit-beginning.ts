import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ApiError } from '../../../foundation/errors/api-error';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { TimeClaimed } from '../../availability/claims/host-times.service';
import type { VisitPart } from '../../availability/composite/visit-offers.service';
import { type Saga, Sagas } from '../../bookings/saga/sagas.service';
import type { AgreedSegment } from '../visit';
import { type RecalledVisit, VisitAnswers } from '../visit-answers';
import { segmentOfClaim, VisitClaims } from './visit-claims';
import { VisitRecords } from '../visit-records';
import { VisitSagas } from '../visit-sagas';
import { agreedSegments, type VisitWork } from './visit-work';

/** What serving a request takes beyond waiting for its outcome. */
const SERVING_MARGIN_MS = 5_000;
/** How often somebody looks who waits for the turn of an event type. */
const TURN_LOOK_MS = 150;

export interface BegunVisit {
  visitId: string;
  saga: Saga;
  segments: AgreedSegment[];
}

/** Begins visits: nothing is asked of the provider before all of it is written, and all its times are claimed. */
@Injectable()
export class VisitBeginning {
  constructor(
    private readonly sagas: Sagas,
    private readonly plans: VisitSagas,
    private readonly records: VisitRecords,
    private readonly answers: VisitAnswers,
    private readonly claims: VisitClaims,
  ) {}

  /**
   * @param recalled the same request, whose saga came to nothing; its permanent id stays.
   * @throws ApiError `SLOT_UNAVAILABLE` (`CLAIMED`) when somebody else's booking or hold has some of the time,
   *   `IDEMPOTENCY_KEY_IN_USE` when another request with the key was quicker: nothing was written.
   */
  async begin(work: VisitWork, recalled?: RecalledVisit): Promise<BegunVisit> {
    const begun = await inTurn(work.caller.waitMs, work.option.parts, () => this.write(work, recalled));
    failpoint('begun');
    return begun;
  }

  private async write(work: VisitWork, recalled: RecalledVisit | undefined): Promise<BegunVisit> {
    const { request, caller, plan, option } = work;
    const visitId = recalled?.visitId ?? randomUUID();
    const bookingIds = recalled ? await this.records.bookingIds(request.companyId, visitId) : [];
    const segments = agreedSegments(plan, option.parts, bookingIds);
    const planned = this.plans.booking(work, segments);
    const wanted = await this.claims.wantedBy(plan, option.parts);
    return this.sagas.transaction(async (manager) => {
      const saga = await this.sagas.create(manager, planned);
      await this.answers.begin(manager, request, {
        sagaId: saga.id,
        replacing: recalled?.sagaId ?? null,
        resourceId: visitId,
        servedSeconds: (caller.waitMs + SERVING_MARGIN_MS) / 1000,
      });
      await this.claims.claim(manager, saga, wanted);
      await this.records.begin(manager, visitId, work, saga, segments);
      return { visitId, saga, segments };
    });
  }
}

/**
 * Bookings of one round-robin, collective or seated type are made one after another: whoever comes second waits a while.
 *
 * @throws ApiError `SLOT_UNAVAILABLE` (`CLAIMED`) with the segment, or `CONFLICT` (`BOOKING_IN_PROGRESS`) when the turn did not come.
 */
export async function inTurn<T>(waitMs: number, parts: readonly VisitPart[], work: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + waitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TimeClaimed)) throw error;
      if (!error.isTurn) throw claimed(error, parts);
      if (performance.now() > untilMs) throw inProgress(error);
      await pause(TURN_LOOK_MS);
    }
  }
}

function claimed(cause: TimeClaimed, parts: readonly VisitPart[]): ApiError {
  const segment = segmentOfClaim(parts, cause.claim);
  return new ApiError('SLOT_UNAVAILABLE', { details: { reason: 'CLAIMED', ...(segment ? { segment } : {}) }, cause });
}

function inProgress(cause: Error): ApiError {
  return new ApiError('CONFLICT', {
    details: { reason: 'BOOKING_IN_PROGRESS' },
    headers: { 'retry-after': '2' },
    cause,
  });
}
