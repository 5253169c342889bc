import { Injectable, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GroupedAppointments } from '../bookings/grouped-appointments.service';
import { VisitRecords } from './visit-records';
import { statusBySegments } from './visit-truth';
import { VisitsRepository } from './visits.repository';

/** Notices when a segment is cancelled or moved from the provider's side: the visit is not what was agreed on then. */
@Injectable()
export class VisitWatch implements OnModuleInit {
  constructor(
    private readonly appointments: GroupedAppointments,
    private readonly visits: VisitsRepository,
    private readonly records: VisitRecords,
  ) {}

  onModuleInit(): void {
    this.appointments.watchGroups((manager, companyId, visitId) => this.changed(manager, companyId, visitId));
  }

  /** What a saga does with its own visit is not news: it says itself what it means. */
  private async changed(manager: EntityManager, companyId: string, visitId: string): Promise<void> {
    const visit = await this.visits.lock(manager, companyId, visitId);
    if (visit?.status !== 'confirmed' && visit?.status !== 'disrupted') return;
    // Read once the visit is locked: of two changes at the same moment the second one sees both.
    const status = statusBySegments(visit.segments, await this.appointments.of(companyId, visitId, manager));
    if (status !== visit.status) await this.records.become(manager, visit, status);
  }
}
