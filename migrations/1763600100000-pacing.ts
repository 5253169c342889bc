import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The pace of calls to providers: one row a credential, which all replicas share. */
export class Pacing1763600100000 implements MigrationInterface {
  name = 'Pacing1763600100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- No company here: companies may share a credential, and its limit is the provider's, not theirs.
      create table pace_logs (
        -- a digest of the key, never the key
        credential text primary key,
        -- when permits were given, milliseconds since the epoch, oldest first
        permits bigint[] not null default '{}',
        -- what the last asking got; kept because "returning" shows columns only
        asked_ms bigint not null default 0,
        granted integer not null default 0,
        -- the provider blocked the credential until then
        silent_until_ms bigint not null default 0,
        -- the provider said that it leaves only so many calls
        cap_since_ms bigint,
        cap_until_ms bigint,
        cap_calls integer
      ) with (fillfactor = 40); -- every call rewrites its row: room for that on the same page, without touching the index
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table pace_logs');
  }
}
