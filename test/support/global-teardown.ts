import { kept } from './global-setup';
import { onTestServer, TEST_TEMPLATE } from './test-database';

/** Deletes the template and stops the server of this run. A server that was given (TEST_DATABASE_URL) stays. */
export default async function globalTeardown(): Promise<void> {
  const running = kept.slotbridgeTestServer;
  if (!running) return;
  delete kept.slotbridgeTestServer;
  await onTestServer(`DROP DATABASE IF EXISTS "${process.env[TEST_TEMPLATE]}" WITH (FORCE)`);
  await running.remove();
}
