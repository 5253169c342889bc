import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import { HostTimes, type TimeClaim } from '../../availability/claims/host-times.service';
import type { FrozenFailure } from '../frozen-failure';
import type { Saga } from './saga';
import { SagaPurposes } from './saga-purposes';
import type { SagaState, SagaStatus } from './saga-state';

/** What a saga's turns mean for appointments, callers and claims. Everything is part of the saga's own transaction. */
@Injectable()
export class SagaEnds {
  constructor(
    private readonly purposes: SagaPurposes,
    private readonly times: HostTimes,
  ) {}

  failureOf({ code, details }: SchedulingError): FrozenFailure {
    const { reason, providerStatus, retryAfterSeconds } = details;
    return { kind: 'scheduling', code, details: { reason, providerStatus, retryAfterSeconds } };
  }

  /** @throws TimeClaimed when somebody else has one of them: the transaction must not commit. */
  async claim(manager: EntityManager, { id: sagaId, companyId }: Saga, claims: TimeClaim[]): Promise<void> {
    if (claims.length > 0) await this.times.claim(manager, companyId, { sagaId }, claims);
  }

  /** @param bookings of all steps, where the saga is confirmed. */
  async settle(manager: EntityManager, saga: Saga, state: SagaState, bookings: ProviderBooking[]): Promise<void> {
    const purpose = this.purposes.of(saga.kind);
    const before = saga.state.status;
    if (before !== state.status) await this.turn(manager, saga, state.status, bookings);
    await purpose.stepped?.(manager, saga, state);
    // Where nothing was booked yet, a saga turns and ends in one write.
    if (before !== state.status && hasComeToNothing(state)) await purpose.undone?.(manager, saga, state);
  }

  private async turn(manager: EntityManager, saga: Saga, to: SagaStatus, bookings: ProviderBooking[]): Promise<void> {
    const purpose = this.purposes.of(saga.kind);
    if (to === 'confirmed') await purpose.confirmed(manager, saga, bookings);
    else if (saga.state.status === 'running') await purpose.turned(manager, saga);
    // What may still take effect takes up its time at the provider itself: others need not wait until it is settled.
    if (to !== 'compensating' || !purpose.keepsTimes) await this.times.release(manager, saga.id);
  }
}

function hasComeToNothing({ status }: SagaState): boolean {
  return status === 'compensated' || status === 'needs_attention';
}
