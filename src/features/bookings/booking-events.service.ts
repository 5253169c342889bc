import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { violatesUnique } from '../../foundation/database/violations';
import type { CallContext } from '../../scheduling/call-context';
import type { WebhookNotice } from '../../scheduling/webhook-reader';
import type { AppointmentEntity } from './appointment.entity';
import { AppointmentsRepository, type ConnectionScope } from './appointments.repository';
import { appointmentStatus } from './booking-facts';
import { type HeardBooking, SagaEchoes } from './saga/saga-echoes';
import { ForeignBookings } from './foreign-bookings';
import { failedWith } from './failures';
import { isOwn, ProviderTruth, type Truth } from './provider-truth';

/** Longer than most bookings of several segments take. */
const LOOK_SECONDS = 20;

export interface AppliedEvent {
  outcome: 'processed' | 'ignored';
  appointmentId?: string;
  /** What was done, in words for the delivery log. */
  effect: string;
}

/**
 * Applies what a provider reports. A notice is a hint: where it says what we know already nothing is done, everything
 * else is settled by reading the booking. So order, repeats and forgeries of content do not change the final state.
 */
@Injectable()
export class BookingEventsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly appointments: AppointmentsRepository,
    private readonly truth: ProviderTruth,
    private readonly foreign: ForeignBookings,
    private readonly echoes: SagaEchoes,
  ) {}

  /**
   * @param context carried by every call that has to be made.
   * @throws SchedulingError when the provider cannot be asked now: the delivery is to be tried again.
   */
  async apply(connection: ConnectionScope, notice: WebhookNotice, context?: CallContext): Promise<AppliedEvent> {
    if (notice.effect === 'other' || !notice.uid) return { outcome: 'ignored', effect: 'concerns no booking' };
    const row = await this.find(connection, notice, notice.uid);
    const known = await this.knownAlready(connection, notice, row);
    if (known) return { ...known, ...(row ? { appointmentId: row.id } : {}) };
    try {
      return row ? await this.settle(row, notice, context) : await this.adopt(connection, notice.uid, context);
    } catch (error) {
      if (!failedWith(error, 'BOOKING_NOT_FOUND')) throw error;
      return { outcome: 'ignored', appointmentId: row?.id, effect: 'no such booking at the provider' };
    }
  }

  private async knownAlready(connection: ConnectionScope, notice: WebhookNotice, row: AppointmentEntity | undefined) {
    if (!row || row.status === 'outcome_pending') return this.echo(connection, { ...notice, uid: notice.uid! });
    return saysNothingNew(row, notice) ? ({ outcome: 'processed', effect: 'known already' } as const) : undefined;
  }

  /** A booking that a saga of ours is still busy with, or has given up, is its saga's business. */
  private async echo({ companyId }: ConnectionScope, booking: HeardBooking & { uid: string }) {
    const heard = await this.echoes.heard(companyId, booking);
    if (heard === 'under-way') {
      // It may have changed since its saga was told of it, and the saga does not ask again.
      await this.lookAfterwards(companyId, booking.uid);
      return { outcome: 'processed', effect: 'left to the booking under way' } as const;
    }
    if (heard === 'settled') return { outcome: 'ignored', effect: 'belongs to a booking that was given up' } as const;
    if (heard !== 'stray') return undefined;
    return { outcome: 'processed', effect: 'taken back, its booking was given up' } as const;
  }

  /** Of a step that is booked already: once the rest of its saga is booked too, most likely. */
  private async lookAfterwards(companyId: string, uid: string): Promise<void> {
    await this.dataSource.query(
      `update appointments set look_at = clock_timestamp() + make_interval(secs => $3), looks_left = greatest(looks_left, 2)
       where company_id = $1 and id in (select appointment_id from saga_steps where company_id = $1 and uid = $2)`,
      [companyId, uid, LOOK_SECONDS],
    );
  }

  /**
   * By uid; by ref only while the appointment has no booking yet. Otherwise a booking that carries a ref may be one that a
   * saga makes, and takes back, in place of another.
   */
  private async find(connection: ConnectionScope, notice: WebhookNotice, uid: string) {
    const byUid = await this.appointments.findByUids(connection, [uid, notice.previousUid ?? uid]);
    if (byUid || !notice.ref) return byUid;
    const byRef = await this.appointments.findByRef(connection, notice.ref);
    return byRef?.uid === null ? byRef : undefined;
  }

  /**
   * Reads what counts now and records it: the booking that the appointment has. Only what that one was moved to takes its
   * place; a booking that was replaced by another may be moved by its host all the same.
   */
  private async settle(row: AppointmentEntity, { uid, previousUid }: WebhookNotice, context?: CallContext) {
    // An old uid says "cancelled" at servers that do not name its successor.
    const newest = row.uid === null || previousUid === row.uid ? uid! : row.uid;
    return this.record(row, await this.truth.follow(row.connectionId, newest, context));
  }

  /** A uid that nothing here has: a booking that was moved from one of ours, or one made at the provider. */
  private async adopt(connection: ConnectionScope, uid: string, context?: CallContext): Promise<AppliedEvent> {
    const truth = await this.truth.follow(connection.id, uid, context);
    const echo = await this.echo(connection, truth.booking);
    if (echo) return echo;
    const ancestors = await this.truth.ancestors(connection.id, truth.booking, context);
    const uids = [truth.booking.uid, ...truth.formerUids, ...ancestors];
    const row = await this.known(connection, uids, truth.booking.ref);
    const whole = { booking: truth.booking, formerUids: uids };
    if (row) return this.recordOwn(row, whole, context);
    try {
      const appointmentId = await this.foreign.create(connection, whole);
      if (!appointmentId) return { outcome: 'ignored', effect: "not one of this company's event types" };
      return { outcome: 'processed', appointmentId, effect: 'appointment created' };
    } catch (error) {
      // Another delivery about the same booking was quicker.
      const winner = violatesUnique(error, 'appointment_uids_pkey') ? await this.known(connection, uids) : undefined;
      if (!winner) throw error;
      return this.recordOwn(winner, whole, context);
    }
  }

  /** Of another chain than the appointment's own booking: what is read is its own. */
  private async recordOwn(row: AppointmentEntity, whole: Truth, context?: CallContext): Promise<AppliedEvent> {
    return this.record(row, isOwn(row, whole) ? whole : await this.truth.follow(row.connectionId, row.uid!, context));
  }

  private async known(connection: ConnectionScope, uids: string[], ref?: string) {
    const byUid = await this.appointments.findByUids(connection, uids);
    return byUid ?? (ref ? this.appointments.findByRef(connection, ref) : undefined);
  }

  private async record(row: AppointmentEntity, truth: Truth): Promise<AppliedEvent> {
    const { id } = await this.dataSource.transaction((manager) =>
      this.appointments.record(manager, row, truth.booking, truth.formerUids, 'own'),
    );
    return { outcome: 'processed', appointmentId: id, effect: `is ${appointmentStatus(truth.booking.status)}` };
  }
}

/** Whether the notice repeats what is recorded, as the echo of our own calls does. */
function saysNothingNew(row: AppointmentEntity, notice: WebhookNotice): boolean {
  if (row.uid !== notice.uid || !notice.status) return false;
  const sameStart = notice.startMs === undefined || notice.startMs === row.startsAt.getTime();
  return sameStart && appointmentStatus(notice.status) === row.status;
}
