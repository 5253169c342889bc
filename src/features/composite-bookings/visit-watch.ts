import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GroupedAppointments } from '../bookings/grouped-appointments.service';
import { Sagas } from '../bookings/saga/sagas.service';
import type { Visit } from './visit';
import { VisitRecords } from './visit-records';
import { VisitSagas } from './visit-sagas';
import { isOver, statusBySegments } from './visit-truth';
import { VisitsRepository } from './visits.repository';

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
    if (visit?.status === 'cancelled') return this.tidy(manager, visit);
    if (visit?.status !== 'confirmed' && visit?.status !== 'disrupted') return;
    // Read once the visit is locked: of two changes at the same moment the second one sees both.
    const status = statusBySegments(visit.segments, await this.appointments.of(companyId, visitId, manager));
    if (status !== visit.status) await this.records.become(manager, visit, status);
  }

  /** A segment has come back to life: by a confirmation that took effect after its cancellation, or a late webhook. */
  private async tidy(manager: EntityManager, visit: Visit): Promise<void> {
    const appointments = await this.appointments.of(visit.companyId, visit.id, manager);
    const planned = this.plans.tidyingLive(
      visit,
      appointments.filter((one) => !isOver(one) && one.uid !== null),
    );
    if (planned.plan.length === 0) return;
    const saga = await this.sagas.create(manager, planned);
    await this.records.remember(manager, visit, saga.id);
  }
}
