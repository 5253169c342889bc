import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/all';

/** Any fixed number: it names this service's migrations among the advisory locks of one database. */
const MIGRATION_LOCK = 7_305_110_001;

/**
 * Brings a database to the newest schema. Replicas that start together wait for one another under an advisory lock;
 * each migration runs in a transaction of its own, so that a failed one leaves nothing half done.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const lock = new Client({ connectionString: url });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const source = new DataSource({
      type: 'postgres',
      url,
      migrations: MIGRATIONS,
      migrationsTableName: 'schema_migrations',
    });
    await source.initialize();
    try {
      await source.runMigrations({ transaction: 'each' });
    } finally {
      await source.destroy();
    }
  } finally {
    await lock.end();
  }
}
