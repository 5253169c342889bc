import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a company sells: services with their segments, the staff who do them, and the event types that carry them. */
export class Services1765000100000 implements MigrationInterface {
  name = 'Services1765000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table staff (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        name text not null,
        -- lower case; only to be matched with a host
        email text,
        active boolean not null default true,
        -- the provider's id of the person
        host_id text,
        host_chosen_by text check (host_chosen_by in ('hand', 'match')),
        created_at timestamptz(3) not null default clock_timestamp(),
        -- old visits still name whoever did them
        deleted_at timestamptz,
        unique (company_id, id),
        check ((host_id is null) = (host_chosen_by is null))
      );
      -- two people with one host would be booked for the same time
      create unique index staff_host on staff (company_id, host_id) where deleted_at is null;
      create index staff_created_at on staff (company_id, created_at, id) where deleted_at is null;

      create table services (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null references companies (id) on delete cascade,
        name text not null,
        one_person text not null check (one_person in ('preferred', 'required', 'indifferent')),
        allow_confirmation boolean not null default false,
        created_at timestamptz(3) not null default clock_timestamp(),
        deleted_at timestamptz,
        unique (company_id, id)
      );
      create index services_created_at on services (company_id, created_at, id) where deleted_at is null;

      create table service_segments (
        id uuid primary key default gen_random_uuid(),
        company_id uuid not null,
        service_id uuid not null,
        position integer not null,
        name text not null,
        duration_minutes integer not null check (duration_minutes between 5 and 480),
        -- null: the next segment follows at once, or there is none
        gap_min_minutes integer,
        gap_max_minutes integer,
        gap_frees_staff boolean,
        unique (company_id, service_id, id),
        constraint service_segments_position unique (service_id, position) deferrable initially deferred,
        constraint service_segments_gap check (
          num_nulls(gap_min_minutes, gap_max_minutes, gap_frees_staff) = 3
          or (num_nulls(gap_min_minutes, gap_max_minutes, gap_frees_staff) = 0
            and gap_min_minutes >= 0 and gap_max_minutes >= greatest(gap_min_minutes, 1))),
        foreign key (company_id, service_id) references services (company_id, id) on delete cascade
      );

      -- who can do a segment, in the order in which they were named
      create table service_segment_staff (
        company_id uuid not null,
        service_id uuid not null,
        segment_id uuid not null,
        staff_id uuid not null,
        position integer not null,
        primary key (company_id, service_id, segment_id, staff_id),
        foreign key (company_id, service_id, segment_id)
          references service_segments (company_id, service_id, id) on delete cascade,
        foreign key (company_id, staff_id) references staff (company_id, id) on delete cascade
      );
      create index service_segment_staff_staff on service_segment_staff (company_id, staff_id);

      create table calcom_event_maps (
        company_id uuid not null,
        service_id uuid not null,
        segment_id uuid not null,
        staff_id uuid not null,
        event_type_id uuid not null,
        primary key (company_id, service_id, segment_id, staff_id),
        -- whoever is taken off a segment takes the map along
        foreign key (company_id, service_id, segment_id, staff_id)
          references service_segment_staff (company_id, service_id, segment_id, staff_id) on delete cascade,
        foreign key (company_id, event_type_id) references event_types (company_id, id) on delete cascade
      );
      create index calcom_event_maps_event_type_id on calcom_event_maps (event_type_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table calcom_event_maps; drop table service_segment_staff; drop table service_segments; ' +
        'drop table services; drop table staff;',
    );
  }
}
