import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../../scheduling/words';
import { HostTimes, type TimeClaim } from '../../availability/host-times.service';
import { AppointmentsRepository } from '../appointments.repository';
import { bookingView } from '../booking-view';
import { type FrozenFailure, isFinal } from '../frozen-failure';
import { IdempotencyService } from '../idempotency.service';
import { NOT_BOOKED, type Saga } from './saga';
import type { SagaState } from './saga-state';

/** What a saga's turns mean for appointments, callers and claims. Everything is part of the saga's own transaction. */
@Injectable()
export class SagaEnds {
  constructor(
    private readonly appointments: AppointmentsRepository,
    private readonly idempotency: IdempotencyService,
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
    if (saga.state.status === 'running' && state.status !== 'running') {
      if (state.status === 'confirmed') await this.confirm(manager, saga, bookings);
      else await this.turn(manager, saga);
      // What may still take effect takes up its time at the provider itself: others need not wait until it is settled.
      await this.times.release(manager, saga.id);
    }
  }

  /** The pivot. */
  private async confirm(manager: EntityManager, saga: Saga, bookings: ProviderBooking[]): Promise<void> {
    for (const [seq, { appointmentId, eventTypeId }] of saga.plan.entries()) {
      const place = { companyId: saga.companyId, connectionId: saga.connectionId, id: appointmentId };
      const row = await this.appointments.record(manager, place, bookings[seq]!);
      const view = bookingView(row, { id: eventTypeId, ...saga.input.eventTypes[eventTypeId]! });
      await this.idempotency.finishSaga(manager, saga, { status: 201, booking: view });
      saga.confirmed = view;
    }
  }

  /** It will not be confirmed any more: from here on callers may be told so. */
  private async turn(manager: EntityManager, saga: Saga): Promise<void> {
    for (const { appointmentId } of saga.plan)
      await this.appointments.removePlanned(manager, saga.companyId, appointmentId);
    const failure = saga.failure ?? NOT_BOOKED;
    const isKept = isFinal(failure) && !saga.input.derivedKey;
    if (isKept) await this.idempotency.finishSaga(manager, saga, { status: 0, failure });
    else await this.idempotency.releaseSaga(manager, saga);
  }
}
