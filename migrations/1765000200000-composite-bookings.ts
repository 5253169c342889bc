import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Visits of several segments, and what their sagas need beyond those of one booking: moves, confirmations, remarks. */
export class CompositeBookings1765000200000 implements MigrationInterface {
  name = 'CompositeBookings1765000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sagas drop constraint sagas_kind_check;
      alter table sagas add constraint sagas_kind_check
        check (kind in ('booking', 'visit', 'visit-move', 'visit-tidy', 'visit-cancel'));

      alter table saga_steps drop constraint saga_steps_status_check;
      alter table saga_steps add constraint saga_steps_status_check
        check (status in ('pending', 'trying', 'booked', 'refused', 'cancelled', 'absent', 'returning', 'returned', 'stuck'));
      alter table saga_steps alter column attempt set default 0;
      -- of a booking that is moved: where it is moved back to when the saga comes to nothing
      alter table saga_steps add column moves_uid text;
      alter table saga_steps add column moves_from timestamptz;
      alter table saga_steps add column moves_ref text;
      alter table saga_steps add check ((moves_uid is null) = (moves_from is null) and (moves_uid is null) = (moves_ref is null));
      alter table saga_steps add column confirmation text check (confirmation in ('wanted', 'given'));
      alter table saga_steps alter column last_error type jsonb using case when last_error is null then null else to_jsonb(last_error) end;
      alter table saga_events add column attempt integer;
      alter table saga_events alter column detail type jsonb using case when detail is null then null else to_jsonb(detail) end;

      alter table companies add column reserve_visits boolean not null default false;

      -- A visit: its segments are appointments with its id as their composite_group_uid. It names nobody: whom it is for
      -- stands in the appointments alone.
      create table composite_bookings (
        id uuid primary key,
        company_id uuid not null references companies (id) on delete cascade,
        connection_id uuid not null,
        service_id uuid not null,
        service_name text not null,
        status text not null check (status in ('outcome_pending', 'confirmed', 'rescheduling', 'cancelling', 'disrupted',
          'cancelled', 'compensating', 'compensated', 'needs_attention')),
        -- the segments as they were last agreed on: who, when, by which event type
        plan jsonb not null,
        -- as they are to be, while it is being moved
        next_plan jsonb,
        time_zone text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        -- the last one; earlier ones are found by their steps
        saga_id uuid references sagas (id) on delete set null,
        -- why nothing was booked, or what is in doubt: codes, never a provider's words
        failure jsonb,
        created_at timestamptz(3) not null default clock_timestamp(),
        updated_at timestamptz(3) not null default clock_timestamp(),
        unique (company_id, id),
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );
      create index composite_bookings_start on composite_bookings (company_id, starts_at, id);
      create index composite_bookings_service on composite_bookings (company_id, service_id, starts_at);
      create index composite_bookings_attention on composite_bookings (updated_at) where status = 'needs_attention';
      create table composite_booking_sagas (
        saga_id uuid primary key references sagas (id) on delete cascade,
        company_id uuid not null references companies (id) on delete cascade,
        composite_booking_id uuid not null,
        foreign key (company_id, composite_booking_id) references composite_bookings (company_id, id) on delete cascade
      );
      create index composite_booking_sagas_visit on composite_booking_sagas (composite_booking_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('visits may be under way: a schema is brought forward by a new migration');
  }
}
