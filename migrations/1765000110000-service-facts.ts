import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What services are made of decides about free times as well: replicas that remember it hear when it changes. */
const TABLES = ['services', 'service_segments', 'service_segment_staff', 'calcom_event_maps', 'staff'];

export class ServiceFacts1765000110000 implements MigrationInterface {
  name = 'ServiceFacts1765000110000';

  async up(runner: QueryRunner): Promise<void> {
    // The same words in one transaction are told once, however many rows it writes.
    for (const table of TABLES) {
      await runner.query(`
        create trigger availability_facts_made after insert or delete on ${table}
          for each row execute function tell_availability_facts('company_id');
        create trigger availability_facts_changed after update on ${table} for each row
          when (old.* is distinct from new.*) execute function tell_availability_facts('company_id');
      `);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`
        drop trigger availability_facts_made on ${table};
        drop trigger availability_facts_changed on ${table};
      `);
    }
  }
}
