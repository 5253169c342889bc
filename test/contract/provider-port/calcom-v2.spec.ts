import { CalcomWebhookReader } from '../../../src/providers/calcom-v2/webhook';
import { startSandbox } from '../../../src/sandbox/sandbox-server';
import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { createTestDatabase } from '../../support/test-database';
import { checkLoggedCalls, contractLine, LoggedCall } from '../openapi/check-logged-calls';
import { CONTRACT_EXCEPTIONS } from '../openapi/contract-exceptions';
import { OpenApiContract } from '../openapi/openapi-contract';
import { describeProviderPort } from './port-contract';
import { PortHarness, PortMethod } from './port-world';
import { startProviders } from './provider-app';
import { startReceiver } from './receiver';
import { atOnce } from './at-once';

/** What the sandbox calls the endpoint behind a method of the port. */
const OPERATIONS: Partial<Record<PortMethod, string>> = {
  book: 'bookings.create',
  getBooking: 'bookings.get',
  reschedule: 'bookings.reschedule',
  cancel: 'bookings.cancel',
  slots: 'slots.list',
};

/** Name of Cal.com's own OpenAPI file; it is not part of this repository. */
const contractPath = process.env.CALCOM_OPENAPI;

let sandboxUrl: string;
let harness: PortHarness;

const WEBHOOK_SECRET = 'whsec_of_the_contract_test';

const START = Date.UTC(2027, 2, 1, 8);

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function control(path: string, body?: object, method = 'POST'): Promise<any> {
  const init = body && { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${sandboxUrl}/_sandbox/${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Cal.com API v2 as the sandbox speaks it, over HTTP, with its state in a database of this file. */
async function calcomV2(): Promise<PortHarness> {
  const database = await createTestDatabase();
  let now = START;
  const sandbox = await startSandbox({ databaseUrl: database.url, port: 0, now: () => now });
  sandboxUrl = sandbox.url;
  const app = await startProviders();
  let accounts = 0;
  const keys = new Map<SchedulingProvider, string>();

  harness = {
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
      const provider = app.provider(sandbox.url, key);
      keys.set(provider, key);
      return provider;
    },
    async team(name, members) {
      const usernames = await Promise.all(members.map(async (member) => (await member.me()).username));
      const { id } = await control('teams', {
        name,
        slug: name.toLowerCase().replaceAll(' ', '-'),
        members: usernames,
      });
      await teamType(keys.get(members[0]!)!, id);
      return String(id);
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
  return harness;
}

async function teamType(key: string, teamId: number): Promise<void> {
  const type = { title: 'Any', slug: 'any', lengthInMinutes: 30, schedulingType: 'roundRobin' };
  const response = await fetch(`${sandboxUrl}/v2/teams/${teamId}/event-types`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...type, assignAllTeamMembers: true }),
  });
  if (!response.ok) throw new Error(`team type: ${response.status} ${await response.text()}`);
}

describeProviderPort('Cal.com API v2', calcomV2);

describe('Cal.com API v2: what only Cal.com has', () => {
  let provider: SchedulingProvider;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;

  beforeAll(async () => {
    provider = await harness.account('Europe/Berlin');
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  it('teams are no capability of a server without team routes', async () => {
    expect((await provider.verify()).capabilities.teams).toBe(true);
    await control('settings', { teams: false }, 'PUT');
    expect((await provider.verify()).capabilities.teams).toBe(false);
    await expect(provider.teams()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(provider.team('1')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(await provider.users()).toHaveLength(1);
    await control('settings', { teams: true }, 'PUT');
  });

  it('the webhook of a booking is genuine, names the attempt and comes before the answer', async () => {
    await atOnce(provider).createWebhook(
      { level: 'account' },
      { url: receiver.url, secret: WEBHOOK_SECRET, triggers: ['BOOKING_CREATED'] },
    );
    const { providerId } = await atOnce(provider).createEventType({ title: 'Hook', slug: 'hook', lengthMinutes: 30 });
    const booking = await atOnce(provider).book({
      eventTypeId: providerId,
      startMs: Date.UTC(2027, 5, 1, 8),
      attendee: { name: 'Jonas', email: 'jonas@mail.example', timeZone: 'Europe/Berlin' },
      metadata: { note: 'x' },
      ref: 'ref-hook',
      deploymentId: 'contract-test',
    });
    const [delivery] = receiver.deliveries;
    const reader = new CalcomWebhookReader();
    const { body, headers } = delivery ?? { body: Buffer.alloc(0), headers: {} };
    expect(reader.isGenuine(body, headers, [WEBHOOK_SECRET])).toBe(true);
    expect(reader.isGenuine(body, headers, ['of-another-company'])).toBe(false);
    const { uid, startMs, endMs, ref, metadata } = booking;
    expect(reader.parse(body)).toMatchObject({
      effect: 'created',
      status: 'accepted',
      uid,
      startMs,
      endMs,
      ref,
      metadata,
    });
  });
});

/** Runs last, over everything that the tests above have sent. */
it("sends nothing that Cal.com's own OpenAPI file does not allow", async () => {
  if (!contractPath) return void say('requests of the adapter: not checked, CALCOM_OPENAPI names no file');
  const calls: LoggedCall[] = await control('calls');
  const report = checkLoggedCalls(calls, OpenApiContract.load(contractPath), CONTRACT_EXCEPTIONS);
  say(`requests of the adapter: ${contractLine(report)}`);
  expect(report.violations.filter(({ part }) => part === 'request')).toEqual([]);
  expect(report.requests).toBeGreaterThan(100);
});
