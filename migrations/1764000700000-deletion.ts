import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The steps of sagas go with their company at once. By way of their sagas alone they would go after its event types, which
 * they keep from being deleted.
 */
export class Deletion1764000700000 implements MigrationInterface {
  name = 'Deletion1764000700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table saga_steps
        add constraint saga_steps_company_id_fkey foreign key (company_id) references companies (id) on delete cascade
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table saga_steps drop constraint saga_steps_company_id_fkey');
  }
}
