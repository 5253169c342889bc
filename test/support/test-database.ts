import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError, escapeIdentifier } from 'pg';

/** Set by Jest's global set-up for its workers: the server's address and the migrated database to copy. */
export const TEST_SERVER = 'TEST_POSTGRES_SERVER';
export const TEST_TEMPLATE = 'TEST_POSTGRES_TEMPLATE';

// A copy takes 0.1 s and needs the template for itself, so two workers may have to wait for each other.
const PATIENCE_MS = 10_000;
const OBJECT_IN_USE = '55006';

export interface TestDatabase {
  url: string;
  /** Deletes the database, cutting off whoever is still connected. */
  drop(): Promise<void>;
}

/** A migrated, empty database for one test file alone. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = given(TEST_TEMPLATE);
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await copyTemplate(template, name);
  return {
    url: Object.assign(new URL(given(TEST_SERVER)), { pathname: `/${name}` }).toString(),
    drop: () => onTestServer(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
  };
}

async function copyTemplate(template: string, name: string): Promise<void> {
  const statement = `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`;
  for (const deadline = Date.now() + PATIENCE_MS; ; await pause(20)) {
    try {
      return await onTestServer(statement);
    } catch (error) {
      const inUse = error instanceof DatabaseError && error.code === OBJECT_IN_USE;
      if (!inUse || Date.now() > deadline) throw error;
    }
  }
}

/** Runs one statement in the test server's own database. */
export async function onTestServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: given(TEST_SERVER) });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run through Jest's projects "contract" or "e2e".`);
  return value;
}
