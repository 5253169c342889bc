import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SecretBox, SecretUnreadableError } from '../../../foundation/crypto/secret-box';
import { BookingInputSeal } from '../saga/booking-input-seal';

/** Somebody and all that identifies him here: what the customer has, and what his bookings have. */
export interface Person {
  companyId: string;
  id: string;
  /** Lower case. */
  emails: string[];
  phones: string[];
}

/** Sealed words about somebody that no booking leads to: requests that came to nothing, webhooks about nothing known. */
export interface HiddenTraces {
  sagaIds: string[];
  deliveryIds: string[];
}

/** Sealed rows that are opened before the next ones are read. */
const AT_ONCE = 500;
const BEFORE_EVERY_ID = '00000000-0000-0000-0000-000000000000';

const SAGAS_OF_NOTHING = `
  select id, sealed_input as sealed from sagas
  where company_id = $1 and id > $2 and sealed_input is not null and not exists (
    select from saga_steps step join appointments a on a.company_id = step.company_id and a.id = step.appointment_id
    where step.saga_id = sagas.id)
  order by id limit ${AT_ONCE}`;
const DELIVERIES_OF_NOTHING = `
  select id, sealed_body as sealed from webhook_deliveries
  where company_id = $1 and id > $2 and appointment_id is null and sealed_body <> ''
  order by id limit ${AT_ONCE}`;

/** Finds where a customer is named. */
@Injectable()
export class CustomerTraces {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly inputs: BookingInputSeal,
  ) {}

  /** A number or an address in a booking that is another customer's by now identifies that one, and is left out. */
  async person(manager: EntityManager, companyId: string, id: string): Promise<Person> {
    const [row] = await manager.query<[Pick<Person, 'emails' | 'phones'>]>(
      `with said as (
         select email, phone from customers where company_id = $1 and id = $2
         union select lower(attendee_email), attendee_phone from appointments where company_id = $1 and customer_id = $2)
       select
         coalesce(array_agg(distinct email) filter (where email is not null and not exists (
           select from customers c where c.company_id = $1 and c.id <> $2 and c.email = said.email)), '{}') as emails,
         coalesce(array_agg(distinct phone) filter (where phone is not null and not exists (
           select from customers c where c.company_id = $1 and c.id <> $2 and c.phone = said.phone)), '{}') as phones
       from said`,
      [companyId, id],
    );
    return { companyId, id, ...row };
  }

  /** The person's own bookings. */
  own(manager: EntityManager, { companyId, id }: Person): Promise<string[]> {
    const sql = 'select id from appointments where company_id = $1 and customer_id = $2 order by id';
    return idsOf(manager.query(sql, [companyId, id]));
  }

  /** Bookings of others that name the person, as a guest or with the same number. */
  ofOthers(manager: EntityManager, { companyId, id, emails, phones }: Person): Promise<string[]> {
    return idsOf(
      manager.query(
        `select id from appointments
         where company_id = $1 and customer_id is distinct from $2 and (
           lower(attendee_email) = any ($3::text[]) or attendee_phone = any ($4::text[])
           or exists (select from unnest(guests) guest where lower(guest) = any ($3::text[])))
         order by id`,
        [companyId, id, emails, phones],
      ),
    );
  }

  /** Opens what no booking leads to, so it takes a while: about 20 microseconds for each. */
  async hidden(person: Person): Promise<HiddenTraces> {
    const bodies = { table: 'webhook_deliveries', column: 'sealed_body', companyId: person.companyId };
    return {
      sagaIds: await this.named(person, SAGAS_OF_NOTHING, (sealed) =>
        JSON.stringify(this.inputs.open(sealed, person.companyId)),
      ),
      deliveryIds: await this.named(person, DELIVERIES_OF_NOTHING, (sealed) => this.box.openText(sealed, bodies)),
    };
  }

  private async named(person: Person, sql: string, open: (sealed: string) => string): Promise<string[]> {
    const found: string[] = [];
    const spellings = spellingsOf(person);
    for (let last = BEFORE_EVERY_ID; ;) {
      const rows = await this.dataSource.query<{ id: string; sealed: string }[]>(sql, [person.companyId, last]);
      found.push(...rows.filter(({ sealed }) => isNamed(spellings, sealed, open)).map(({ id }) => id));
      const end = rows.at(-1);
      if (!end || rows.length < AT_ONCE) return found;
      last = end.id;
    }
  }
}

/** As they stand in JSON, and in form-encoded bodies. */
function spellingsOf({ emails, phones }: Person): string[] {
  const identities = [...emails, ...phones];
  return [...identities, ...identities.map((identity) => encodeURIComponent(identity).toLowerCase())];
}

function isNamed(spellings: string[], sealed: string, open: (sealed: string) => string): boolean {
  try {
    const text = open(sealed).toLowerCase();
    return spellings.some((spelling) => text.includes(spelling));
  } catch (error) {
    // Its key is gone: nobody reads it any more.
    if (error instanceof SecretUnreadableError) return false;
    throw error;
  }
}

async function idsOf(query: Promise<{ id: string }[]>): Promise<string[]> {
  return (await query).map(({ id }) => id);
}
