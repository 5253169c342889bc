import { Injectable } from '@nestjs/common';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import type { TimeClaim } from '../../availability/claims/host-times.service';
import type { Saga, StepRemark } from './saga';
import { next, type SagaAction } from './saga-decision';
import { SagaEnds } from './saga-ends';
import { apply, type SagaEvent, type SagaState } from './saga-state';
import { SagasRepository } from './sagas.repository';

/** What is at hand when a saga turns. */
export interface Known {
  /** Times of hosts whom only the answer named. */
  claims?: TimeClaim[];
  /** Why it happened. */
  remark?: StepRemark;
}

/** Writes what sagas become. */
@Injectable()
export class SagaRecord {
  constructor(
    private readonly sagas: SagasRepository,
    private readonly ends: SagaEnds,
  ) {}

  /**
   * Writes what events make of the saga, and its end in the same transaction where it ends by them.
   *
   * @throws TimeClaimed when somebody else has one of the claims: nothing was written.
   * @throws FencedOut when another replica owns the saga: nothing was written.
   */
  async write(saga: Saga, events: SagaEvent[], { claims = [], remark }: Known = {}): Promise<void> {
    let state = events.reduce((before, event) => apply(before, event, saga.nowMs()), saga.state);
    const bookings = answersOf(saga, state);
    const ending = endingBy(next(state, saga.nowMs()), bookings !== undefined);
    if (ending) state = apply(state, ending, saga.nowMs());
    await this.sagas.transaction(async (manager) => {
      await this.ends.claim(manager, saga, claims);
      await this.sagas.save(manager, saga, state, { events: ending ? [...events, ending] : events, remark });
      await this.ends.settle(manager, saga, state, bookings ?? []);
      failpoint('writing', events[0]!.type);
    });
    failpoint('wrote', events[0]!.type);
    saga.state = state;
  }

  /**
   * The step is not, or will not stay, booked.
   *
   * @param before what happened to it right before, in the same write.
   * @throws `error` itself, unless it is the provider's.
   */
  async refuse(saga: Saga, step: number, error: unknown, before: SagaEvent[] = []): Promise<void> {
    if (!(error instanceof SchedulingError)) throw error;
    saga.failure ??= this.ends.failureOf(error);
    saga.refusedStep ??= step;
    await this.write(saga, [...before, { type: 'refused', step }], { remark: remarkOf(error) });
  }
}

export function remarkOf({ code, details }: SchedulingError): StepRemark {
  const { reason, providerStatus } = details;
  return {
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(providerStatus === undefined ? {} : { providerStatus }),
  };
}

/** Of all steps, as they were told to this process; undefined when one of them was told to another. */
function answersOf({ answers }: Saga, { steps }: SagaState): ProviderBooking[] | undefined {
  const known = steps.flatMap(({ uid }, step) => {
    const answer = answers.get(step);
    return answer && answer.uid === uid ? [answer] : [];
  });
  return known.length === steps.length ? known : undefined;
}

function endingBy(action: SagaAction, hasBookings: boolean): SagaEvent | undefined {
  if (action.do === 'commit' && hasBookings) return { type: 'committed' };
  return action.do === 'finish-compensation' ? { type: 'compensated' } : undefined;
}
