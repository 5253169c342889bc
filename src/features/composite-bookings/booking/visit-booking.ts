import { Injectable } from '@nestjs/common';
import { ApiError } from '../../../foundation/errors/api-error';
import type { IdempotentRequest } from '../../../foundation/idempotency/idempotency.repository';
import { canonicalTimeZone } from '../../../foundation/time/zones';
import type { BookingCaller } from '../../bookings/bookings.service';
import { isFinal, type Saga, thawFailure } from '../../bookings/saga/sagas.service';
import { type RecalledVisit, type VisitAnswer, VisitAnswers } from '../visit-answers';
import { type BegunVisit, VisitBeginning } from './visit-beginning';
import { failureOf, storedFailure } from '../visit-failure';
import { type Looking, VisitIntake } from './visit-intake';
import { VisitOutcomes } from '../visit-outcomes';
import { type Reservations, VisitReservations } from './visit-reservations';
import type { VisitRequest, VisitWork } from './visit-work';

type BegunWork = BegunVisit & { work: VisitWork; looking: Looking; reserved: Reservations | undefined };

/** Books visits, once for a key, and answers within the caller's patience. */
@Injectable()
export class VisitBooking {
  constructor(
    private readonly answers: VisitAnswers,
    private readonly intake: VisitIntake,
    private readonly beginning: VisitBeginning,
    private readonly outcomes: VisitOutcomes,
    private readonly reservations: VisitReservations,
  ) {}

  /**
   * @throws ApiError or SchedulingError only when nothing of the visit is booked that stays.
   */
  async book(companyId: string, asked: VisitRequest, caller: BookingCaller): Promise<VisitAnswer> {
    const untilMs = performance.now() + caller.waitMs;
    const { route, idempotencyKey: key, fingerprint } = caller;
    const request: IdempotentRequest = { companyId, route, key, fingerprint };
    const recalled = await this.answers.recall(request);
    if (recalled?.answer) return recalled.answer;
    const followed = await this.followed(request, recalled, untilMs);
    if (followed) return followed;
    const begun = await this.begun(request, asked, caller, untilMs, recalled).catch((error: unknown) =>
      this.overtaken(request, error, recalled, untilMs),
    );
    return 'saga' in begun ? this.outcome(begun) : begun;
  }

  /**
   * What is in the way may be what the same request, sent twice at once, is booking or has just booked.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_IN_USE` while the other one is served, and `error` when there is none: that is the
   *   answer then, for good.
   */
  private async overtaken(
    request: IdempotentRequest,
    error: unknown,
    before: RecalledVisit | undefined,
    untilMs: number,
  ): Promise<VisitAnswer> {
    if (!(error instanceof ApiError) || error.code !== 'SLOT_UNAVAILABLE') throw error;
    const { answer, sagaId = null, ...quicker } = (await this.answers.recall(request)) ?? { visitId: '' };
    if (answer) return answer;
    const isOther = sagaId !== (before?.sagaId ?? null);
    const followed = isOther ? await this.followed(request, { ...quicker, sagaId }, untilMs) : undefined;
    return followed ?? this.answers.refuse(request, error, sagaId);
  }

  /** The same request came before; it goes on from there. */
  private async followed(request: IdempotentRequest, recalled: RecalledVisit | undefined, untilMs: number) {
    if (!recalled?.sagaId) return undefined;
    const { sagaId, visitId } = recalled;
    return this.outcomes.follow(request, { companyId: request.companyId, sagaId, visitId }, untilMs);
  }

  private async work(request: IdempotentRequest, asked: VisitRequest, caller: BookingCaller, untilMs: number) {
    const { companyId } = request;
    const { correlationId } = caller;
    const plan = await this.intake.plan(companyId, asked.serviceId);
    const zone = asked.timeZone === undefined ? {} : { timeZone: canonicalTimeZone(asked.timeZone) };
    const attendee = await this.intake.attendees.complete(companyId, { ...zone, ...asked.customer }, 'customer');
    const timeZone = zone.timeZone ?? attendee.timeZone;
    const isTrusted = caller.isTrusted === true;
    const looking: Looking = {
      timeZone,
      untilMs,
      isTrusted,
      ...(correlationId === undefined ? {} : { correlationId }),
    };
    const option = await this.intake.chosen(plan, asked, looking);
    const { notes, metadata } = asked;
    const words = { ...(notes === undefined ? {} : { notes }), ...(metadata === undefined ? {} : { metadata }) };
    const command = { startMs: option.startMs, attendee, ...words };
    const work: VisitWork = { request, caller, plan, option, timeZone, command };
    return { work, looking };
  }

  private async begun(
    request: IdempotentRequest,
    asked: VisitRequest,
    caller: BookingCaller,
    untilMs: number,
    recalled: RecalledVisit | undefined,
  ) {
    const { work, looking } = await this.work(request, asked, caller, untilMs);
    return { work, looking, ...(await this.begin(work, looking, recalled)) };
  }

  private async outcome({ work, looking, visitId, saga, segments, reserved }: BegunWork): Promise<VisitAnswer> {
    const { request } = work;
    const answer = await this.outcomes.drive(request, saga, visitId, looking.untilMs);
    void this.reservations.end(reserved);
    if (answer) return { ...answer, status: answer.status || 201 };
    throw await this.refusal(work, saga, { segments }, looking);
  }

  private async begin(work: VisitWork, { correlationId, ...looking }: Looking, recalled?: RecalledVisit) {
    const { request, plan, option } = work;
    let reserved: Reservations | undefined;
    try {
      reserved = await this.reservations.make(request.companyId, option.parts, { correlationId });
      return { ...(await this.beginning.begin(work, recalled)), reserved };
    } catch (error) {
      void this.reservations.end(reserved);
      if (!(error instanceof ApiError) || error.code !== 'SLOT_UNAVAILABLE') throw error;
      throw await this.intake.unavailable(plan, option.parts, error.details, { correlationId, ...looking });
    }
  }

  /** A time that is taken is answered with others that are free; a repeat of the request gets the same ones. */
  private async refusal(
    { plan, option }: VisitWork,
    saga: Saga,
    visit: Parameters<typeof failureOf>[1],
    looking: Looking,
  ) {
    const failure = storedFailure(failureOf(saga, visit));
    if (failure.code !== 'SLOT_UNAVAILABLE') return thawFailure(failure);
    const whole = await this.intake.unavailable(plan, option.parts, { ...failure.details }, looking);
    if (isFinal(failure)) {
      const stored = { kind: 'api', code: 'SLOT_UNAVAILABLE', details: whole.details } as const;
      await this.answers.finish(undefined, saga, 0, { failure: stored });
    }
    return whole;
  }
}
