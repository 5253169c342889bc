import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Saga, SagaKind } from './saga';
import { type DiaryEntry, SagaDiary, type StepFacts } from './saga-diary';
import { type SagaPurpose, SagaPurposes } from './saga-purposes';
import { type Decision, SagaReopening } from './saga-reopening';
import { SagaWorker } from './saga-worker';
import { type NewSaga, type SagaOutcome, SagasRepository } from './sagas.repository';

// What rooms need that have sagas of their own.
export { freezeFailure, type FrozenFailure, isFinal, thawFailure, unsettled } from '../frozen-failure';
export type { ReplacedBooking } from './booking-input-seal';
export { NOT_BOOKED, type Saga, type SagaKind, type StepPlan, type StepRemark } from './saga';
export type { DiaryEntry, StepFacts } from './saga-diary';
export type { SagaPurpose } from './saga-purposes';
export type { Decision } from './saga-reopening';
export type { SagaState, StepState } from './saga-state';
export type { NewSaga, SagaOutcome } from './sagas.repository';

/** Things of several bookings that happen whole or not at all. */
@Injectable()
export class Sagas {
  constructor(
    private readonly rows: SagasRepository,
    private readonly purposes: SagaPurposes,
    private readonly worker: SagaWorker,
    private readonly diary: SagaDiary,
    private readonly reopening: SagaReopening,
  ) {}

  /** Before the application starts: who is told what the turns of these sagas mean. */
  register(kind: SagaKind, purpose: SagaPurpose): void {
    this.purposes.register(kind, purpose);
  }

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.rows.transaction(work);
  }

  /** Part of the transaction that it begins in. Nothing was sent yet; drive it once the transaction is committed. */
  create(manager: EntityManager, saga: NewSaga): Promise<Saga> {
    return this.rows.create(manager, saga);
  }

  /** Drives a saga to its end, whoever waits for it. Never throws. */
  drive(saga: Saga): Promise<void> {
    return this.worker.drive(saga);
  }

  /** What callers are told of a saga; undefined when there is none of the company. */
  outcome(companyId: string, sagaId: string): Promise<SagaOutcome | undefined> {
    return this.rows.outcome(companyId, sagaId);
  }

  /** What happened, oldest first, at most `limit` lines. */
  diaryOf(companyId: string, sagaIds: string[], limit: number): Promise<DiaryEntry[]> {
    return this.diary.entries(companyId, sagaIds, limit);
  }

  /** @param manager of the transaction that the caller is in: it sees what was written in it. */
  stepsOf(companyId: string, sagaId: string, manager?: EntityManager): Promise<StepFacts[]> {
    return this.diary.steps(companyId, sagaId, manager);
  }

  /** As {@link SagaDiary.endOf}: when a saga of this kind came to its end. */
  endOf(manager: EntityManager, companyId: string, sagaId: string, kind: SagaKind): Promise<number | undefined> {
    return this.diary.endOf(manager, companyId, sagaId, kind);
  }

  /** As {@link SagaDiary.settling}: of which of their bookings a confirmation may still be under way. */
  settling(manager: EntityManager, companyId: string, appointmentIds: string[]): Promise<Map<string, number>> {
    return this.diary.settling(manager, companyId, appointmentIds);
  }

  /** Of these, what waits for a person. */
  waiting(companyId: string, sagaIds: string[]): Promise<{ id: string; kind: SagaKind }[]> {
    return this.diary.waiting(companyId, sagaIds);
  }

  /** A person's word about a saga that waits for one. @returns false for one that does not. */
  decide(manager: EntityManager, companyId: string, sagaId: string, decision: Decision): Promise<boolean> {
    return this.reopening.decide(manager, companyId, sagaId, decision);
  }
}
