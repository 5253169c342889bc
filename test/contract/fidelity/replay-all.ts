import { GoldenCase, GoldenServer } from './golden-file';
import { CaseResult, Replay } from './replay';
import { SandboxClient } from './sandbox-client';
import * as booking from './scenarios-booking';
import * as reading from './scenarios-reading';
import { noTeams, teams } from './scenarios-teams';
import * as transport from './scenarios-transport';
import { delivery, webhooks } from './scenarios-webhooks';
import { WebhookReceiver } from './webhook-receiver';

type Scenario = (replay: Replay, receiver: WebhookReceiver) => Promise<void>;

const CURRENT: Record<string, Scenario> = {
  version: reading.version,
  me: reading.me,
  'event-types': reading.eventTypes,
  schedules: reading.schedules,
  slots: reading.slots,
  reservations: reading.reservations,
  'bookings-create': booking.bookingsCreate,
  'bookings-special': booking.bookingsSpecial,
  'bookings-read': booking.bookingsRead,
  'bookings-list': booking.bookingsList,
  'bookings-change': booking.bookingsChange,
  race: transport.race,
  webhooks,
  delivery,
  auth: transport.auth,
  transport: transport.transport,
  teams: noTeams,
  rate: transport.rate,
};

/** A case with its name over all servers, `v2-2026/slots.no-zone`; `notReplayed` says why it could not be sent. */
export interface Outcome {
  name: string;
  group: string;
  differences: string[];
  notReplayed?: string;
}

/** Replays every case of the current server, and of the one of 2025 the teams that the current one lacks. */
export async function replayAll(servers: Record<string, GoldenServer>, sandboxUrl: string): Promise<Outcome[]> {
  const receiver = new WebhookReceiver();
  const hookUrl = await receiver.start();
  try {
    const client = new SandboxClient(sandboxUrl);
    const current = casesOf(servers, 'v2-2026');
    const outcomes: Outcome[] = [];
    for (const group of new Set(current.map((golden) => golden.group))) {
      const cases = current.filter((golden) => golden.group === group);
      outcomes.push(
        ...(await replayGroup('v2-2026', cases, CURRENT[group], new Replay(client, cases, hookUrl), receiver)),
      );
    }
    const team = casesOf(servers, 'v2-2025').filter(({ group }) => group === 'teams');
    outcomes.push(...(await replayGroup('v2-2025', team, teams, new Replay(client, team, hookUrl), receiver)));
    return outcomes;
  } finally {
    await receiver.stop();
  }
}

function casesOf(servers: Record<string, GoldenServer>, name: string): GoldenCase[] {
  const server = servers[name];
  if (!server) throw new Error(`the golden file has no server ${name}`);
  return server.cases;
}

/** A set-up step that fails ends its group: the cases not reached are reported as not replayed, with that reason. */
async function replayGroup(
  server: string,
  cases: GoldenCase[],
  scenario: Scenario | undefined,
  replay: Replay,
  receiver: WebhookReceiver,
): Promise<Outcome[]> {
  let stopped = 'no scenario sends it';
  try {
    await replay.client.fresh();
    await scenario?.(replay, receiver);
  } catch (error) {
    stopped = error instanceof Error ? error.message : String(error);
  }
  const results = new Map<string, CaseResult>(replay.results.map((result) => [result.id, result]));
  return cases.map(({ id, group }) => {
    const result = results.get(id);
    const name = `${server}/${id}`;
    const label = `${server} ${group}`;
    return result
      ? { name, group: label, differences: result.differences }
      : { name, group: label, differences: [], notReplayed: stopped };
  });
}
