import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Companies, connections, keys, the mirror of event types, appointments, idempotency and the webhook inbox.
 * Every tenant table carries `company_id`, and foreign keys run over (company_id, id): a row cannot point into another
 * company even if the code asks it to.
 */
export class Foundation1763600000000 implements MigrationInterface {
  name = 'Foundation1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table companies (
        id uuid primary key default gen_random_uuid(),
        name text not null,
        time_zone text not null,
        locale text not null,
        phone_country text not null,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz not null default now()
      );

      create table connections (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        provider text not null,
        base_url text,
        -- null: the environment's key; then only the event types listed in shared_event_type_ids are visible
        sealed_credential text,
        shared_event_type_ids text[] not null default '{}',
        status text not null default 'unverified' check (status in ('unverified', 'verified', 'credential_refused')),
        capabilities jsonb,
        account_id text,
        account_time_zone text,
        verified_at timestamptz,
        credential_refused_at timestamptz,
        sealed_webhook_secret text,
        webhook_provider_id text,
        webhook_registered_at timestamptz,
        webhook_error text,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz not null default now(),
        unique (company_id, id)
      );
      create unique index connections_one_per_company on connections (company_id);

      create table api_keys (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        kind text not null check (kind in ('secret', 'publishable')),
        name text not null,
        hash text not null,
        -- the last characters, so that people can tell keys apart
        hint text not null,
        origins text[] not null default '{}',
        created_at timestamptz(3) not null default now(),
        revoked_at timestamptz
      );
      create unique index api_keys_hash on api_keys (hash);
      create index api_keys_company on api_keys (company_id);
      create index api_keys_origins on api_keys using gin (origins);

      create table event_types (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        connection_id uuid not null,
        provider_id text not null,
        title text not null,
        slug text not null,
        length_minutes integer not null,
        hidden boolean not null,
        -- the provider's words as last read, without anything of attendees
        definition jsonb not null,
        synced_at timestamptz not null,
        created_at timestamptz(3) not null default now(),
        deleted_at timestamptz,
        unique (company_id, id),
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );
      create unique index event_types_provider_id on event_types (connection_id, provider_id);

      create table appointments (
        id uuid primary key,
        company_id uuid not null references companies (id) on delete cascade,
        connection_id uuid not null,
        event_type_id uuid,
        status text not null check (status in ('pending', 'confirmed', 'awaiting_confirmation', 'cancelled', 'rejected',
          'outcome_pending', 'needs_attention')),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        calcom_v2_booking_id text,
        calcom_v2_booking_uid text,
        composite_group_uid uuid,
        ref text not null unique,
        origin text not null check (origin in ('api', 'compatibility', 'provider')),
        attendee_name text not null,
        attendee_email text,
        attendee_phone text,
        attendee_time_zone text not null,
        attendee_language text,
        guests text[] not null default '{}',
        location text,
        notes text,
        metadata jsonb not null default '{}',
        hosts jsonb not null default '[]',
        host_absent boolean not null default false,
        attendee_absent boolean not null default false,
        cancellation_reason text,
        -- when the provider last changed it, so that an older word never overwrites a newer one
        provider_updated_at timestamptz,
        -- when the attempt that carries "ref" began: after the settle window it can no longer take effect
        attempted_at timestamptz not null default clock_timestamp(),
        -- lease of whoever is changing this booking at the provider: two reschedules at once would both be booked
        change_owner uuid,
        change_until timestamptz,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz not null default now(),
        check (ends_at > starts_at),
        unique (company_id, id),
        -- no cascade: a connection cannot go while appointments are managed through it
        foreign key (company_id, connection_id) references connections (company_id, id),
        foreign key (company_id, event_type_id) references event_types (company_id, id)
      );
      create index appointments_starts_at on appointments (company_id, starts_at, id);
      create index appointments_calcom_v2_booking_id on appointments (calcom_v2_booking_id);
      create index appointments_composite_group_uid on appointments (composite_group_uid);
      create index appointments_attendee_email on appointments (company_id, lower(attendee_email));

      -- Every uid a booking ever had at the provider: a reschedule gives a new one, old webhooks name the old one.
      create table appointment_uids (
        connection_id uuid not null,
        uid text not null,
        company_id uuid not null,
        appointment_id uuid not null,
        created_at timestamptz(3) not null default now(),
        primary key (connection_id, uid),
        foreign key (company_id, appointment_id) references appointments (company_id, id) on delete cascade
      );
      create index appointment_uids_appointment on appointment_uids (appointment_id);

      create table idempotency_keys (
        company_id uuid not null references companies (id) on delete cascade,
        route text not null,
        key text not null,
        fingerprint text not null,
        status text not null check (status in ('running', 'finished')),
        -- what the request made, known before the provider is called: a repeat finds it even after a crash
        resource_id uuid not null,
        owner uuid not null,
        locked_until timestamptz not null,
        response_status integer,
        sealed_response text,
        created_at timestamptz(3) not null default now(),
        primary key (company_id, route, key)
      );
      create index idempotency_keys_created_at on idempotency_keys (created_at);

      create table webhook_deliveries (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        connection_id uuid not null,
        trigger text not null,
        body_hash text not null,
        sealed_body text not null,
        status text not null default 'received' check (status in ('received', 'processed', 'ignored', 'failed')),
        effect text,
        appointment_id uuid,
        attempts integer not null default 0,
        last_error text,
        -- to the millisecond, so that a cursor made of it in JavaScript names exactly this row
        received_at timestamptz(3) not null default now(),
        processed_at timestamptz,
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );
      create unique index webhook_deliveries_body_hash on webhook_deliveries (connection_id, body_hash);
      create index webhook_deliveries_received_at on webhook_deliveries (company_id, received_at, id);

      create table sync_states (
        connection_id uuid not null,
        company_id uuid not null,
        kind text not null,
        last_run_at timestamptz,
        last_success_at timestamptz,
        last_error text,
        primary key (connection_id, kind),
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );

      create table audit_log (
        id uuid primary key default gen_random_uuid(),
        company_id uuid,
        actor text not null,
        action text not null,
        subject_id uuid,
        correlation_id text,
        at timestamptz not null default now()
      );
      create index audit_log_company on audit_log (company_id, at);
    `);
  }

  async down(): Promise<void> {
    // Appointments are other people's mornings: a schema is brought forward by a new migration, never thrown away.
    throw new Error('there is no way back from the first migration');
  }
}
