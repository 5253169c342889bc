import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ProviderBooking } from '../../../scheduling/words';
import { AppointmentsRepository } from '../appointments.repository';
import { bookingView } from '../booking-view';
import { isFinal } from '../frozen-failure';
import { IdempotencyService } from '../idempotency.service';
import { NOT_BOOKED, type Saga } from './saga';
import { type SagaPurpose, SagaPurposes } from './saga-purposes';

/** One booking: its appointment, and the answer of whoever asked for it. */
@Injectable()
export class BookingPurpose implements SagaPurpose, OnModuleInit {
  constructor(
    private readonly purposes: SagaPurposes,
    private readonly appointments: AppointmentsRepository,
    private readonly idempotency: IdempotencyService,
  ) {}

  onModuleInit(): void {
    this.purposes.register('booking', this);
  }

  async confirmed(manager: EntityManager, saga: Saga, [booking]: ProviderBooking[]): Promise<void> {
    const { appointmentId: id, eventTypeId } = saga.plan[0]!;
    const row = await this.appointments.record(manager, { ...saga, id }, booking!);
    const view = bookingView(row, { id: eventTypeId, ...saga.input.eventTypes[eventTypeId]! });
    await this.idempotency.finishSaga(manager, saga, { status: 201, booking: view });
    saga.confirmed = view;
  }

  async turned(manager: EntityManager, saga: Saga): Promise<void> {
    await this.appointments.removePlanned(manager, saga.companyId, saga.plan[0]!.appointmentId);
    const failure = saga.failure ?? NOT_BOOKED;
    const isKept = isFinal(failure) && !saga.input.derivedKey;
    if (isKept) await this.idempotency.finishSaga(manager, saga, { status: 0, failure });
    else await this.idempotency.releaseSaga(manager, saga);
  }
}
