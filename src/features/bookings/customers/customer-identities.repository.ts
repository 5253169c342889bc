import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What a booking says of its attendee. One of `email` and `phone` is there. */
export interface ToldCustomer {
  companyId: string;
  name: string;
  /** Lower case. */
  email: string | null;
  /** E.164 */
  phone: string | null;
  timeZone: string;
  language: string | null;
  /** When it was said; now when absent. */
  atMs?: number;
}

interface KnownRow {
  id: string;
  email: string | null;
  phone: string | null;
  isOlder: boolean;
}

/** The customer whom a booking means, if there is one, and whether its number is nobody else's. */
export interface KnownCustomer {
  id?: string;
  isPhoneFree: boolean;
  /** What we know was said before. */
  isNews: boolean;
}

/** Finds the customer of a booking, and learns from it. */
@Injectable()
export class CustomerIdentities {
  /**
   * The e-mail address decides. A number decides where no address is given, or where nobody with an address has it: a
   * family may share one. Who is found stays as it is until the transaction ends, and so does an erasure wait.
   */
  async lock(manager: EntityManager, told: ToldCustomer): Promise<KnownCustomer> {
    const rows = await manager.query<KnownRow[]>(
      `select id, email, phone, told_at <= coalesce(to_timestamp($4::float8 / 1000), clock_timestamp()) as "isOlder"
       from customers where company_id = $1 and (email = $2 or phone = $3) order by id for update`,
      [told.companyId, told.email, told.phone, told.atMs ?? null],
    );
    const { known, byPhone } = choice(rows, told);
    const isPhoneFree = byPhone === undefined || byPhone === known;
    return { isPhoneFree, isNews: known?.isOlder ?? true, ...(known ? { id: known.id } : {}) };
  }

  /** The newest words count; older ones fill gaps only. */
  async learn(manager: EntityManager, id: string, told: ToldCustomer, known: KnownCustomer): Promise<void> {
    const phone = known.isPhoneFree ? told.phone : null;
    await manager.query(
      `update customers set
         email = coalesce(email, $3),
         phone = case when $8 then coalesce($4, phone) else coalesce(phone, $4) end,
         name = case when $8 then $5 else name end,
         time_zone = case when $8 then $6 else time_zone end,
         language = case when $8 then coalesce($7, language) else coalesce(language, $7) end,
         told_at = case when $8 then coalesce(to_timestamp($9::float8 / 1000), clock_timestamp()) else told_at end,
         updated_at = clock_timestamp()
       where company_id = $1 and id = $2`,
      [told.companyId, id, told.email, phone, told.name, told.timeZone, told.language, known.isNews, told.atMs ?? null],
    );
  }

  /** Undefined when somebody else made the same customer meanwhile. */
  async create(
    manager: EntityManager,
    told: ToldCustomer,
    { isPhoneFree }: KnownCustomer,
  ): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `insert into customers (company_id, email, phone, name, time_zone, language, told_at)
       values ($1, $2, $3, $4, $5, $6, coalesce(to_timestamp($7::float8 / 1000), clock_timestamp()))
       on conflict do nothing returning id`,
      [
        told.companyId,
        told.email,
        isPhoneFree ? told.phone : null,
        told.name,
        told.timeZone,
        told.language,
        told.atMs ?? null,
      ],
    );
    return row?.id;
  }
}

function choice(rows: KnownRow[], told: ToldCustomer): { known?: KnownRow; byPhone?: KnownRow } {
  const byPhone = rows.find(({ phone }) => phone !== null && phone === told.phone);
  if (told.email === null) return { known: byPhone, byPhone };
  const byEmail = rows.find(({ email }) => email === told.email);
  return { known: byEmail ?? (byPhone?.email === null ? byPhone : undefined), byPhone };
}
