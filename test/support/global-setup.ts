import { createDatabaseIfMissing } from '../../src/foundation/database/embedded-postgres';
import { migrateDatabase } from '../../src/foundation/database/migrate';
import { TEST_SERVER, TEST_TEMPLATE } from './test-database';
import { startTestServer, type TestServer } from './test-server';

/** Kept on the process, for Jest loads set-up and tear-down apart, and each once for every project that names them. */
export const kept = globalThis as typeof globalThis & { slotbridgeTestServer?: TestServer };

/** Starts one Postgres for the whole run, with a migrated database in it that test files copy. */
export default async function globalSetup(): Promise<void> {
  if (kept.slotbridgeTestServer) return;
  const started = await startTestServer();
  kept.slotbridgeTestServer = started;
  const template = `slotbridge_template_${process.pid}`;
  process.env[TEST_SERVER] = started.server.url('postgres');
  process.env[TEST_TEMPLATE] = template;
  await createDatabaseIfMissing(started.server, template);
  await migrateDatabase(started.server.url(template));
}
