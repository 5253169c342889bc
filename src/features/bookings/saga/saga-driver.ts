import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { withIntents } from '../../../foundation/failpoints/intents';
import { Replica } from '../../../foundation/replicas/replica.service';
import { INTENT_AGE_MAX_MS, Moment, type PreparedWrite } from '../../../scheduling/prepared-write';
import { type TimeClaim, TimeClaimed } from '../../availability/host-times.service';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import { BookingSteps } from './booking-steps';
import { FencedOut, type Saga } from './saga';
import { next, type SagaAction } from './saga-decision';
import { SagaEnds } from './saga-ends';
import { apply, type SagaEvent } from './saga-state';
import { SagasRepository } from './sagas.repository';

/** A shorter pause is waited out; for a longer one the saga is laid down, and taken up by whoever finds it due. */
const PAUSE_MAX_MS = 1_500;
/** What cannot be undone, or not even be looked for, for that long needs a person. */
const UNDOING_MAX_MS = 24 * 3_600_000;

/** What is at hand when a saga turns. */
interface Known {
  /** Of all steps, or none: without them the saga is committed later. */
  bookings?: ProviderBooking[];
  /** Times of hosts whom only the answer named. */
  claims?: TimeClaim[];
}

/** Drives sagas that this replica owns, step by step, as {@link next} decides. */
@Injectable()
export class SagaDriver {
  constructor(
    private readonly sagas: SagasRepository,
    private readonly steps: BookingSteps,
    private readonly ends: SagaEnds,
    private readonly replica: Replica,
  ) {}

  /** Until the saga has ended, is laid down, or belongs to another replica. Never throws. */
  async drive(saga: Saga, logger: PinoLogger): Promise<void> {
    saga.state = withIntents(saga.state);
    try {
      while (await this.step(saga));
    } catch (error) {
      if (error instanceof FencedOut) return;
      logger.error({ err: error, sagaId: saga.id, companyId: saga.companyId }, 'saga laid down');
      // Whoever takes it up looks first, so nothing is lost by stopping here.
      await this.sagas.handBack(saga).catch(() => undefined);
    }
  }

  /** False when there is nothing more to do here. */
  private async step(saga: Saga): Promise<boolean> {
    const action = next(saga.state, saga.nowMs());
    if (action.do === 'rest') return false;
    if (action.do === 'wait' && action.untilMs - saga.nowMs() > PAUSE_MAX_MS) {
      await this.sagas.handBack(saga);
      return false;
    }
    await this.act(saga, action);
    return true;
  }

  private async act(saga: Saga, action: SagaAction): Promise<void> {
    switch (action.do) {
      case 'book':
        return this.book(saga, action.step);
      case 'look':
        return this.look(saga, action.step);
      case 'cancel':
        return this.cancel(saga, action.step);
      case 'wait':
        return void (await pause(Math.max(10, action.untilMs - saga.nowMs())));
      case 'give-up':
        return this.record(saga, [{ type: 'gave-up' }]);
      case 'commit':
        return this.commit(saga);
      case 'finish-compensation':
        return this.record(saga, [{ type: 'compensated' }]);
      case 'rest':
        return;
    }
  }

  /** Waits first, for permit and connection; then records that the call is in flight; then sends. */
  private async book(saga: Saga, step: number): Promise<void> {
    // Whoever is not certainly alive to the others begins nothing.
    if (!this.replica.isFit) throw new Error('not fit to call: the heartbeat is missing');
    let prepared: PreparedWrite<ProviderBooking>;
    try {
      prepared = await this.steps.prepare(saga, step);
    } catch (error) {
      return this.refuse(saga, step, error);
    }
    failpoint('prepared');
    // The wait for a permit may have lasted until there is nothing left to send.
    if (next(saga.state, saga.nowMs()).do !== 'book') return prepared.release();
    const intentAt = new Moment();
    try {
      const settleMs = saga.nowMs() + INTENT_AGE_MAX_MS + this.steps.settleMs;
      await this.record(saga, [{ type: 'intended', step, settleMs }]);
    } catch (error) {
      prepared.release();
      throw error;
    }
    await this.send(saga, step, prepared, intentAt);
  }

  private async send(
    saga: Saga,
    step: number,
    prepared: PreparedWrite<ProviderBooking>,
    intentAt: Moment,
  ): Promise<void> {
    if (!this.replica.isFit) {
      prepared.release();
      return this.record(saga, [{ type: 'not-sent', step }]);
    }
    failpoint('sending');
    try {
      const booking = await this.steps.send(saga, prepared, intentAt);
      failpoint('answered');
      await this.booked(saga, step, booking);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      if (error.code === 'NOT_SENT') return this.record(saga, [{ type: 'not-sent', step }]);
      if (error.code === 'OUTCOME_UNKNOWN') return this.record(saga, [{ type: 'lost', step }]);
      return this.refuse(saga, step, error);
    }
  }

  private async booked(saga: Saga, step: number, booking: ProviderBooking): Promise<void> {
    const booked: SagaEvent = { type: 'booked', step, uid: booking.uid };
    // Of round-robin and collective types only the answer says who it is, and they may be spoken for.
    const claims = await this.steps.namedBy(saga, step, booking);
    try {
      return await this.record(saga, [booked], { bookings: [booking], claims });
    } catch (error) {
      if (!(error instanceof TimeClaimed)) throw error;
    }
    // In one write: whoever took over in between would commit what it finds booked.
    saga.failure ??= this.ends.failureOf(new SchedulingError('SLOT_UNAVAILABLE', 'the host is claimed'));
    await this.record(saga, [booked, { type: 'refused', step }]);
  }

  private async commit(saga: Saga): Promise<void> {
    const bookings: ProviderBooking[] = [];
    for (const step of saga.plan.keys()) {
      try {
        bookings.push(await this.steps.read(saga, step));
      } catch (error) {
        if (!(error instanceof SchedulingError)) throw error;
        if (error.code === 'BOOKING_NOT_FOUND') return this.refuse(saga, step, error);
        return this.record(saga, [{ type: 'look-failed', step }]);
      }
    }
    await this.record(saga, [{ type: 'committed' }], { bookings });
  }

  private async look(saga: Saga, step: number): Promise<void> {
    const lookedMs = saga.nowMs();
    try {
      const booking = await this.steps.find(saga, step);
      failpoint('found');
      if (booking && saga.state.status === 'running') return await this.booked(saga, step, booking);
      await this.record(saga, [{ type: 'looked', step, lookedMs, ...(booking ? { uid: booking.uid } : {}) }]);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      await this.record(saga, [{ type: isOverdue(saga) ? 'cancel-refused' : 'look-failed', step }]);
    }
  }

  private async cancel(saga: Saga, step: number): Promise<void> {
    try {
      await this.steps.cancel(saga, step);
      failpoint('undone');
      await this.record(saga, [{ type: 'cancelled', step }]);
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      const isFinal = ['REFUSED', 'INVALID_REQUEST', 'UNSUPPORTED'].includes(error.code);
      await this.record(saga, [{ type: isFinal || isOverdue(saga) ? 'cancel-refused' : 'cancel-failed', step }]);
    }
  }

  private async refuse(saga: Saga, step: number, error: unknown): Promise<void> {
    if (!(error instanceof SchedulingError)) throw error;
    saga.failure ??= this.ends.failureOf(error);
    await this.record(saga, [{ type: 'refused', step }]);
  }

  /**
   * Writes what events make of the saga, and its end in the same transaction where it ends by them.
   *
   * @throws TimeClaimed when somebody else has one of the claims: nothing was written.
   */
  private async record(saga: Saga, events: SagaEvent[], { bookings = [], claims = [] }: Known = {}): Promise<void> {
    let state = events.reduce((before, event) => apply(before, event, saga.nowMs()), saga.state);
    const ending = endingBy(next(state, saga.nowMs()), bookings.length === saga.plan.length);
    if (ending) state = apply(state, ending, saga.nowMs());
    await this.sagas.transaction(async (manager) => {
      await this.ends.claim(manager, saga, claims);
      await this.sagas.save(manager, saga, state, ending ? [...events, ending] : events);
      await this.ends.settle(manager, saga, state, bookings);
      failpoint('writing', events[0]!.type);
    });
    failpoint('wrote', events[0]!.type);
    saga.state = state;
  }
}

function isOverdue(saga: Saga): boolean {
  return saga.nowMs() - saga.state.deadlineMs > UNDOING_MAX_MS;
}

function endingBy(action: SagaAction, hasBookings: boolean): SagaEvent | undefined {
  if (action.do === 'commit' && hasBookings) return { type: 'committed' };
  return action.do === 'finish-compensation' ? { type: 'compensated' } : undefined;
}
