import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ProviderBooking } from '../../scheduling/words';
import { AppointmentEntity, type AppointmentStatus } from './appointment.entity';
import { AppointmentsRepository } from './appointments.repository';
import { AppointmentWatch, type GroupWatcher } from './appointment-watch';
import type { BookingCommand } from './booking-command';
import { attendeeColumns } from './booking-facts';
import { type AttendeeView, attendeeView } from './booking-view';

export type { GroupWatcher } from './appointment-watch';

/** An appointment of a group that is about to be booked. */
export interface PlannedSegment {
  id: string;
  ref: string;
  eventTypeId: string;
  startMs: number;
  endMs: number;
}

export interface PlannedGroup {
  id: string;
  companyId: string;
  connectionId: string;
  command: BookingCommand & { attendee: { timeZone: string } };
  isTrusted: boolean;
}

/** An appointment of a group, with what is needed to change it. `uid` is a bearer secret. */
export interface GroupedAppointment {
  id: string;
  groupId: string;
  status: AppointmentStatus;
  startMs: number;
  endMs: number;
  eventTypeId: string | null;
  uid: string | null;
  ref: string;
  hosts: { id: string; name: string }[];
  attendee: AttendeeView;
  customerId: string | null;
  notes: string | null;
  metadata: Record<string, string>;
  /** When it was last changed, by the provider's clock; null where it does not say. */
  changedAtMs: number | null;
  /** Nothing that its attendee said is kept any more. */
  isErased: boolean;
}

/** Appointments that belong together, as segments of one visit. Every query carries the company. */
@Injectable()
export class GroupedAppointments {
  constructor(
    private readonly appointments: AppointmentsRepository,
    private readonly watch: AppointmentWatch,
    private readonly dataSource: DataSource,
  ) {}

  /** Before the application starts: who is told, in the same transaction, when one of a group has changed. */
  watchGroups(watcher: GroupWatcher): void {
    this.watch.register(watcher);
  }

  /** Records what is about to be booked, outcome unknown. */
  async plan(manager: EntityManager, group: PlannedGroup, segments: PlannedSegment[]): Promise<void> {
    const { attendee, notes, metadata } = group.command;
    for (const { id, ref, eventTypeId, startMs, endMs } of segments) {
      const row: Partial<AppointmentEntity> = {
        ...{ id, ref, eventTypeId, groupId: group.id, companyId: group.companyId, connectionId: group.connectionId },
        status: 'outcome_pending',
        origin: 'api',
        startsAt: new Date(startMs),
        endsAt: new Date(endMs),
        ...attendeeColumns(attendee),
        guests: [],
        notes: notes ?? null,
        metadata: metadata ?? {},
      };
      await this.appointments.insert(manager, row, { isTrusted: group.isTrusted });
    }
  }

  /** Of a group by start, then id. */
  async of(companyId: string, groupId: string, manager: EntityManager = this.dataSource.manager) {
    return sorted(await this.query(manager, companyId, groupId).getMany());
  }

  /** As {@link of}; nobody else changes them until the transaction ends. */
  async locked(manager: EntityManager, companyId: string, groupId: string): Promise<GroupedAppointment[]> {
    // In one order always: two who change a group do not wait for each other.
    const query = this.query(manager, companyId, groupId).orderBy('a.id').setLock('pessimistic_write');
    return sorted(await query.getMany());
  }

  private query(manager: EntityManager, companyId: string, groupId: string) {
    return manager
      .createQueryBuilder(AppointmentEntity, 'a')
      .where('a.company_id = :companyId and a.composite_group_uid = :groupId', { companyId, groupId });
  }

  /** Of several groups at once, for lists. */
  async ofMany(companyId: string, groupIds: string[]): Promise<Map<string, GroupedAppointment[]>> {
    if (groupIds.length === 0) return new Map();
    const rows = await this.dataSource.manager
      .createQueryBuilder(AppointmentEntity, 'a')
      .where('a.company_id = :companyId and a.composite_group_uid in (:...groupIds)', { companyId, groupIds })
      .orderBy('a.starts_at')
      .getMany();
    return Map.groupBy(rows.map(groupedAppointment), ({ groupId }) => groupId);
  }

  /** Writes what the provider says. */
  async record(
    manager: EntityManager,
    appointment: { companyId: string; connectionId: string; id: string },
    booking: ProviderBooking,
    formerUids: string[] = [],
  ): Promise<void> {
    await this.appointments.record(manager, appointment, booking, formerUids);
  }

  /** The appointment is for another booking from now on: the one it had is cancelled by whoever says so. */
  async replace(manager: EntityManager, companyId: string, id: string, eventTypeId: string): Promise<void> {
    await manager.update(AppointmentEntity, { companyId, id }, { eventTypeId, providerUpdatedAt: null });
  }

  /**
   * Everything that it had at the provider was cancelled a moment ago, by us.
   *
   * @param by `uid`: only this booking was. One that it has no more changes nothing.
   */
  async cancelled(manager: EntityManager, companyId: string, id: string, by: { uid?: string; reason: string }) {
    await this.appointments.markCancelled(manager, companyId, id, by);
  }

  /** Removes the record of what was not booked after all. A row whose outcome is known stays. */
  async removePlanned(manager: EntityManager, companyId: string, id: string): Promise<void> {
    await this.appointments.removePlanned(manager, companyId, id);
  }
}

function sorted(rows: AppointmentEntity[]): GroupedAppointment[] {
  return rows.map(groupedAppointment).sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
}

function groupedAppointment(row: AppointmentEntity): GroupedAppointment {
  const { id, status, eventTypeId, uid, ref, hosts, notes, metadata } = row;
  return {
    ...{ id, status, eventTypeId, uid, ref, hosts, notes, metadata },
    groupId: row.groupId!,
    startMs: row.startsAt.getTime(),
    endMs: row.endsAt.getTime(),
    attendee: attendeeView(row),
    customerId: row.erasedAt === null ? row.customerId : null,
    changedAtMs: row.providerUpdatedAt?.getTime() ?? null,
    isErased: row.erasedAt !== null,
  };
}
