import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The people who book, found again by e-mail or telephone number, and what is left of those who were erased. */
export class Customers1764000500000 implements MigrationInterface {
  name = 'Customers1764000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(KNOWN_ALREADY);
    await runner.query(LATE_DELIVERIES);
  }

  async down(): Promise<void> {
    throw new Error('erased people would be forgotten and come back: a schema is brought forward by a new migration');
  }
}

const TABLES = `
  create table customers (
    id uuid primary key default gen_random_uuid(),
    company_id uuid not null references companies (id) on delete cascade,
    name text not null,
    -- lower case
    email text,
    -- E.164
    phone text,
    time_zone text not null,
    language text,
    -- when the words above were said: older ones never replace newer ones
    told_at timestamptz not null,
    created_at timestamptz(3) not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    erased_at timestamptz,
    unique (company_id, id),
    constraint customers_reachable check ((erased_at is null) = (num_nonnulls(email, phone) > 0)),
    constraint customers_erased check (erased_at is null or (name = 'Erased' and language is null))
  );
  create unique index customers_email on customers (company_id, email);
  create unique index customers_phone on customers (company_id, phone);
  create index customers_created_at on customers (company_id, created_at, id) where erased_at is null;
  create index customers_name on customers (company_id, lower(name) text_pattern_ops);

  -- What erased people were known by, as keyed hashes, so that nothing that arrives late brings them back.
  create table erased_identities (
    company_id uuid not null,
    -- key id and HMAC-SHA256
    hash text not null,
    customer_id uuid not null,
    erased_at timestamptz not null,
    primary key (company_id, hash),
    foreign key (company_id, customer_id) references customers (company_id, id) on delete cascade
  );
  create index erased_identities_customer on erased_identities (customer_id);

  alter table appointments
    -- null: nothing is known that the attendee could be found again by
    add column customer_id uuid,
    add column erased_at timestamptz,
    add foreign key (company_id, customer_id) references customers (company_id, id);
  create index appointments_customer on appointments (company_id, customer_id, starts_at, id);
  create index idempotency_keys_resource on idempotency_keys (company_id, resource_id);
  create index webhook_deliveries_of_nothing on webhook_deliveries (company_id, id) where appointment_id is null;
`;

/** Bookings from before: by e-mail, then by number where it is one and nobody else's; the newest words count. */
const KNOWN_ALREADY = `
  insert into customers (company_id, name, email, time_zone, language, told_at)
  select distinct on (company_id, lower(attendee_email)) company_id, attendee_name, lower(attendee_email),
    attendee_time_zone, attendee_language, created_at
  from appointments where attendee_email is not null
  order by company_id, lower(attendee_email), created_at desc;

  update customers set phone = latest.phone
  from (select distinct on (company_id, attendee_phone) company_id, attendee_phone as phone, lower(attendee_email) as email
        from appointments
        where attendee_email is not null and attendee_phone ~ '^\\+[1-9][0-9]{7,14}$'
        order by company_id, attendee_phone, created_at desc) latest
  where customers.company_id = latest.company_id and customers.email = latest.email
    and latest.phone = (
      select attendee_phone from appointments a
      where a.company_id = latest.company_id and lower(a.attendee_email) = latest.email and a.attendee_phone is not null
      order by a.created_at desc limit 1);

  insert into customers (company_id, name, phone, time_zone, language, told_at)
  select distinct on (company_id, attendee_phone) company_id, attendee_name, attendee_phone,
    attendee_time_zone, attendee_language, created_at
  from appointments where attendee_email is null and attendee_phone ~ '^\\+[1-9][0-9]{7,14}$'
  order by company_id, attendee_phone, created_at desc
  on conflict do nothing;

  update appointments set customer_id = customers.id from customers
  where customers.company_id = appointments.company_id
    and (customers.email = lower(attendee_email) or (attendee_email is null and customers.phone = attendee_phone));

  alter table appointments
    -- Whoever writes an attendee's words here again makes an error, not a leak.
    add constraint appointments_erased check (erased_at is null or (
      attendee_name = 'Erased' and attendee_email is null and attendee_phone is null and attendee_language is null
      and guests = '{}' and location is null and notes is null and metadata = '{}' and cancellation_reason is null));
`;

/**
 * A webhook about an erased person's booking can arrive at any time, and is read once to keep the booking's state right.
 * Its body goes with the end of that work. A trigger, because whoever ends the work must not have to know of erasure; the
 * lock makes it wait for an erasure under way.
 */
const LATE_DELIVERIES = `
  create function drop_body_of_erased() returns trigger language plpgsql as $$
  declare
    at timestamptz;
  begin
    select erased_at into at from appointments
      where company_id = new.company_id and id = new.appointment_id for share;
    if at is not null then
      new.sealed_body := '';
    end if;
    return new;
  end $$;

  create trigger webhook_deliveries_of_erased before update of appointment_id on webhook_deliveries
    for each row when (new.appointment_id is not null) execute function drop_body_of_erased();
`;
