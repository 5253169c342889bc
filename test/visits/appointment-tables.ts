import type { EntityManager } from 'typeorm';
import { AppointmentWatch } from '../../src/features/bookings/appointment-watch';
import { newsOf } from '../../src/features/bookings/appointment-news';
import { attendeeColumns, providerFacts } from '../../src/features/bookings/booking-facts';
import { attendeeView } from '../../src/features/bookings/booking-view';
import type {
  GroupedAppointment,
  GroupWatcher,
  PlannedGroup,
  PlannedSegment,
} from '../../src/features/bookings/grouped-appointments.service';
import { isOwn, type Truth } from '../../src/features/bookings/provider-truth';
import type { ProviderBooking } from '../../src/scheduling/words';
import type { Row, Tables } from './tables';

type Manager = EntityManager | undefined;
const MANAGER = undefined as unknown as EntityManager;

/** Appointments in memory: as single bookings know them, and by the visit that they belong to. */
export class ImaginedAppointments {
  private readonly watch = new AppointmentWatch();

  constructor(private readonly tables: Tables) {}

  watchGroups(watcher: GroupWatcher): void {
    this.watch.register(watcher);
  }

  async plan(_: Manager, group: PlannedGroup, segments: PlannedSegment[]): Promise<void> {
    const { companyId, connectionId, command } = group;
    for (const { id, ref, eventTypeId, startMs, endMs } of segments) {
      const row = {
        ...{ id, ref, eventTypeId, groupId: group.id, companyId, connectionId, status: 'outcome_pending', uid: null },
        ...{ startsAt: new Date(startMs), endsAt: new Date(endMs), ...attendeeColumns(command.attendee) },
        ...{ hosts: [], notes: null, metadata: {}, erasedAt: null, customerId: null, providerUpdatedAt: null },
      };
      this.tables.appointments.set(id, row as unknown as Row);
    }
  }

  async of(_: string, groupId: string): Promise<GroupedAppointment[]> {
    const own = [...this.tables.appointments.values()].filter((row) => row.groupId === groupId);
    return own.map(grouped).sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
  }

  locked(_: Manager, companyId: string, groupId: string): Promise<GroupedAppointment[]> {
    return this.of(companyId, groupId);
  }

  async findByUids(_: unknown, uids: string[]): Promise<Row | undefined> {
    const ids = uids.flatMap((uid) => this.tables.uids.get(uid) ?? []);
    return ids.map((id) => this.tables.appointments.get(id)).find((row) => row !== undefined);
  }

  async findByRef(_: unknown, ref: string): Promise<Row | undefined> {
    const made = [...this.tables.sagas.values()].flatMap(({ plan }) => plan.filter((step) => step.ref === ref));
    const ids = made.map(({ appointmentId }) => appointmentId);
    return [...this.tables.appointments.values()].find((row) => row.ref === ref || ids.includes(row.id));
  }

  /** A word older than the one that is known changes nothing. */
  async record(
    _: Manager,
    { id }: { id: string },
    booking: ProviderBooking,
    formerUids: string[] = [],
    whose: 'own' | 'any' = 'any',
  ): Promise<Row> {
    const before = this.tables.appointments.get(id);
    if (!before) throw new Error('no such appointment');
    for (const uid of [booking.uid, ...formerUids]) if (!this.tables.uids.has(uid)) this.tables.uids.set(uid, id);
    if (isOutOfDate(before, { booking, formerUids }, whose)) return before;
    return this.changed(before, { ...before, ...providerFacts(booking, []) });
  }

  async replace(_: Manager, __: string, id: string, eventTypeId: string): Promise<void> {
    const row = this.tables.appointments.get(id)!;
    this.tables.appointments.set(id, { ...row, eventTypeId, providerUpdatedAt: null });
  }

  async cancelled(_: Manager, __: string, id: string, { uid }: { uid?: string }): Promise<void> {
    const before = this.tables.appointments.get(id);
    if (!before) throw new Error('no such appointment');
    if (before.status === 'cancelled' || (uid !== undefined && before.uid !== uid)) return;
    await this.changed(before, { ...before, status: 'cancelled' });
  }

  async removePlanned(_: Manager, __: string, id: string): Promise<void> {
    if (this.tables.appointments.get(id)?.status === 'outcome_pending') this.tables.appointments.delete(id);
  }

  private async changed(before: Row, after: Row): Promise<Row> {
    this.tables.appointments.set(after.id, after);
    const isNews = newsOf(before, after) !== undefined;
    if (isNews) await this.watch.changed(MANAGER, after);
    return after;
  }
}

function isOutOfDate(before: Row, truth: Truth, whose: 'own' | 'any'): boolean {
  const { updatedAtMs = Infinity } = truth.booking;
  const isOlder = updatedAtMs < (before.providerUpdatedAt?.getTime() ?? 0);
  return isOlder || (whose === 'own' && !isOwn(before, truth));
}

function grouped(row: Row): GroupedAppointment {
  const { id, status, eventTypeId, uid, ref, hosts, notes, metadata, customerId } = row;
  return {
    ...{ id, status, eventTypeId, uid, ref, hosts, notes, metadata, customerId, isErased: false },
    groupId: row.groupId!,
    startMs: row.startsAt.getTime(),
    endMs: row.endsAt.getTime(),
    attendee: attendeeView(row),
    changedAtMs: row.providerUpdatedAt?.getTime() ?? null,
  };
}
