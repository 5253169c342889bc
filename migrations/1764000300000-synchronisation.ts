import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each connection is looked at next and by whom, how far the last look came, and what all looks found. */
export class Synchronisation1764000300000 implements MigrationInterface {
  name = 'Synchronisation1764000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sync_states
        -- null: not planned yet
        add column next_run_at timestamptz,
        -- the replica that looks now, until when at most, and its number: a write that names an older one changes nothing
        add column owner uuid,
        add column owned_until timestamptz,
        add column fence bigint not null default 0,
        -- in a row
        add column failures integer not null default 0,
        -- bookings: everything that changed before then, by the provider's clock, was read
        add column changed_since timestamptz(3),
        -- bookings: the next page of a reading that is not finished, and the latest change that it has met so far
        add column page_cursor text,
        add column seen_until timestamptz(3),
        add column looked_at bigint not null default 0,
        add column drift_found bigint not null default 0,
        add column healed bigint not null default 0;
      create index sync_states_due on sync_states (next_run_at);

      -- Whether a company has traffic.
      create index appointments_created_at on appointments (company_id, created_at);
      -- What may wait for a person.
      create index appointments_waiting on appointments (starts_at)
        where status in ('outcome_pending', 'awaiting_confirmation', 'needs_attention');
      create index webhook_deliveries_failed on webhook_deliveries (received_at) where status = 'failed';
      -- What is deleted after 30 days.
      create index sagas_ended_at on sagas (ended_at) where status in ('confirmed', 'compensated');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index sagas_ended_at;
      drop index webhook_deliveries_failed;
      drop index appointments_waiting;
      drop index appointments_created_at;
      drop index sync_states_due;
      alter table sync_states
        drop column next_run_at, drop column owner, drop column owned_until, drop column fence, drop column failures,
        drop column changed_since, drop column page_cursor, drop column seen_until,
        drop column looked_at, drop column drift_found, drop column healed;
    `);
  }
}
