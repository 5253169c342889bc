import { Injectable } from '@nestjs/common';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { Replica } from '../../../foundation/replicas/replica.service';
import { INTENT_AGE_MAX_MS, Moment, type PreparedWrite } from '../../../scheduling/prepared-write';
import { type RefusalReason, SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import { BookingSteps } from './booking-steps';
import type { Saga } from './saga';
import { remarkOf, SagaRecord } from './saga-record';
import type { SagaEvent } from './saga-state';

/** What cannot be undone, or not even be looked for, for that long needs a person. */
const UNDOING_MAX_MS = 24 * 3_600_000;
/** Asking again would bring the same. */
const FOR_GOOD = ['SLOT_UNAVAILABLE', 'REFUSED', 'INVALID_REQUEST', 'UNSUPPORTED'];
const OVERTAKEN: RefusalReason[] = ['ALREADY_CANCELLED', 'ALREADY_RESCHEDULED', 'REJECTED_EARLIER', 'ALREADY_ENDED'];

/** Undoes what a saga has booked: what it made is cancelled, what it moved is moved back. */
@Injectable()
export class SagaBackward {
  constructor(
    private readonly record: SagaRecord,
    private readonly steps: BookingSteps,
    private readonly replica: Replica,
  ) {}

  undo(saga: Saga, step: number): Promise<void> {
    return saga.plan[step]!.moves ? this.moveBack(saga, step) : this.cancel(saga, step);
  }

  private async cancel(saga: Saga, step: number): Promise<void> {
    const askedMs = saga.nowMs();
    try {
      await this.steps.cancel(saga, step);
      failpoint('undone');
      await this.record.write(saga, [{ type: 'cancelled', step, askedMs }]);
    } catch (error) {
      await this.failed(saga, step, error);
    }
  }

  /** As a booking is made: it is not the same when it is asked for twice. */
  private async moveBack(saga: Saga, step: number): Promise<void> {
    if (!this.replica.isFit) throw new Error('not fit to call: the heartbeat is missing');
    const { settleMs } = saga.state.steps[step]!;
    // A confirmation that may still be under way would bring the booking back that is left behind.
    if (settleMs !== undefined && saga.nowMs() <= settleMs) {
      return this.record.write(saga, [{ type: 'cancel-failed', step }]);
    }
    try {
      const prepared = await this.steps.prepareReturn(saga, step);
      await this.sendReturn(saga, step, prepared);
    } catch (error) {
      await this.returnFailed(saga, step, error);
    }
  }

  private async sendReturn(saga: Saga, step: number, prepared: PreparedWrite<ProviderBooking>): Promise<void> {
    const intentAt = new Moment();
    const settleMs = saga.nowMs() + INTENT_AGE_MAX_MS + this.steps.settleMs;
    try {
      await this.record.write(saga, [{ type: 'return-intended', step, settleMs }]);
    } catch (error) {
      prepared.release();
      throw error;
    }
    if (!this.replica.isFit) {
      prepared.release();
      return this.record.write(saga, [{ type: 'return-not-sent', step }]);
    }
    failpoint('sending');
    const booking = await this.steps.send(saga, prepared, intentAt);
    failpoint('undone');
    await this.returned(saga, step, booking);
  }

  private async returned(saga: Saga, step: number, booking: ProviderBooking): Promise<void> {
    saga.answers.set(step, booking);
    const isPending = booking.status === 'pending';
    await this.record.write(saga, [{ type: 'returned', step, uid: booking.uid, isPending }]);
  }

  private async returnFailed(saga: Saga, step: number, error: unknown): Promise<void> {
    if (!(error instanceof SchedulingError)) throw error;
    const { status, uid } = saga.state.steps[step]!;
    if (status !== 'returning') return this.failed(saga, step, error);
    // Somebody else has decided about it meanwhile: there is nothing to move back.
    const events = isOvertaken(error)
      ? [{ type: 'returned' as const, step, uid: uid! }]
      : notReturned(saga, step, error);
    await this.record.write(saga, events, { remark: remarkOf(error) });
  }

  /** Where is it that was to be moved back? */
  async lookBack(saga: Saga, step: number): Promise<void> {
    const lookedMs = saga.nowMs();
    try {
      const booking = await this.steps.findReturned(saga, step);
      failpoint('found');
      if (booking) return await this.returned(saga, step, booking);
      await this.record.write(saga, [{ type: 'return-looked', step, lookedMs }]);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      const type = isOverdue(saga) ? 'cancel-refused' : 'look-failed';
      await this.record.write(saga, [{ type, step }], { remark: remarkOf(error) });
    }
  }

  private async failed(saga: Saga, step: number, error: unknown): Promise<void> {
    if (!(error instanceof SchedulingError)) throw error;
    const type = isFinal(saga, error) ? 'cancel-refused' : 'cancel-failed';
    await this.record.write(saga, [{ type, step }], { remark: remarkOf(error) });
  }
}

/** What gets no answer stays `returning`, and is looked for. */
function notReturned(saga: Saga, step: number, error: SchedulingError): SagaEvent[] {
  const stuck: SagaEvent = { type: 'cancel-refused', step };
  // A refusal is an answer: nothing is under way any more that a later try would have to wait for.
  if (FOR_GOOD.includes(error.code)) return [{ type: 'return-not-sent', step }, stuck];
  if (isOverdue(saga)) return [stuck];
  if (error.code === 'OUTCOME_UNKNOWN') return [{ type: 'look-failed', step }];
  return [
    { type: 'return-not-sent', step },
    { type: 'cancel-failed', step },
  ];
}

/** Somebody else has decided about the booking. */
function isOvertaken({ code, details }: SchedulingError): boolean {
  return code === 'BOOKING_NOT_FOUND' || OVERTAKEN.includes(details.reason ?? 'OTHER');
}

export function isFinal(saga: Saga, { code }: SchedulingError): boolean {
  return FOR_GOOD.includes(code) || isOverdue(saga);
}

export function isOverdue(saga: Saga): boolean {
  return saga.nowMs() - saga.state.deadlineMs > UNDOING_MAX_MS;
}
