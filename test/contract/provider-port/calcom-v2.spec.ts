import { CalcomWebhookReader } from '../../../src/providers/calcom-v2/webhook';
import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { checkLoggedCalls, contractLine, LoggedCall } from '../openapi/check-logged-calls';
import { CONTRACT_EXCEPTIONS } from '../openapi/contract-exceptions';
import { OpenApiContract } from '../openapi/openapi-contract';
import { CalcomHarness, startCalcomV2, WITH_TEAMS } from './calcom-v2-harness';
import { describeProviderPort } from './port-contract';
import { startReceiver } from './receiver';
import { atOnce } from './at-once';

/** Name of Cal.com's own OpenAPI file; it is not part of this repository. */
const contractPath = process.env.CALCOM_OPENAPI;

const WEBHOOK_SECRET = 'whsec_of_the_contract_test';

let harness: CalcomHarness;

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

describeProviderPort(WITH_TEAMS.name, WITH_TEAMS.capabilities, async () => (harness = await startCalcomV2(WITH_TEAMS)));

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
    await harness.control('settings', { teams: false }, 'PUT');
    expect((await provider.verify()).capabilities.teams).toBe(false);
    await expect(provider.teams()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(provider.team('1')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(await provider.users()).toHaveLength(1);
    await harness.control('settings', { teams: true }, 'PUT');
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
  const calls: LoggedCall[] = await harness.control('calls');
  // One test asks for an event that there is not.
  const meant = calls.filter(({ body }) => !JSON.stringify(body ?? {}).includes('booking.created'));
  const report = checkLoggedCalls(meant, OpenApiContract.load(contractPath), CONTRACT_EXCEPTIONS);
  say(`requests of the adapter: ${contractLine(report)}`);
  expect(report.violations.filter(({ part }) => part === 'request')).toEqual([]);
  expect(report.requests).toBeGreaterThan(100);
});
