import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretBox } from '../../../foundation/crypto/secret-box';
import { placeOf } from '../../../foundation/idempotency/idempotency-keys.service';
import { Outbox } from '../../../foundation/outbox/outbox';
import { AppointmentsRepository } from '../appointments.repository';
import { BookingReader } from '../booking-reader';
import { type BookingInput, BookingInputSeal } from '../saga/booking-input-seal';
import type { HiddenTraces } from './customer-traces';
import { ERASED_NAME } from './erased';

/** What an erasure concerns. */
export interface Concerned {
  companyId: string;
  /** Bookings, in the order of their ids. */
  appointmentIds: string[];
  hidden: HiddenTraces;
}

/** Sealed copies of bookings: answers, requests, webhooks received and events to be sent. */
@Injectable()
export class CustomerCopies {
  constructor(
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly inputs: BookingInputSeal,
    private readonly appointments: AppointmentsRepository,
    private readonly reader: BookingReader,
  ) {}

  /** Webhooks are locked before the bookings, in the order in which their own work does it. */
  async lockDeliveries(manager: EntityManager, { companyId, appointmentIds, hidden }: Concerned): Promise<void> {
    await manager.query(
      `select id from webhook_deliveries
       where company_id = $1 and (appointment_id = any ($2::uuid[]) or id = any ($3::uuid[])) order by id for update`,
      [companyId, appointmentIds, hidden.deliveryIds],
    );
  }

  /** After the bookings themselves were erased: the copies become what the bookings are now, or go. */
  async erase(manager: EntityManager, concerned: Concerned): Promise<void> {
    await this.eraseDeliveries(manager, concerned);
    await this.eraseInputs(manager, concerned);
    await this.outbox.erase(manager, concerned.companyId, concerned.appointmentIds);
    for (const id of concerned.appointmentIds) {
      await this.replaceAnswers(manager, concerned.companyId, id);
      const row = await this.appointments.find(concerned.companyId, id, manager);
      // Whoever keeps the booking elsewhere learns that there is less of it now.
      if (row) await this.appointments.tell(manager, row, 'booking.updated');
    }
    await this.eraseVisits(manager, concerned);
  }

  /** A repeated request for a visit is answered with the visit as it is now. */
  private async eraseVisits(manager: EntityManager, { companyId, appointmentIds }: Concerned): Promise<void> {
    const rows = await manager.query<{ id: string }[]>(
      `select distinct composite_group_uid as id from appointments
       where company_id = $1 and id = any ($2::uuid[]) and composite_group_uid is not null order by id`,
      [companyId, appointmentIds],
    );
    const visitIds = rows.map(({ id }) => id);
    if (visitIds.length === 0) return;
    await this.outbox.erase(manager, companyId, visitIds);
    await manager.query(
      `update idempotency_keys set sealed_response = $3
       where company_id = $1 and resource_id = any ($2::uuid[]) and status = 'finished' and response_status > 0`,
      [companyId, visitIds, this.box.seal('{}', placeOf(companyId))],
    );
  }

  /** The rows stay; a webhook that was not applied yet never will be: the next reading of the booking makes up for it. */
  private async eraseDeliveries(manager: EntityManager, { companyId, appointmentIds, hidden }: Concerned) {
    await manager.query(
      `update webhook_deliveries set sealed_body = '',
         effect = case when status = 'received' then 'erased before it was applied' else effect end,
         processed_at = case when status = 'received' then clock_timestamp() else processed_at end,
         status = case when status = 'received' then 'ignored' else status end
       where company_id = $1 and (appointment_id = any ($2::uuid[]) or id = any ($3::uuid[])) and sealed_body <> ''`,
      [companyId, appointmentIds, hidden.deliveryIds],
    );
  }

  /** What is needed to take a stray booking back stays. */
  private async eraseInputs(manager: EntityManager, { companyId, appointmentIds, hidden }: Concerned): Promise<void> {
    const sagas = await manager.query<{ id: string; sealed: string }[]>(
      `select id, sealed_input as sealed from sagas
       where company_id = $1 and sealed_input is not null and (id = any ($3::uuid[]) or id in (
         select saga_id from saga_steps where company_id = $1 and appointment_id = any ($2::uuid[])))`,
      [companyId, appointmentIds, hidden.sagaIds],
    );
    for (const { id, sealed } of sagas) {
      const input = this.inputs.seal(withoutPerson(this.inputs.open(sealed, companyId)), companyId);
      await manager.query('update sagas set sealed_input = $3 where company_id = $1 and id = $2', [
        companyId,
        id,
        input,
      ]);
    }
  }

  /** A repeated request is answered with the booking as it is now; a stored refusal names nobody. */
  private async replaceAnswers(manager: EntityManager, companyId: string, id: string): Promise<void> {
    const row = await this.appointments.find(companyId, id, manager);
    if (!row) return;
    const booking = await this.reader.view(row, manager);
    await manager.query(
      `update idempotency_keys set sealed_response = $3
       where company_id = $1 and resource_id = $2 and status = 'finished' and response_status > 0`,
      [companyId, id, this.box.seal(JSON.stringify({ booking }), placeOf(companyId))],
    );
  }
}

function withoutPerson({ reason: _, command, ...rest }: BookingInput): BookingInput {
  const { startMs, attendee } = command;
  return { ...rest, command: { startMs, attendee: { name: ERASED_NAME, timeZone: attendee.timeZone } } };
}
