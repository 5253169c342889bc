import { startSandbox } from '../../../src/sandbox/sandbox-server';
import type { ProviderCapabilities, SchedulingProvider } from '../../../src/scheduling/provider-port';
import { createTestDatabase } from '../../support/test-database';
import { PortHarness, PortMethod } from './port-world';
import { Known, startProviders } from './provider-app';

/** What the sandbox calls the endpoint behind a method of the port. */
const OPERATIONS: Partial<Record<PortMethod, string>> = {
  book: 'bookings.create',
  getBooking: 'bookings.get',
  listBookings: 'bookings.list',
  reschedule: 'bookings.reschedule',
  cancel: 'bookings.cancel',
  confirm: 'bookings.confirm',
  decline: 'bookings.decline',
  markAbsent: 'bookings.markAbsent',
  slots: 'slots.list',
  reserve: 'reservations.create',
  endReservation: 'reservations.delete',
  createEventType: 'eventTypes.create',
  createWebhook: 'webhooks.create',
};

/** A Monday, nine o'clock in Berlin. */
const START = Date.UTC(2027, 2, 1, 8);

/** A server that Cal.com's API v2 is spoken with. */
export interface Dialect {
  name: string;
  settings: { teams: boolean; hosted: boolean };
  capabilities: ProviderCapabilities;
}

const ALWAYS = { reschedule: true, confirm: true, metadata: true, holds: true, webhooks: true };

/** cal.diy of 2026: no teams. */
export const CAL_DIY: Dialect = {
  name: 'Cal.com API v2 of cal.diy',
  settings: { teams: false, hosted: false },
  capabilities: { ...ALWAYS, teams: false, bookingList: 'pages' },
};

/** Servers of 2025, and the hosted one where it is asked in the older versions. */
export const WITH_TEAMS: Dialect = {
  name: 'Cal.com API v2 with teams',
  settings: { teams: true, hosted: false },
  capabilities: { ...ALWAYS, teams: true, bookingList: 'pages' },
};

export const HOSTED: Dialect = {
  name: 'Cal.com API v2, hosted',
  settings: { teams: true, hosted: true },
  capabilities: { ...ALWAYS, teams: true, bookingList: 'cursor' },
};

export interface CalcomHarness extends PortHarness {
  sandboxUrl: string;
  /** A route of the sandbox's control. */
  control(path: string, body?: object, method?: string): Promise<any>;
  keyOf(provider: SchedulingProvider): string;
  /** The same account as another connection knows it. */
  again(provider: SchedulingProvider, known: Known): SchedulingProvider;
}

/** Cal.com API v2 as the sandbox speaks it in one dialect, over HTTP, with its state in a database of its own. */
export async function startCalcomV2(dialect: Dialect): Promise<CalcomHarness> {
  const database = await createTestDatabase();
  let now = START;
  const sandbox = await startSandbox({ databaseUrl: database.url, port: 0, now: () => now });
  const app = await startProviders();
  const keys = new Map<SchedulingProvider, string>();
  const control = (path: string, body?: object, method = 'POST'): Promise<any> =>
    controlCall(`${sandbox.url}/_sandbox/${path}`, body, method);
  const keyOf = (provider: SchedulingProvider): string => keys.get(provider) ?? '';
  /** An adapter that knows of the account what its verification found, as in the service. */
  const connected = async (key: string): Promise<SchedulingProvider> => {
    const { capabilities } = await app.provider(sandbox.url, key).verify();
    const provider = app.provider(sandbox.url, key, { capabilities });
    keys.set(provider, key);
    return provider;
  };
  await control('settings', dialect.settings, 'PUT');
  let accounts = 0;

  return {
    app,
    sandboxUrl: sandbox.url,
    control,
    keyOf,
    again: (provider, known) => app.provider(sandbox.url, keyOf(provider), known),
    async account(timeZone) {
      accounts += 1;
      const [key, username] = [`cal_contract_${accounts}`, `host-${accounts}`];
      const email = `${username}@studio.example`;
      await control('accounts', { key, username, name: `Host ${accounts}`, email, timeZone });
      return connected(key);
    },
    async team(name, members) {
      const usernames = await Promise.all(members.map(async (member) => (await member.me()).username));
      const slug = name.toLowerCase().replaceAll(' ', '-');
      return String((await control('teams', { name, slug, members: usernames })).id);
    },
    stranger: () => app.provider(sandbox.url, 'cal_nobody_knows_this_key'),
    now: () => now,
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

async function controlCall(url: string, body: object | undefined, method: string): Promise<unknown> {
  const init = body && { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
