import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type GroupedAppointment, GroupedAppointments } from '../../bookings/grouped-appointments.service';
import { Sagas } from '../../bookings/saga/sagas.service';
import type { Visit } from '../visit';
import { VisitRecords } from '../visit-records';
import { VisitSagas } from '../visit-sagas';
import type { VisitStatus } from '../visit-state';
import { isOver, statusBySegments } from '../visit-truth';
import { VisitsRepository } from '../visits.repository';

/** Nobody is working on it. */
const AT_REST: VisitStatus[] = ['confirmed', 'disrupted', 'cancelled'];
/**
 * What changed that soon after a cancellation of ours was not meant to bring the visit back: confirmations take effect
 * within the settle window, and the provider's clock may differ from ours.
 */
const AFTERMATH_MS = 10 * 60_000;

/** Notices when a segment is cancelled or moved from the provider's side: the visit is not what was agreed on then. */
@Injectable()
export class VisitWatch implements OnModuleInit {
  constructor(
    private readonly appointments: GroupedAppointments,
    private readonly visits: VisitsRepository,
    private readonly records: VisitRecords,
    private readonly plans: VisitSagas,
    private readonly sagas: Sagas,
  ) {}

  onModuleInit(): void {
    this.appointments.watchGroups((manager, companyId, visitId) => this.changed(manager, companyId, visitId));
  }

  /** What a saga does with its own visit is not news: it says itself what it means. */
  private async changed(manager: EntityManager, companyId: string, visitId: string): Promise<void> {
    const visit = await this.visits.lock(manager, companyId, visitId);
    if (!visit || !AT_REST.includes(visit.status)) return;
    // Read once the visit is locked: of two changes at the same moment the second one sees both.
    const appointments = await this.appointments.of(companyId, visitId, manager);
    const status = statusBySegments(visit.segments, appointments);
    if (status === visit.status) return;
    const live = appointments.filter((one) => !isOver(one) && one.uid !== null);
    if (await this.isOurDoing(manager, visit, live)) return this.tidy(manager, visit, live);
    await this.records.become(manager, visit, status);
  }

  /** After we have cancelled it: by a confirmation of ours that was still under way, or by news from before. */
  private async isOurDoing(manager: EntityManager, { companyId, status, sagaId }: Visit, live: GroupedAppointment[]) {
    if (status !== 'cancelled' || sagaId === null) return false;
    const endMs = await this.sagas.endOf(manager, companyId, sagaId, 'visit-cancel');
    if (endMs === undefined) return false;
    return live.every(({ changedAtMs }) => (changedAtMs ?? Date.now()) <= endMs + AFTERMATH_MS);
  }

  private async tidy(manager: EntityManager, visit: Visit, live: GroupedAppointment[]): Promise<void> {
    const planned = this.plans.tidyingLive(visit, live);
    if (planned.plan.length === 0) return;
    const saga = await this.sagas.create(manager, planned);
    await this.records.remember(manager, visit, saga.id);
  }
}
