import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { BookingWork } from './booking-command';
import { BookingOutcomes } from './booking-outcomes';
import type { BookingAnswer, Recalled } from './idempotency.service';
import { BookingBeginning } from './saga/booking-beginning';
import { SagaWorker } from './saga/saga-worker';

/** How often a request looks at its saga. A saga that ends in this process is noticed at once. */
const LOOK_MS = 200;

/** Writes a booking as the saga of one segment, and answers within the caller's patience. */
@Injectable()
export class BookingWriter {
  constructor(
    private readonly beginning: BookingBeginning,
    private readonly worker: SagaWorker,
    private readonly outcomes: BookingOutcomes,
  ) {}

  /**
   * @param recalled the same request came before; it goes on from there.
   * @throws SchedulingError or ApiError only when the booking does not exist and will not come into being.
   */
  async write(work: BookingWork, recalled?: Recalled): Promise<BookingAnswer> {
    const untilMs = performance.now() + work.caller.waitMs;
    if (recalled?.sagaId) {
      const known = await this.outcomes.follow(work, recalled.sagaId, untilMs);
      if (known) return known;
    }
    const saga = await this.beginning.begin(work, recalled).catch(async (error: unknown) => {
      throw await this.outcomes.refusedAtOnce(work, error, untilMs);
    });
    const driving = this.worker.drive(saga);
    while (saga.state.status === 'running' && performance.now() < untilMs) {
      const ended = await Promise.race([driving.then(() => true), pause(LOOK_MS, false)]);
      if (ended) break;
    }
    return this.outcomes.of(work, saga, untilMs);
  }
}
