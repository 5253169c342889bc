import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { violatesUnique } from '../../foundation/database/violations';
import type { ProviderBooking } from '../../scheduling/words';
import { type AppointmentEntity, AppointmentUidEntity } from './appointment.entity';
import { AppointmentsRepository, type ConnectionScope } from './appointments.repository';
import { providerFacts } from './booking-facts';
import { ForeignBookings } from './foreign-bookings';
import type { Truth } from './provider-truth';
import { SagaEchoes } from './saga/saga-echoes';
import type { SagaStatus } from './saga/saga-state';

/** Our record of a booking beside what a list of the provider says of it. */
@Injectable()
export class BookingRecords {
  constructor(
    private readonly dataSource: DataSource,
    private readonly appointments: AppointmentsRepository,
    private readonly foreign: ForeignBookings,
    private readonly echoes: SagaEchoes,
  ) {}

  async find(connection: ConnectionScope, { booking, formerUids }: Truth): Promise<AppointmentEntity | undefined> {
    const byUid = await this.appointments.findByUids(connection, [booking.uid, ...formerUids]);
    if (byUid || booking.ref === undefined) return byUid;
    return this.appointments.findByRef(connection, booking.ref);
  }

  /** Whether the appointment had this uid, and has another one now. */
  async isFormer({ companyId, id: appointmentId, uid }: AppointmentEntity, asked: string): Promise<boolean> {
    if (uid === null || uid === asked) return false;
    return this.dataSource.manager.existsBy(AppointmentUidEntity, { companyId, appointmentId, uid: asked });
  }

  /**
   * What a booking without a settled record means to the sagas; undefined when it is none of their business. One that is
   * over by now needs nobody: if its saga still looks for it, it finds it by itself.
   */
  async echo(
    { companyId }: ConnectionScope,
    { booking }: Truth,
    row: AppointmentEntity | undefined,
  ): Promise<'left' | 'healed' | undefined> {
    const saga = await this.sagaOf(companyId, booking);
    const isActive = booking.status === 'accepted' || booking.status === 'pending';
    if (!isActive) return row || saga ? 'left' : undefined;
    // It is known that this one should not be there, and that only a person can help.
    if (saga?.status === 'needs_attention') return 'left';
    const heard = await this.echoes.heard(companyId, booking);
    if (heard === 'under-way') return 'left';
    return heard === 'stray' ? 'healed' : undefined;
  }

  /** Records what differs; words older than ours change nothing. */
  async heal(row: AppointmentEntity, { booking, formerUids }: Truth): Promise<'left' | 'healed'> {
    if (agrees(row, booking)) return 'left';
    const after = await this.dataSource.transaction((manager) =>
      this.appointments.record(manager, row, booking, formerUids, 'own'),
    );
    return agrees(after, booking) ? 'healed' : 'left';
  }

  /** An appointment for a booking made at the provider; nothing when it does not concern the company. */
  async create(connection: ConnectionScope, truth: Truth): Promise<'left' | 'healed'> {
    try {
      return (await this.foreign.create(connection, truth)) === undefined ? 'left' : 'healed';
    } catch (error) {
      // A webhook about the same booking was quicker, and read it after this list was.
      if (violatesUnique(error, 'appointment_uids_pkey')) return 'left';
      throw error;
    }
  }

  private async sagaOf(
    companyId: string,
    { ref, rescheduledFromUid }: ProviderBooking,
  ): Promise<{ status: SagaStatus } | undefined> {
    // A moved booking carries the ref of the first one.
    if (ref === undefined || rescheduledFromUid !== undefined) return undefined;
    const [saga] = await this.dataSource.query<{ status: SagaStatus }[]>(
      `select saga.status from saga_steps step join sagas saga on saga.id = step.saga_id
       where step.company_id = $1 and step.ref = $2`,
      [companyId, ref],
    );
    return saga;
  }
}

/** In everything that matters to whoever comes: a location may differ, because we do not keep every link. */
function agrees(row: AppointmentEntity, booking: ProviderBooking): boolean {
  const facts = providerFacts(booking, []);
  const same =
    row.uid === booking.uid &&
    row.status === facts.status &&
    row.startsAt.getTime() === booking.startMs &&
    row.endsAt.getTime() === booking.endMs;
  return (
    same &&
    row.hostAbsent === facts.hostAbsent &&
    row.attendeeAbsent === facts.attendeeAbsent &&
    sameHosts(row, booking)
  );
}

function sameHosts(row: AppointmentEntity, booking: ProviderBooking): boolean {
  const ids = (hosts: { id: string }[]): string => hosts.map(({ id }) => id).join();
  return ids(row.hosts) === ids(booking.hosts);
}
