import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events for the companies' own programs: who listens, what is to be told, and what became of each telling. */
export class OutgoingEvents1764000100000 implements MigrationInterface {
  name = 'OutgoingEvents1764000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook_endpoints (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        url text not null,
        description text,
        -- empty: every type, also those to come
        types text[] not null default '{}',
        enabled boolean not null default true,
        disabled_reason text check (disabled_reason in ('requested', 'gone', 'failing')),
        disabled_at timestamptz,
        sealed_secret text not null,
        -- the secret before the last rotation, which also signs until then
        sealed_previous_secret text,
        previous_secret_until timestamptz,
        -- of the failures since the last success
        failing_since timestamptz,
        last_failure_at timestamptz,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz not null default now(),
        unique (company_id, id)
      );

      -- Kept for good, also after the events are deleted: a sequence never starts anew. Holds ids and a number only.
      create table outbox_sequences (
        company_id uuid not null references companies (id) on delete cascade,
        subject uuid not null,
        last integer not null,
        primary key (company_id, subject)
      );

      create table outbox_events (
        id uuid primary key,
        company_id uuid not null references companies (id) on delete cascade,
        subject uuid not null,
        sequence integer not null,
        type text not null,
        sealed_payload text not null,
        occurred_at timestamptz(3) not null default clock_timestamp(),
        unique (company_id, id)
      );
      create index outbox_events_subject on outbox_events (company_id, subject);
      create index outbox_events_occurred_at on outbox_events (occurred_at);

      create table outbox_deliveries (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null,
        endpoint_id uuid not null,
        event_id uuid not null,
        -- the event's, so that its turn is found without reading the event
        subject uuid not null,
        sequence integer not null,
        type text not null,
        status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'skipped')),
        -- all that were made, and those of this round: a replay begins a new one
        attempts integer not null default 0,
        tries integer not null default 0,
        -- who is sending it now; the claim ends at next_attempt_at
        claim uuid,
        next_attempt_at timestamptz not null default now(),
        last_response_status integer,
        last_error text,
        created_at timestamptz(3) not null default clock_timestamp(),
        finished_at timestamptz,
        unique (company_id, id),
        foreign key (company_id, endpoint_id) references webhook_endpoints (company_id, id) on delete cascade,
        foreign key (company_id, event_id) references outbox_events (company_id, id) on delete cascade
      );
      create index outbox_deliveries_log on outbox_deliveries (endpoint_id, created_at, id);
      create index outbox_deliveries_event on outbox_deliveries (company_id, event_id);
      create index outbox_deliveries_due on outbox_deliveries (endpoint_id, next_attempt_at) where status = 'pending';
      create index outbox_deliveries_turn on outbox_deliveries (endpoint_id, subject, sequence) where status = 'pending';
      create index outbox_deliveries_claimed on outbox_deliveries (endpoint_id) where claim is not null;

      create table outbox_attempts (
        company_id uuid not null,
        delivery_id uuid not null,
        number integer not null,
        at timestamptz(3) not null,
        duration_ms integer not null,
        response_status integer,
        error text,
        -- what the receiver said, 1 KB at most; sealed, because it may repeat what it was sent
        sealed_response text,
        primary key (delivery_id, number),
        foreign key (company_id, delivery_id) references outbox_deliveries (company_id, id) on delete cascade
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table outbox_attempts;
      drop table outbox_deliveries;
      drop table outbox_events;
      drop table outbox_sequences;
      drop table webhook_endpoints;
    `);
  }
}
