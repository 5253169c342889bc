import { OPERATIONS } from '../../../src/providers/calcom-v2/operations';
import { createTestDatabase } from '../../support/test-database';
import { callsOf } from './calls-of';
import { LoggedCall } from './check-logged-calls';
import { driveClient } from './drive-client';

/** Also without Cal.com's own file: what is not driven here would never be held against it. */
describe('the calls that are held against the OpenAPI file', () => {
  let calls: LoggedCall[];
  beforeAll(async () => {
    const database = await createTestDatabase();
    try {
      calls = await callsOf(database.url, driveClient);
    } finally {
      await database.drop();
    }
  }, 60_000);

  it.each(Object.entries(OPERATIONS))('have %s among them, and it succeeded', (_name, { method, path }) => {
    const places = new RegExp(`^/v2${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const made = calls.filter((call) => call.method === method && places.test(call.path.split('?')[0] ?? ''));
    expect(made.map(({ status }) => status)).toContain(method === 'POST' ? createdOrChanged(path) : 200);
  });
});

/** What is made answers 201, as does a move; decisions about what exists answer 200. */
function createdOrChanged(path: string): number {
  return /cancel|confirm|decline|mark-absent/.test(path) ? 200 : 201;
}
