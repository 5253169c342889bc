import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { CallContext } from '../../scheduling/call-context';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { AbsenceReport, ProviderBooking } from '../../scheduling/words';
import type { AppointmentEntity } from './appointment.entity';
import { AppointmentsRepository } from './appointments.repository';
import { appointmentStatus } from './booking-facts';
import { ProviderCalls } from '../event-types/provider-calls.service';
import { type BookingLease, BookingLeases } from './booking-lease';
import { failedWith } from './failures';
import { MoveClaims } from './move-claims';
import { ProviderTruth } from './provider-truth';

/** Somebody who moves a booking while it is being cancelled gets ahead once, perhaps twice. */
const MOVES_MAX = 3;

/** A booking that exists at the provider. */
type KnownAppointment = AppointmentEntity & { uid: string };

export interface ChangeContext extends CallContext {
  /** The same request began before and did not end: look before acting. */
  resumed: boolean;
  lease: BookingLease;
}

/** Changes one booking at the provider and records what came of it. The caller holds the booking's lease. */
@Injectable()
export class BookingChanges {
  constructor(
    private readonly appointments: AppointmentsRepository,
    private readonly calls: ProviderCalls,
    private readonly truth: ProviderTruth,
    private readonly leases: BookingLeases,
    private readonly moves: MoveClaims,
  ) {}

  /**
   * Moves the booking. When the answer is lost, the old uid says where it went.
   *
   * @throws ApiError `CONFLICT` when it is over, or somebody moved it elsewhere meanwhile (which is then recorded).
   */
  async reschedule(
    row: AppointmentEntity,
    change: { startMs: number; reason?: string },
    context: ChangeContext,
  ): Promise<AppointmentEntity> {
    const known = atProvider(row);
    const looked = context.resumed ? await this.refresh(known, context) : known;
    if (context.resumed && looked.startsAt.getTime() === change.startMs) return looked;
    refuseWhenOver(looked);
    const uid = looked.uid ?? known.uid;
    try {
      const moved = await this.moves.during(row, change.startMs, () =>
        this.at(row, (provider) =>
          this.leases.send(context.lease, () => provider.prepare.reschedule({ uid, ...change }, context)),
        ),
      );
      return await this.record(row, moved);
    } catch (error) {
      return this.settleMove({ ...known, uid }, change.startMs, context, error);
    }
  }

  /** The answer was lost, or somebody was quicker: what the provider has now decides. */
  private async settleMove(
    row: KnownAppointment,
    startMs: number,
    context: ChangeContext,
    error: unknown,
  ): Promise<AppointmentEntity> {
    const lost = failedWith(error, 'OUTCOME_UNKNOWN');
    const overtaken = failedWith(error, 'REFUSED') && error.details.reason === 'ALREADY_RESCHEDULED';
    if (!lost && !overtaken) throw error;
    const now = await this.refresh(row, context);
    if (now.startsAt.getTime() === startMs && now.uid !== row.uid) return now;
    if (lost) throw error;
    throw new ApiError('CONFLICT', { details: { reason: 'ALREADY_RESCHEDULED' }, cause: error });
  }

  /**
   * Cancels; a booking that is cancelled already is a success. Read again afterwards, because "cancelled already" is also
   * what the provider says of a booking that was moved: then the one that it was moved to is cancelled.
   */
  async cancel(row: AppointmentEntity, reason: string, context: ChangeContext): Promise<AppointmentEntity> {
    let now = row;
    for (let moves = 0; now.status !== 'cancelled' && moves < MOVES_MAX; moves++) {
      now = await this.cancelOnce(atProvider(now), reason, context);
    }
    if (now.status === 'cancelled') return now;
    throw new SchedulingError('OUTCOME_UNKNOWN', 'the booking is moved faster than it can be cancelled');
  }

  private async cancelOnce(row: KnownAppointment, reason: string, context: ChangeContext): Promise<AppointmentEntity> {
    let lost: SchedulingError | undefined;
    try {
      await this.at(row, (provider) =>
        this.leases.send(context.lease, () => provider.prepare.cancel(row.uid, reason, context)),
      );
    } catch (error) {
      if (!failedWith(error, 'OUTCOME_UNKNOWN')) throw error;
      lost = error;
    }
    const now = await this.refresh(row, context);
    if (lost && now.status !== 'cancelled') throw lost;
    return now;
  }

  async confirm(row: AppointmentEntity, context: ChangeContext): Promise<AppointmentEntity> {
    if (context.resumed && row.status === 'confirmed') return row;
    return this.answerable(row, 'accepted', context, (provider, uid) =>
      this.leases.send(context.lease, () => provider.prepare.confirm(uid, context)),
    );
  }

  async decline(row: AppointmentEntity, reason: string | undefined, context: ChangeContext) {
    if (context.resumed && row.status === 'rejected') return row;
    return this.answerable(row, 'rejected', context, (provider, uid) =>
      this.leases.send(context.lease, () => provider.prepare.decline(uid, reason, context)),
    );
  }

  /** Repeating it changes nothing, so a lost answer is simply reported. */
  async markAbsent(row: AppointmentEntity, report: Omit<AbsenceReport, 'uid'>, context: ChangeContext) {
    const { uid } = atProvider(row);
    const booking = await this.at(row, (provider) =>
      this.leases.send(context.lease, () => provider.prepare.markAbsent({ uid, ...report }, context)),
    );
    return this.record(row, booking);
  }

  private async answerable(
    row: AppointmentEntity,
    wanted: ProviderBooking['status'],
    context: ChangeContext,
    change: (provider: SchedulingProvider, uid: string) => Promise<ProviderBooking>,
  ): Promise<AppointmentEntity> {
    const known = atProvider(row);
    // Cal.com would bring a booking that is over back to life, on a time that may be somebody else's by now.
    if (row.status === 'cancelled' || wanted === 'accepted') refuseWhenOver(row);
    try {
      return await this.record(row, await this.at(row, (provider) => change(provider, known.uid)));
    } catch (error) {
      if (!failedWith(error, 'OUTCOME_UNKNOWN')) throw error;
      const now = await this.refresh(known, context);
      if (now.status !== appointmentStatus(wanted)) throw error;
      return now;
    }
  }

  /** Records what the provider says now, following reschedules. */
  private async refresh(row: KnownAppointment, context: ChangeContext): Promise<AppointmentEntity> {
    const { booking, formerUids } = await this.truth.follow(row.connectionId, row.uid, context);
    return this.record(row, booking, formerUids);
  }

  private record(row: AppointmentEntity, booking: ProviderBooking, formerUids: string[] = []) {
    return this.appointments.recordNow(row, booking, formerUids);
  }

  private at<T>(row: AppointmentEntity, call: (provider: SchedulingProvider) => Promise<T>): Promise<T> {
    return this.calls.run(row.connectionId, call);
  }
}

function atProvider(row: AppointmentEntity): KnownAppointment {
  const { uid } = row;
  if (uid !== null) return { ...row, uid };
  // Until the outcome of the booking is known there is nothing that could be changed.
  throw new ApiError('CONFLICT', { details: { reason: 'OUTCOME_PENDING' }, headers: { 'retry-after': '5' } });
}

function refuseWhenOver(row: AppointmentEntity): void {
  if (row.status === 'cancelled' || row.status === 'rejected') {
    throw new ApiError('CONFLICT', { details: { reason: row.status === 'cancelled' ? 'CANCELLED' : 'REJECTED' } });
  }
}
