import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ProviderBooking } from '../../../scheduling/words';
import { GroupedAppointments } from '../../bookings/grouped-appointments.service';
import { isFinal, type Saga, type SagaPurpose, Sagas, type SagaState } from '../../bookings/saga/sagas.service';
import type { Visit } from '../visit';
import { VisitAnswers } from '../visit-answers';
import { failureOf, storedFailure, stuckFailure } from '../visit-failure';
import { VisitRecords } from '../visit-records';
import { VisitSagas } from '../visit-sagas';

/** A visit that gets new times: all of them, or it stays where it was. */
@Injectable()
export class VisitMovePurpose implements SagaPurpose, OnModuleInit {
  readonly keepsTimes = true;

  constructor(
    private readonly sagas: Sagas,
    private readonly plans: VisitSagas,
    private readonly records: VisitRecords,
    private readonly appointments: GroupedAppointments,
    private readonly answers: VisitAnswers,
  ) {}

  onModuleInit(): void {
    this.sagas.register('visit-move', this);
  }

  async confirmed(manager: EntityManager, saga: Saga, bookings: ProviderBooking[]): Promise<void> {
    const { visit } = await this.records.lockOf(manager, saga);
    for (const { appointmentId, eventTypeId, moves } of saga.plan) {
      if (!moves) await this.appointments.replace(manager, saga.companyId, appointmentId, eventTypeId);
    }
    await this.records.recordAll(manager, saga, bookings);
    const segments = visit.nextSegments ?? visit.segments;
    const view = await this.records.settle(manager, visit, { segments, nextSegments: null, failure: null }, 'moved');
    await this.tidy(manager, visit, saga);
    await this.answers.finish(manager, saga, 200, { visit: view });
    saga.confirmed = view;
  }

  /** The old bookings are cancelled by a saga of their own, which begins to exist with the new ones. */
  private async tidy(manager: EntityManager, visit: Visit, { input }: Saga): Promise<void> {
    const { replaced = [], reason } = input;
    if (replaced.length === 0) return;
    const saga = this.plans.tidying(visit, replaced, reason === undefined ? {} : { reason });
    await this.sagas.create(manager, saga);
    await this.records.remember(manager, visit, saga.id);
  }

  async turned(manager: EntityManager, saga: Saga): Promise<void> {
    const visit = await this.records.visitOf(manager, saga);
    const failure = failureOf(saga, { segments: visit.nextSegments ?? visit.segments });
    await this.records.noteFailure(manager, visit, failure);
    if (isFinal(failure.failure)) await this.answers.finish(manager, saga, 0, { failure: storedFailure(failure) });
    else await this.answers.release(manager, saga);
  }

  /** What is back at its old time has yet another booking there, which its host may have to say yes to. */
  async stepped(manager: EntityManager, saga: Saga, { steps }: SagaState): Promise<void> {
    const { companyId, connectionId } = saga;
    for (const [seq, step] of steps.entries()) {
      const before = saga.state.steps[seq]!;
      const booking = saga.answers.get(seq);
      if (step === before || step.status !== 'returned' || !booking || booking.uid !== step.uid) continue;
      const { appointmentId: id, moves } = saga.plan[seq]!;
      const former = [moves!.uid, before.uid!].filter((uid) => uid !== booking.uid);
      await this.appointments.record(manager, { companyId, connectionId, id }, booking, former);
    }
  }

  async undone(manager: EntityManager, saga: Saga, { status }: SagaState): Promise<void> {
    const visit = await this.records.visitOf(manager, saga);
    if (status !== 'needs_attention') {
      await this.records.settle(manager, visit, { nextSegments: null });
      return;
    }
    const failure = stuckFailure(await this.sagas.stepsOf(saga.companyId, saga.id, manager), visit);
    await this.records.become(manager, visit, 'needs_attention', { failure, nextSegments: null });
  }
}
