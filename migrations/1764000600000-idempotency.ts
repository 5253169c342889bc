import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Idempotency keys of the operator, who belongs to no company. */
export class Idempotency1764000600000 implements MigrationInterface {
  name = 'Idempotency1764000600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table idempotency_keys drop constraint idempotency_keys_pkey;
      -- null: a request of the operator
      alter table idempotency_keys alter column company_id drop not null;
      create unique index idempotency_keys_request on idempotency_keys (company_id, route, key) nulls not distinct;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from idempotency_keys where company_id is null;
      drop index idempotency_keys_request;
      alter table idempotency_keys add primary key (company_id, route, key);
    `);
  }
}
