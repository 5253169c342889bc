import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { type Page, pageOf } from '../../foundation/http/cursor';
import type { AppointmentEntity } from './appointment.entity';
import { type AppointmentFilter, AppointmentsRepository } from './appointments.repository';
import { type BookingView, bookingView, type EventTypeReference } from './booking-view';

/** Reads bookings as callers see them. */
@Injectable()
export class BookingReader {
  constructor(
    private readonly appointments: AppointmentsRepository,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws ApiError `BOOKING_NOT_FOUND`, also for a booking of another company. */
  async row(companyId: string, id: string): Promise<AppointmentEntity> {
    const row = await this.appointments.find(companyId, id);
    if (!row) throw new ApiError('BOOKING_NOT_FOUND');
    return row;
  }

  async get(companyId: string, id: string): Promise<BookingView> {
    return this.view(await this.row(companyId, id));
  }

  /** The booking that a saga of one segment is about. @throws ApiError `BOOKING_NOT_FOUND` when it came to nothing. */
  async ofSaga(companyId: string, sagaId: string): Promise<BookingView> {
    const [step] = await this.dataSource.query<{ id: string }[]>(
      'select appointment_id as id from saga_steps where company_id = $1 and saga_id = $2',
      [companyId, sagaId],
    );
    return this.get(companyId, step?.id ?? sagaId);
  }

  async list(companyId: string, filter: AppointmentFilter, limit: number): Promise<Page<BookingView>> {
    const rows = await this.appointments.list(companyId, filter, limit);
    const types = await this.eventTypes(companyId, rows);
    return pageOf(
      rows,
      limit,
      (row) => ({ at: row.startsAt.toISOString(), id: row.id }),
      (row) => bookingView(row, types.get(row.eventTypeId ?? '') ?? null),
    );
  }

  /** @param manager of the transaction that the caller is in: a second connection may not be free. */
  async view(row: AppointmentEntity, manager?: EntityManager): Promise<BookingView> {
    const types = await this.eventTypes(row.companyId, [row], manager);
    return bookingView(row, types.get(row.eventTypeId ?? '') ?? null);
  }

  /** Read here and not through the event types' service: past bookings name types that have been deleted since. */
  private async eventTypes(
    companyId: string,
    rows: AppointmentEntity[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, EventTypeReference>> {
    const ids = [...new Set(rows.flatMap((row) => row.eventTypeId ?? []))];
    if (ids.length === 0) return new Map();
    const types = await manager.query<EventTypeReference[]>(
      'select id, title, provider_id as "providerId" from event_types where company_id = $1 and id = any($2::uuid[])',
      [companyId, ids],
    );
    return new Map(types.map((type) => [type.id, type]));
  }
}
