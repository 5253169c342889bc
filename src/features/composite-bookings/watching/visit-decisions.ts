import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import type { CallContext } from '../../../scheduling/call-context';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import { type Decision, type SagaKind, Sagas, type StepFacts } from '../../bookings/saga/sagas.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import type { Visit } from '../visit';
import { cannotChange } from '../changing/visit-changes';
import { VisitReader } from '../reading/visit-reader';
import { VisitRecords } from '../visit-records';
import type { VisitStatus } from '../visit-state';
import type { CompositeBookingView } from '../reading/visit-view';
import { VisitsRepository } from '../visits.repository';

/** What a visit is while its saga tries again. */
const WHILE_RETRIED: Record<SagaKind, VisitStatus> = {
  booking: 'compensating',
  visit: 'compensating',
  'visit-cancel': 'cancelling',
  'visit-move': 'rescheduling',
  'visit-tidy': 'rescheduling',
};

/** A step that waits for a person. */
export interface StuckSegment {
  sagaId: string;
  kind: SagaKind;
  step: StepFacts;
}

/** What people do about visits that the service cannot bring to an end by itself. */
@Injectable()
export class VisitDecisions {
  constructor(
    private readonly sagas: Sagas,
    private readonly visits: VisitsRepository,
    private readonly records: VisitRecords,
    private readonly reader: VisitReader,
    private readonly calls: ProviderCalls,
  ) {}

  /** What is stuck, and in which saga. */
  async stuckOf({ companyId, id }: Visit): Promise<StuckSegment[]> {
    const waiting = await this.sagas.waiting(companyId, await this.visits.sagasOf(companyId, id));
    const found = await Promise.all(
      waiting.map(async ({ id: sagaId, kind }) => {
        const steps = await this.sagas.stepsOf(companyId, sagaId);
        return steps.filter(({ status }) => status === 'stuck').map((step) => ({ sagaId, kind, step }));
      }),
    );
    return found.flat();
  }

  /** Tries again what is stuck, at once and for another day. @throws ApiError `CONFLICT` for one that does not wait. */
  async retry(companyId: string, id: string): Promise<CompositeBookingView> {
    const visit = await this.reader.row(companyId, id);
    const [first] = await this.decide(visit, 'retried');
    if (!first) throw cannotChange(visit.status);
    return this.reader.get(companyId, id);
  }

  /**
   * A person has settled it at the provider. What is known to be booked there is read first: it must be gone.
   *
   * @throws ApiError `CONFLICT` (`STILL_BOOKED`) naming the segments that are not.
   * @throws SchedulingError when the provider cannot be asked.
   */
  async resolve(companyId: string, id: string, context: CallContext): Promise<CompositeBookingView> {
    const visit = await this.reader.row(companyId, id);
    const stuck = await this.stuckOf(visit);
    if (stuck.length === 0) throw cannotChange(visit.status);
    const isLive = await Promise.all(stuck.map((each) => this.isLive(visit, each, context)));
    const left = stuck.filter((_, index) => isLive[index]).map(({ step }) => segmentOf(visit, step));
    if (left.length > 0) throw new ApiError('CONFLICT', { details: { reason: 'STILL_BOOKED', segments: left } });
    await this.decide(visit, 'resolved');
    return this.reader.get(companyId, id);
  }

  /** One that was to be moved back may stay where it is: the visit is disrupted then. */
  private async isLive({ connectionId }: Visit, { kind, step: { uid } }: StuckSegment, context: CallContext) {
    if (uid === null || kind === 'visit-move') return false;
    try {
      const { status } = await this.calls.run(connectionId, (at) => at.getBooking(uid, context));
      return status === 'accepted' || status === 'pending';
    } catch (error) {
      if (error instanceof SchedulingError && error.code === 'BOOKING_NOT_FOUND') return false;
      throw error;
    }
  }

  private async decide(visit: Visit, decision: Decision): Promise<SagaKind[]> {
    const { companyId, id } = visit;
    const waiting = await this.sagas.waiting(companyId, await this.visits.sagasOf(companyId, id));
    return this.sagas.transaction(async (manager) => {
      const locked = await this.records.lock(manager, companyId, id);
      const decided: SagaKind[] = [];
      for (const { id: sagaId, kind } of waiting) {
        if (await this.sagas.decide(manager, companyId, sagaId, decision)) decided.push(kind);
      }
      const [kind] = decided;
      if (locked && kind) await this.become(manager, locked.visit, kind, decision);
      return decided;
    });
  }

  private async become(manager: EntityManager, visit: Visit, kind: SagaKind, decision: Decision): Promise<void> {
    if (decision === 'retried') return void (await this.records.become(manager, visit, WHILE_RETRIED[kind]));
    const failure = null;
    if (kind === 'visit') return void (await this.records.become(manager, visit, 'compensated'));
    if (kind === 'visit-cancel') return void (await this.records.become(manager, visit, 'cancelled', { failure }));
    await this.records.settle(manager, visit, { failure });
  }
}

export function segmentOf({ segments }: Visit, { appointmentId }: StepFacts) {
  const index = segments.findIndex(({ bookingId }) => bookingId === appointmentId);
  const { segmentId, name, bookingId } = segments[index] ?? { segmentId: '', name: '', bookingId: appointmentId };
  return { index, segmentId, name, bookingId };
}
