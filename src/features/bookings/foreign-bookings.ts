import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { ConnectionsService } from '../companies/connections.service';
import { EventTypesService } from '../event-types/event-types.service';
import type { AppointmentEntity } from './appointment.entity';
import { AppointmentsRepository, type ConnectionScope } from './appointments.repository';
import { attendeeColumns, foreignMetadata, providerFacts } from './booking-facts';
import type { Truth } from './provider-truth';

/** Bookings that were made at the provider, not through us. */
@Injectable()
export class ForeignBookings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly appointments: AppointmentsRepository,
    private readonly connections: ConnectionsService,
    private readonly eventTypes: EventTypesService,
  ) {}

  /**
   * Makes an appointment of a booking; undefined when it does not concern the company: on the environment's key only
   * bookings of the event types listed for it do, and a booking that another company made through us is that company's,
   * although the owner of a shared team sees it too.
   *
   * @throws QueryFailedError `appointment_uids_pkey` when another worker made one of it meanwhile.
   */
  async create(connection: ConnectionScope, truth: Truth): Promise<string | undefined> {
    const eventTypeId = await this.eventTypeId(connection.companyId, truth.booking.eventTypeId);
    const owner = await this.connections.byId(connection.id);
    if (eventTypeId === null && owner?.usesEnvironmentKey !== false) return undefined;
    if (await this.isOfAnother(connection.companyId, truth.booking.ref)) return undefined;
    const row = foreignAppointment(connection, truth, eventTypeId);
    await this.dataSource.transaction(async (manager) => {
      await this.appointments.insert(manager, row, { origin: truth.booking });
      await this.appointments.rememberUids(manager, row, [truth.booking.uid, ...truth.formerUids], true);
      const made = await this.appointments.find(row.companyId, row.id, manager);
      if (made) await this.appointments.tell(manager, made, 'booking.created');
    });
    return row.id;
  }

  /** The only query across companies; nothing of the other one is told. */
  private async isOfAnother(companyId: string, ref: string | undefined): Promise<boolean> {
    if (ref === undefined) return false;
    const sql = 'select 1 from saga_steps where ref = $1 and company_id <> $2';
    return (await this.dataSource.query<unknown[]>(sql, [ref, companyId])).length > 0;
  }

  /** Null for a type that is not mirrored here. */
  private async eventTypeId(companyId: string, providerId: string | undefined): Promise<string | null> {
    if (providerId === undefined) return null;
    try {
      return (await this.eventTypes.findByProviderId(companyId, providerId)).id;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'EVENT_TYPE_NOT_FOUND') return null;
      throw error;
    }
  }
}

type NewAppointment = Partial<AppointmentEntity> & { id: string; companyId: string; connectionId: string };

function foreignAppointment(
  connection: ConnectionScope,
  { booking, formerUids }: Truth,
  eventTypeId: string | null,
): NewAppointment {
  const uids = [booking.uid, ...formerUids];
  return {
    ...providerFacts(booking, uids),
    id: randomUUID(),
    // A ref that no call of ours carries: the booking's own one, if any, belongs to another record.
    ref: randomUUID(),
    companyId: connection.companyId,
    connectionId: connection.id,
    eventTypeId,
    origin: 'provider',
    ...attendeeColumns(booking.attendees[0] ?? { name: '', timeZone: 'UTC' }),
    guests: booking.guests,
    metadata: foreignMetadata(booking, uids),
  };
}
