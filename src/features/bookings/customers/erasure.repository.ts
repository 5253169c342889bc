import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { AppointmentEntity } from '../appointment.entity';
import type { Person } from './customer-traces';
import { ERASED_NAME, ERASED_WORDS } from './erased';
import { ErasedIdentities } from './erased-identities';

/** Takes a person out of the rows of bookings and customers. */
@Injectable()
export class ErasureRepository {
  constructor(private readonly erased: ErasedIdentities) {}

  /** Whether the customer is erased already; undefined when there is none. Bookings of his wait until the end. */
  async lock(manager: EntityManager, companyId: string, id: string): Promise<boolean | undefined> {
    const [row] = await manager.query<{ isErased: boolean }[]>(
      'select erased_at is not null as "isErased" from customers where company_id = $1 and id = $2 for update',
      [companyId, id],
    );
    return row?.isErased;
  }

  async lockAppointments(manager: EntityManager, companyId: string, ids: string[]): Promise<void> {
    const sql = 'select id from appointments where company_id = $1 and id = any ($2::uuid[]) order by id for update';
    await manager.query(sql, [companyId, ids]);
  }

  /** Times, hosts and status stay: the host's calendar has them. */
  async eraseOwn(manager: EntityManager, companyId: string, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await manager.update(
      AppointmentEntity,
      { companyId, id: In(ids) },
      { ...ERASED_WORDS, erasedAt: () => 'clock_timestamp()', updatedAt: () => 'clock_timestamp()' },
    );
  }

  async eraseFromOthers(manager: EntityManager, { companyId, emails, phones }: Person, ids: string[]): Promise<void> {
    await manager.query(
      `update appointments set
         attendee_email = case when lower(attendee_email) = any ($3::text[]) then null else attendee_email end,
         attendee_phone = case when attendee_phone = any ($4::text[]) then null else attendee_phone end,
         location = case when lower(location) = any ($3::text[] || $4::text[]) then null else location end,
         guests = array(select guest from unnest(guests) with ordinality as g (guest, place)
           where not lower(guest) = any ($3::text[]) order by place),
         updated_at = clock_timestamp()
       where company_id = $1 and id = any ($2::uuid[])`,
      [companyId, ids, emails, phones],
    );
  }

  /** The row stays, so that what was theirs still leads to nobody. */
  async eraseCustomer(manager: EntityManager, person: Person): Promise<void> {
    const { companyId, id, emails, phones } = person;
    await this.erased.remember(manager, person, [...emails, ...phones]);
    await manager.query(
      `update customers set name = $3, email = null, phone = null, language = null, time_zone = 'UTC',
         erased_at = clock_timestamp(), updated_at = clock_timestamp()
       where company_id = $1 and id = $2`,
      [companyId, id, ERASED_NAME],
    );
  }
}
