import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GroupedAppointments } from '../../bookings/grouped-appointments.service';
import { type Saga, type SagaPurpose, Sagas, type SagaState, type StepState } from '../../bookings/saga/sagas.service';
import type { Visit } from '../visit';
import { VisitAnswers } from '../visit-answers';
import { stuckFailure } from '../visit-failure';
import { VisitRecords } from '../visit-records';

/** Cancelled, and watched or not. */
const GONE: StepState['status'][] = ['cancelled', 'trying', 'absent'];

/** A visit that is being cancelled, and bookings that a moved one has no use for any more. */
@Injectable()
export class VisitCancelPurpose implements SagaPurpose, OnModuleInit {
  constructor(
    private readonly sagas: Sagas,
    private readonly records: VisitRecords,
    private readonly appointments: GroupedAppointments,
    private readonly answers: VisitAnswers,
  ) {}

  onModuleInit(): void {
    this.sagas.register('visit-cancel', this);
    this.sagas.register('visit-tidy', this);
  }

  confirmed(): Promise<void> {
    throw new Error('a cancellation is never confirmed');
  }

  turned(): Promise<void> {
    throw new Error('a cancellation never turns');
  }

  /** Each segment says that it is cancelled as soon as it is, also while a confirmation may bring it back to life. */
  async stepped(manager: EntityManager, saga: Saga, { steps }: SagaState): Promise<void> {
    for (const [seq, { status, uid: known }] of steps.entries()) {
      const before = saga.state.steps[seq]!;
      const uid = known ?? before.uid;
      if (status === before.status || !GONE.includes(status) || uid === undefined) continue;
      const { appointmentId } = saga.plan[seq]!;
      // A host may have moved it meanwhile, and was followed. What is tidied up may have another booking by now.
      const by = { reason: saga.input.reason ?? '', ...(saga.kind === 'visit-tidy' ? { uid } : {}) };
      await this.appointments.cancelled(manager, saga.companyId, appointmentId, by);
    }
  }

  async undone(manager: EntityManager, saga: Saga, { status }: SagaState): Promise<void> {
    const visit = await this.records.visitOf(manager, saga);
    if (status === 'needs_attention') return this.needsAttention(manager, saga, visit);
    if (saga.kind === 'visit-tidy') return this.tidied(manager, visit);
    const view = await this.records.become(manager, visit, 'cancelled', { failure: null });
    if (view) await this.answers.finish(manager, saga, 200, { visit: view });
  }

  /** The visit itself has been what it is for a while, unless a person had to be asked. */
  private async tidied(manager: EntityManager, visit: Visit): Promise<void> {
    if (visit.status !== 'rescheduling' || visit.nextSegments !== null) return;
    // Where a move had to be tried again as well, its end says what the visit is.
    if (await this.records.isMoving(manager, visit)) return;
    await this.records.settle(manager, visit, { failure: null });
  }

  private async needsAttention(manager: EntityManager, saga: Saga, visit: Visit): Promise<void> {
    const failure = stuckFailure(await this.sagas.stepsOf(saga.companyId, saga.id, manager), visit);
    await this.records.become(manager, visit, 'needs_attention', { failure });
    // What its request is answered goes by what a person makes of it.
    if (saga.kind === 'visit-cancel') await this.answers.release(manager, saga);
  }
}
