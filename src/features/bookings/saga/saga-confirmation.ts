import { Injectable } from '@nestjs/common';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { Replica } from '../../../foundation/replicas/replica.service';
import { INTENT_AGE_MAX_MS, Moment, type PreparedWrite } from '../../../scheduling/prepared-write';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import { BookingSteps } from './booking-steps';
import type { Saga } from './saga';
import { isFinal } from './saga-backward';
import { next } from './saga-decision';
import { remarkOf, SagaRecord } from './saga-record';

/** So often a yes to what is back is tried, over a minute and more: until then nothing else can be done with the visit. */
const TRIES_MAX = 8;

/** Says yes for the host: to what was booked, and to what was moved back where he had said yes to it before. */
@Injectable()
export class SagaConfirmation {
  constructor(
    private readonly record: SagaRecord,
    private readonly steps: BookingSteps,
    private readonly replica: Replica,
  ) {}

  /** Read first: a booking that is over would be brought back to life by it. */
  async confirm(saga: Saga, step: number): Promise<void> {
    if (!this.replica.isFit) throw new Error('not fit to call: the heartbeat is missing');
    try {
      const booking = await this.steps.read(saga, step);
      if (booking.status !== 'pending') return await this.decided(saga, step, booking);
      const prepared = await this.steps.prepareConfirmation(saga, step);
      // An intent has to settle, so none is recorded that comes too late.
      if (next(saga.state, saga.nowMs()).do !== 'confirm') return prepared.release();
      await this.send(saga, step, prepared);
    } catch (error) {
      await this.failed(saga, step, error);
    }
  }

  private async send(saga: Saga, step: number, prepared: PreparedWrite<ProviderBooking>): Promise<void> {
    const intentAt = new Moment();
    const isOnly = saga.state.steps[step]!.settleMs === undefined;
    const settleMs = saga.nowMs() + INTENT_AGE_MAX_MS + this.steps.settleMs;
    try {
      await this.record.write(saga, [{ type: 'confirm-intended', step, settleMs }]);
    } catch (error) {
      prepared.release();
      throw error;
    }
    if (!this.replica.isFit || next(saga.state, saga.nowMs()).do !== 'confirm') return prepared.release();
    failpoint('sending');
    const booking = await this.steps.send(saga, prepared, intentAt);
    failpoint('answered');
    await this.decided(saga, step, booking, isOnly);
  }

  private async decided(saga: Saga, step: number, booking: ProviderBooking, isSettled = false): Promise<void> {
    saga.answers.set(step, booking);
    if (booking.status !== 'accepted') {
      return this.denied(saga, step, new SchedulingError('REFUSED', 'the host said no'));
    }
    await this.record.write(saga, [{ type: 'confirmed', step, isSettled }]);
  }

  /** A booking stands only with its yes. One that is back where it was is what its host makes of it. */
  private denied(saga: Saga, step: number, error: SchedulingError): Promise<void> {
    const { status, uid } = saga.state.steps[step]!;
    if (status !== 'returned') return this.record.refuse(saga, step, error);
    return this.record.write(saga, [{ type: 'returned', step, uid: uid! }], { remark: remarkOf(error) });
  }

  private async failed(saga: Saga, step: number, error: unknown): Promise<void> {
    if (!(error instanceof SchedulingError)) throw error;
    const isBack = saga.state.steps[step]!.status === 'returned';
    if (error.code === 'BOOKING_NOT_FOUND' || (isBack && isHopeless(saga, error))) {
      return this.denied(saga, step, error);
    }
    await this.record.write(saga, [{ type: 'confirm-failed', step }], { remark: remarkOf(error) });
  }
}

/** That it has its yes already is read the next time. */
function isHopeless(saga: Saga, error: SchedulingError): boolean {
  if (error.details.reason === 'ALREADY_CONFIRMED') return false;
  return isFinal(saga, error) || saga.state.tries >= TRIES_MAX;
}
