import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { IdempotentRequest } from '../../foundation/idempotency/idempotency.repository';
import { NOT_BOOKED, type Saga, Sagas, thawFailure, unsettled } from '../bookings/saga/sagas.service';
import { type VisitAnswer, VisitAnswers } from './visit-answers';
import { storedFailure } from './visit-failure';
import { VisitReader } from './reading/visit-reader';
import type { CompositeBookingView } from './reading/visit-view';

/** How often a request looks at its saga. One that ends in this process is noticed at once. */
const OWN_LOOK_MS = 200;
const REST_LOOK_MS = 50;
/** How often a request looks at a saga that is driven elsewhere. */
const LOOK_MS = 250;

/** What callers are told of the sagas of visits. */
@Injectable()
export class VisitOutcomes {
  constructor(
    private readonly sagas: Sagas,
    private readonly answers: VisitAnswers,
    private readonly reader: VisitReader,
  ) {}

  /**
   * Drives a saga that has just begun, and waits for it.
   *
   * @returns what it was answered, 202 with the visit as it is known by then, or undefined when it has turned: then
   *   `saga.failure` says why.
   */
  async drive(request: IdempotentRequest | undefined, saga: Saga, visitId: string, untilMs: number) {
    const driving = this.sagas.drive(saga);
    while (saga.state.status === 'running' && performance.now() < untilMs) {
      const ended = await Promise.race([driving.then(() => true), pause(OWN_LOOK_MS, false)]);
      if (ended) break;
    }
    if (saga.state.status === 'confirmed' && saga.confirmed) {
      return { status: 0, visit: saga.confirmed as CompositeBookingView, replayed: false };
    }
    if (saga.state.status !== 'running') return undefined;
    return this.follow(request, { companyId: saga.companyId, sagaId: saga.id, visitId }, untilMs);
  }

  /**
   * Waits for a saga that somebody else drives, or drove. Undefined when it has ended without effect for a cause that
   * may have passed: the request can be made anew.
   *
   * @throws the failure that it ended with, once it cannot be confirmed any more.
   */
  async follow(
    request: IdempotentRequest | undefined,
    { companyId, sagaId, visitId }: { companyId: string; sagaId: string; visitId: string },
    untilMs: number,
  ): Promise<VisitAnswer | undefined> {
    const ids = { companyId, sagaId };
    for (;;) {
      const recalled = request && (await this.answers.lookUp(request));
      if (recalled?.answer) return recalled.answer;
      const status = await this.statusOf(ids);
      if (status === undefined) return undefined;
      const isOver = !request && status === 'confirmed';
      if (isOver || performance.now() >= untilMs) break;
      await pause(LOOK_MS);
    }
    if (request) await this.answers.release(undefined, { companyId, id: sagaId });
    return { status: 202, visit: await this.reader.get(companyId, visitId), replayed: false };
  }

  /** Waits until a saga that this process drives has undone what it did, as long as its caller has patience. */
  async rest(saga: Saga, untilMs: number): Promise<void> {
    while (saga.state.status === 'compensating' && performance.now() < untilMs) await pause(REST_LOOK_MS);
  }

  /**
   * Waits for the end of a saga whose end is to undo.
   *
   * @throws ApiError `BOOKING_REFUSED` when it needs a person.
   */
  async end(
    request: IdempotentRequest | undefined,
    { companyId, sagaId, visitId }: { companyId: string; sagaId: string; visitId: string },
    untilMs: number,
  ): Promise<VisitAnswer> {
    let isOpen = await this.isOpen(companyId, sagaId);
    while (isOpen && performance.now() < untilMs) {
      await pause(OWN_LOOK_MS);
      isOpen = await this.isOpen(companyId, sagaId);
    }
    const visit = await this.reader.row(companyId, visitId);
    if (visit.status === 'needs_attention' && visit.failure) throw thawFailure(storedFailure(visit.failure));
    if (request && isOpen) await this.answers.release(undefined, { companyId, id: sagaId });
    return { status: isOpen ? 202 : 200, visit: await this.reader.view(visit), replayed: false };
  }

  private async isOpen(companyId: string, sagaId: string): Promise<boolean> {
    const saga = await this.sagas.outcome(companyId, sagaId);
    return saga?.status === 'running' || saga?.status === 'compensating';
  }

  /** Undefined when it has ended without effect. @throws the failure of one that has turned. */
  private async statusOf({ companyId, sagaId }: { companyId: string; sagaId: string }) {
    const saga = await this.sagas.outcome(companyId, sagaId);
    if (!saga || saga.status === 'compensated') return undefined;
    // Right after the pivot the answer is there, unless nobody waits for one.
    if (saga.status === 'running' || saga.status === 'confirmed') return saga.status;
    throw unsettled(saga.failure ?? NOT_BOOKED, saga.settlesInSeconds);
  }
}
