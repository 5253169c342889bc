import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Holds: a start kept for somebody who is about to book it. */
export class Holds1764000400000 implements MigrationInterface {
  name = 'Holds1764000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table holds (
        id uuid primary key,
        company_id uuid not null references companies (id) on delete cascade,
        connection_id uuid not null,
        event_type_id uuid not null,
        -- an active hold has expired once expires_at is past, whether anybody wrote that down or not
        status text not null default 'active' check (status in ('active', 'taken', 'released')),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        expires_at timestamptz(3) not null,
        -- sha256; the token itself is told once
        token_hash text not null,
        -- among whose open holds it counts: a hash of key and address, or 'secret' for all of a company's secret keys
        holder text not null,
        -- the booking that took it
        saga_id uuid references sagas (id) on delete set null,
        -- the provider's reservation while it is worth ending: whoever has the uid can end it
        reservation_uid text,
        reservation_until timestamptz,
        ending_tries integer not null default 0,
        ending_next_at timestamptz not null default '-infinity',
        created_at timestamptz(3) not null default clock_timestamp(),
        unique (company_id, id),
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade,
        foreign key (company_id, event_type_id) references event_types (company_id, id) on delete cascade
      );
      create index holds_open on holds (company_id, holder, expires_at) where status = 'active';
      create index holds_reserved on holds (ending_next_at) where reservation_uid is not null;
      create index holds_expiry on holds (expires_at);
      create index holds_saga on holds (saga_id);
      create index holds_connection on holds (company_id, connection_id);
      create index holds_event_type on holds (company_id, event_type_id);

      delete from time_claims where hold_id is not null;
      alter table time_claims add constraint time_claims_of_hold
        foreign key (hold_id) references holds (id) on delete cascade;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table time_claims drop constraint time_claims_of_hold; drop table holds;');
  }
}
