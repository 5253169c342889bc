import { Injectable } from '@nestjs/common';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { Replica } from '../../../foundation/replicas/replica.service';
import { INTENT_AGE_MAX_MS, Moment, type PreparedWrite } from '../../../scheduling/prepared-write';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import { TimeClaimed } from '../../availability/claims/host-times.service';
import { BookingSteps } from './booking-steps';
import type { Saga } from './saga';
import { isOverdue } from './saga-backward';
import { next } from './saga-decision';
import { remarkOf, SagaRecord } from './saga-record';
import type { SagaEvent } from './saga-state';

/** Books what a saga is made of, one step after another. */
@Injectable()
export class SagaForward {
  constructor(
    private readonly record: SagaRecord,
    private readonly steps: BookingSteps,
    private readonly replica: Replica,
  ) {}

  /** Waits first, for permit and connection; then records that the call is in flight; then sends. */
  async book(saga: Saga, step: number): Promise<void> {
    // Whoever is not certainly alive to the others begins nothing.
    if (!this.replica.isFit) throw new Error('not fit to call: the heartbeat is missing');
    let prepared: PreparedWrite<ProviderBooking>;
    try {
      prepared = await this.steps.prepare(saga, step);
    } catch (error) {
      return this.record.refuse(saga, step, error);
    }
    failpoint('prepared');
    // The wait for a permit may have lasted until there is nothing left to send.
    if (next(saga.state, saga.nowMs()).do !== 'book') return prepared.release();
    const intentAt = new Moment();
    try {
      await this.record.write(saga, [{ type: 'intended', step, settleMs: this.settleMs(saga) }]);
    } catch (error) {
      prepared.release();
      throw error;
    }
    await this.send(saga, step, prepared, intentAt);
  }

  private async send(saga: Saga, step: number, prepared: PreparedWrite<ProviderBooking>, intentAt: Moment) {
    if (!this.replica.isFit) {
      prepared.release();
      return this.record.write(saga, [{ type: 'not-sent', step }]);
    }
    failpoint('sending');
    try {
      const booking = await this.steps.send(saga, prepared, intentAt);
      failpoint('answered');
      await this.booked(saga, step, booking);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      const remark = remarkOf(error);
      if (error.code === 'NOT_SENT') return this.record.write(saga, [{ type: 'not-sent', step }], { remark });
      if (error.code === 'OUTCOME_UNKNOWN') return this.record.write(saga, [{ type: 'lost', step }], { remark });
      return this.record.refuse(saga, step, error);
    }
  }

  private async booked(saga: Saga, step: number, booking: ProviderBooking): Promise<void> {
    const events: SagaEvent[] = [{ type: 'booked', step, uid: booking.uid }];
    const isWanted = saga.state.steps[step]!.confirmation === 'wanted';
    if (isWanted && booking.status === 'accepted') events.push({ type: 'confirmed', step });
    saga.answers.set(step, booking);
    // Found too late: its host has cancelled or moved it, and where it was moved to has to be cancelled as well.
    if (isOver(booking)) return this.record.refuse(saga, step, overtaken(), events);
    // Of round-robin and collective types only the answer says who it is, and they may be spoken for.
    const claims = await this.steps.namedBy(saga, step, booking);
    try {
      return await this.record.write(saga, events, { claims });
    } catch (error) {
      if (!(error instanceof TimeClaimed)) throw error;
    }
    // In one write: whoever took over in between would commit what it finds booked.
    const claimed = new SchedulingError('SLOT_UNAVAILABLE', 'the host is claimed');
    await this.record.refuse(saga, step, claimed, events);
  }

  /** Looks for what may have been booked; also when the saga has turned. */
  async look(saga: Saga, step: number): Promise<void> {
    const lookedMs = saga.nowMs();
    try {
      const booking = await this.steps.find(saga, step);
      failpoint('found');
      if (booking && saga.state.status === 'running') return await this.booked(saga, step, booking);
      await this.record.write(saga, [{ type: 'looked', step, lookedMs, ...(booking ? { uid: booking.uid } : {}) }]);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      const type = isOverdue(saga) ? 'cancel-refused' : 'look-failed';
      await this.record.write(saga, [{ type, step }], { remark: remarkOf(error) });
    }
  }

  /** Reads what this process was not told: all of it must still stand. */
  async commit(saga: Saga): Promise<void> {
    for (const step of saga.plan.keys()) {
      if (saga.answers.get(step)?.uid === saga.state.steps[step]!.uid) continue;
      try {
        const booking = await this.steps.read(saga, step);
        if (isOver(booking)) return await this.record.refuse(saga, step, overtaken());
        saga.answers.set(step, booking);
      } catch (error) {
        if (!(error instanceof SchedulingError)) throw error;
        if (error.code === 'BOOKING_NOT_FOUND') return this.record.refuse(saga, step, error);
        return this.record.write(saga, [{ type: 'look-failed', step }], { remark: remarkOf(error) });
      }
    }
    await this.record.write(saga, [{ type: 'committed' }]);
  }

  private settleMs(saga: Saga): number {
    return saga.nowMs() + INTENT_AGE_MAX_MS + this.steps.settleMs;
  }
}

function isOver({ status }: ProviderBooking): boolean {
  return status === 'cancelled' || status === 'rejected';
}

/** Its host has cancelled or moved it before all of the rest was booked. */
function overtaken(): SchedulingError {
  return new SchedulingError('REFUSED', 'a booking did not stand any more', { reason: 'ALREADY_CANCELLED' });
}
