import { startSandbox } from '../../../src/sandbox/sandbox-server';
import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { createTestDatabase } from '../../support/test-database';
import { describeProviderPort } from './port-contract';
import { PortHarness } from './port-world';
import { startProviders } from './provider-app';

/** What the sandbox calls the endpoint behind a method of the port. */
const OPERATIONS: Partial<Record<keyof SchedulingProvider, string>> = {
  book: 'bookings.create',
  getBooking: 'bookings.get',
  reschedule: 'bookings.reschedule',
  cancel: 'bookings.cancel',
  slots: 'slots.list',
};

const START = Date.UTC(2027, 2, 1, 8);

/** Cal.com API v2 as the sandbox speaks it, over HTTP, with its state in a database of this file. */
async function calcomV2(): Promise<PortHarness> {
  const database = await createTestDatabase();
  let now = START;
  const sandbox = await startSandbox({ databaseUrl: database.url, port: 0, now: () => now });
  const app = await startProviders();
  let accounts = 0;

  async function control(path: string, body?: object): Promise<any> {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  return {
    app,
    async account(timeZone) {
      accounts += 1;
      const [key, username] = [`cal_contract_${accounts}`, `host-${accounts}`];
      await control('accounts', {
        key,
        username,
        name: `Host ${accounts}`,
        email: `${username}@studio.example`,
        timeZone,
      });
      return app.provider(sandbox.url, key);
    },
    stranger: () => app.provider(sandbox.url, 'cal_nobody_knows_this_key'),
    advanceTo: (ms) => {
      now = ms;
    },
    inject: (scenario, method, delayMs) =>
      control('scenarios', { scenario, operation: OPERATIONS[method], times: 1, delayMs }),
    callsReceived: async (method) => (await control(`calls?operation=${OPERATIONS[method]}`)).length,
    async stop() {
      await app.close();
      await sandbox.stop();
      await database.drop();
    },
  };
}

describeProviderPort('Cal.com API v2', calcomV2);
