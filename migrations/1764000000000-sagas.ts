import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sagas: bookings that end whole or not at all, with their steps, their owners and the times they claim. */
export class Sagas1764000000000 implements MigrationInterface {
  name = 'Sagas1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create extension if not exists btree_gist;

      -- Processes on this database. A new id for each start: a restarted process is another owner.
      create table replicas (
        id uuid primary key,
        started_at timestamptz not null default clock_timestamp(),
        heartbeat_until timestamptz not null
      );

      create table sagas (
        id uuid primary key,
        company_id uuid not null references companies (id) on delete cascade,
        connection_id uuid not null,
        kind text not null check (kind in ('booking')),
        -- of the protocol that began it: a later release goes on with it by the same rules
        definition_version integer not null,
        status text not null check (status in ('running', 'confirmed', 'compensating', 'compensated', 'needs_attention')),
        owner uuid,
        -- grows with each change of owner; every write of an owner names it
        fence bigint not null default 1,
        takeovers integer not null default 0,
        deadline_at timestamptz(3) not null,
        next_run_at timestamptz(3) not null,
        tries integer not null default 0,
        -- what was asked for, sealed: it names people
        sealed_input text,
        -- why it is not confirmed: a code and its details, never a provider's words
        failure jsonb,
        correlation_id text,
        created_at timestamptz(3) not null default clock_timestamp(),
        ended_at timestamptz,
        unique (company_id, id),
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );
      create index sagas_due on sagas (next_run_at) where status in ('running', 'compensating');
      create index sagas_attention on sagas (company_id) where status = 'needs_attention';

      create table saga_steps (
        saga_id uuid not null,
        seq integer not null,
        company_id uuid not null,
        appointment_id uuid not null,
        event_type_id uuid not null,
        -- one for each attempt to send; it travels in the booking's metadata
        ref text not null unique,
        attempt integer not null default 1,
        status text not null check (status in ('pending', 'trying', 'booked', 'refused', 'cancelled', 'absent', 'stuck')),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        -- a bearer secret, as in appointments
        uid text,
        sent_at timestamptz(3),
        settle_at timestamptz(3),
        last_error text,
        primary key (saga_id, seq),
        foreign key (company_id, saga_id) references sagas (company_id, id) on delete cascade,
        foreign key (company_id, event_type_id) references event_types (company_id, id)
      );
      create index saga_steps_appointment on saga_steps (appointment_id);

      -- What happened, for people: written with the change itself, never read by the protocol.
      create table saga_events (
        id bigint generated always as identity primary key,
        saga_id uuid not null,
        company_id uuid not null,
        step integer,
        what text not null,
        detail text,
        replica uuid not null,
        at timestamptz not null default clock_timestamp(),
        foreign key (company_id, saga_id) references sagas (company_id, id) on delete cascade
      );
      create index saga_events_saga on saga_events (saga_id, id);

      -- Times of hosts that are spoken for: while a call is in flight, and by holds. Not a second calendar.
      create table time_claims (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        -- the provider's account in which the host's id means something; several companies can share one
        account text not null,
        host text not null,
        during tstzrange not null,
        saga_id uuid references sagas (id) on delete cascade,
        hold_id uuid,
        expires_at timestamptz,
        check ((saga_id is null) <> (hold_id is null)),
        constraint time_claims_free exclude using gist (account with =, host with =, during with &&)
      );
      create index time_claims_saga on time_claims (saga_id);
      create index time_claims_hold on time_claims (hold_id);
      create index time_claims_expiry on time_claims (expires_at) where expires_at is not null;

      alter table idempotency_keys add column saga_id uuid references sagas (id) on delete set null;
      -- who serves the request: when it is dead nobody has to wait for the end of its lock
      alter table idempotency_keys add column replica uuid;
      create index idempotency_keys_saga on idempotency_keys (saga_id);
      alter table appointments drop column attempted_at;
    `);
  }

  async down(): Promise<void> {
    throw new Error('sagas may be under way: a schema is brought forward by a new migration');
  }
}
