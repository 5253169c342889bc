import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { BookingWork } from './booking-command';
import { BookingReader } from './booking-reader';
import type { BookingView } from './booking-view';
import { type FrozenFailure, thawFailure, unsettled } from './frozen-failure';
import { type BookingAnswer, IdempotencyService } from './idempotency.service';
import { Refusals } from './refusals';
import { NOT_BOOKED, type Saga } from './saga/saga';
import { SagasRepository } from './saga/sagas.repository';

/** How often a request looks at a saga that is driven elsewhere. */
const LOOK_MS = 250;

/** What callers are told of a booking saga. */
@Injectable()
export class BookingOutcomes {
  constructor(
    private readonly sagas: SagasRepository,
    private readonly idempotency: IdempotencyService,
    private readonly reader: BookingReader,
    private readonly refusals: Refusals,
  ) {}

  /** The outcome of a saga that this process has driven, or 202 with the booking as it is known by then. */
  async of(work: BookingWork, saga: Saga, untilMs: number): Promise<BookingAnswer> {
    // Only the state is set after the commit.
    if (saga.state.status === 'confirmed' && saga.confirmed)
      return { status: 201, booking: saga.confirmed as BookingView, replayed: false };
    if (saga.state.status !== 'running') throw await this.refusal(work, saga.id, saga.failure ?? NOT_BOOKED, untilMs);
    const answer = await this.follow(work, saga.id, untilMs);
    if (answer) return answer;
    throw thawFailure(NOT_BOOKED);
  }

  /**
   * Waits for a saga that somebody else drives, or drove. Undefined when it has ended without effect for a cause that
   * may have passed: the request can be made anew.
   *
   * @throws the failure that it ended with, once it cannot be confirmed any more.
   */
  async follow({ request }: BookingWork, sagaId: string, untilMs: number): Promise<BookingAnswer | undefined> {
    for (;;) {
      const recalled = await this.idempotency.lookUp(request);
      if (recalled?.answer) return recalled.answer;
      const saga = await this.sagas.outcome(request.companyId, sagaId);
      if (!saga || saga.status === 'compensated') return undefined;
      if (saga.status !== 'running') throw unsettled(saga.failure ?? NOT_BOOKED, saga.settlesInSeconds);
      if (performance.now() >= untilMs) break;
      await pause(LOOK_MS);
    }
    await this.idempotency.releaseSaga(undefined, { companyId: request.companyId, id: sagaId });
    const booking = await this.reader.ofSaga(request.companyId, sagaId);
    return { status: 202, booking, replayed: false };
  }

  /** What a request is told that could not even begin: of a time that is spoken for, also why, and which times are free. */
  async refusedAtOnce(work: BookingWork, error: unknown, untilMs: number): Promise<unknown> {
    if (!(error instanceof ApiError) || error.code !== 'SLOT_UNAVAILABLE') return error;
    const details = await this.refusals.taken(work, 'CLAIMED', untilMs);
    return new ApiError(error.code, { details: { ...details }, cause: error });
  }

  /** A time that is taken is answered with why, and with others that are free; a repeat of the request gets the same. */
  private async refusal(work: BookingWork, sagaId: string, failure: FrozenFailure, untilMs: number): Promise<Error> {
    const whole = await this.refusals.explained(work, failure, untilMs);
    if (whole === failure) return thawFailure(failure);
    const { companyId } = work.request;
    if (!work.caller.derivedKey) {
      await this.idempotency.finishSaga(undefined, { companyId, id: sagaId }, { status: 0, failure: whole });
    }
    return thawFailure(whole);
  }
}
