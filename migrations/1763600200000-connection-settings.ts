import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an operator may set for one connection: versions of the provider's API, and its pace. */
export class ConnectionSettings1763600200000 implements MigrationInterface {
  name = 'ConnectionSettings1763600200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table connections add column settings jsonb not null default '{}'`);
    // All lists of bookings were paged by number so far; the next verification looks again.
    await runner.query(`
      update connections set capabilities = capabilities || '{"bookingList": "pages"}'
      where capabilities is not null and capabilities -> 'bookingList' is null
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table connections drop column settings');
  }
}
