import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ProviderBooking } from '../../../scheduling/words';
import { GroupedAppointments } from '../../bookings/grouped-appointments.service';
import { isFinal, type Saga, type SagaPurpose, Sagas, type SagaState } from '../../bookings/saga/sagas.service';
import { VisitAnswers } from '../visit-answers';
import { failureOf, storedFailure, stuckFailure } from '../visit-failure';
import { VisitRecords } from '../visit-records';

/** A visit that is being booked: it comes about with all its segments, or with none. */
@Injectable()
export class VisitPurpose implements SagaPurpose, OnModuleInit {
  constructor(
    private readonly sagas: Sagas,
    private readonly records: VisitRecords,
    private readonly appointments: GroupedAppointments,
    private readonly answers: VisitAnswers,
  ) {}

  onModuleInit(): void {
    this.sagas.register('visit', this);
  }

  async confirmed(manager: EntityManager, saga: Saga, bookings: ProviderBooking[]): Promise<void> {
    const { visit } = await this.records.lockOf(manager, saga);
    await this.records.recordAll(manager, saga, bookings);
    const confirmed = await this.records.become(manager, visit, 'confirmed');
    if (!confirmed) throw new Error(`a visit that is ${visit.status} cannot be confirmed`);
    // A host may have cancelled a segment while the others were being booked: then it is booked, and disrupted.
    const view = await this.records.settle(manager, { ...visit, status: 'confirmed' });
    await this.answers.finish(manager, saga, 201, { visit: view });
    saga.confirmed = view;
  }

  async turned(manager: EntityManager, saga: Saga): Promise<void> {
    const { visit } = await this.records.lockOf(manager, saga);
    for (const { appointmentId } of saga.plan) {
      await this.appointments.removePlanned(manager, saga.companyId, appointmentId);
    }
    const failure = failureOf(saga, visit);
    await this.records.become(manager, visit, 'compensating', { failure });
    if (isFinal(failure.failure)) await this.answers.finish(manager, saga, 0, { failure: storedFailure(failure) });
    else await this.answers.release(manager, saga);
  }

  async undone(manager: EntityManager, saga: Saga, { status }: SagaState): Promise<void> {
    const visit = await this.records.visitOf(manager, saga);
    // A booking that appeared after all was taken back meanwhile, or could not be.
    if (visit.status === 'compensated') await this.records.become(manager, visit, 'compensating');
    if (status !== 'needs_attention') return void (await this.records.become(manager, visit, 'compensated'));
    const failure = stuckFailure(await this.sagas.stepsOf(saga.companyId, saga.id, manager), visit);
    await this.records.become(manager, visit, 'needs_attention', { failure });
  }
}
