import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Changes of bookings: their lease ends with the process that has it, and what it left behind is looked at again. */
export class Changes1764000050000 implements MigrationInterface {
  name = 'Changes1764000050000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- who is changing the booking: when it is dead somebody else reads what became of the change
      alter table appointments add column change_replica uuid;
      -- when the booking is read again, because a call without an answer may still take effect
      alter table appointments add column look_at timestamptz;
      alter table appointments add column looks_left integer not null default 0;
      create index appointments_look_at on appointments (look_at) where look_at is not null;
      create index appointments_changing on appointments (id) where change_owner is not null;

      alter table time_claims add column change_of uuid references appointments (id) on delete cascade;
      alter table time_claims drop constraint time_claims_check;
      alter table time_claims add constraint time_claims_claimant check (num_nonnulls(saga_id, hold_id, change_of) = 1);
      create index time_claims_change_of on time_claims (change_of);
    `);
  }

  async down(): Promise<void> {
    throw new Error('changes may be under way: a schema is brought forward by a new migration');
  }
}
