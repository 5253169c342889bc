import { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Sandbox } from '../sandbox';
import { NewAccount } from '../store/accounts';
import { readScenario, ScenarioTargets } from './scenario-input';
import { readSettings } from './settings-input';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

type Query = { key?: string; operation?: string; after?: string };
type Answer = Promise<object>;

/** For tests and for people: accounts, teams, faults, settings, and what happened. Loopback only, no key. */
export function registerControlRoutes(server: FastifyInstance, sandbox: Sandbox, targets: ScenarioTargets): void {
  const guard = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!LOOPBACK.has(request.ip)) await reply.status(403).send({ message: 'Control routes answer to loopback only' });
  };
  const options = { preHandler: guard };
  const control = (path: string): string => `/_sandbox/${path}`;
  server.post(control('reset'), options, () => reset(sandbox));
  server.post(control('accounts'), options, async (request, reply) =>
    reply.status(201).send(await createAccount(sandbox, request.body as NewAccount)),
  );
  server.get(control('accounts'), options, () => sandbox.accounts.all());
  server.post(control('teams'), options, async (request, reply) =>
    reply.status(201).send(await createTeam(sandbox, request.body as TeamInput)),
  );
  server.get(control('settings'), options, async () => sandbox.settings.current);
  server.put(control('settings'), options, (request, reply) =>
    changeSettings(sandbox, readSettings(request.body), reply),
  );
  server.post(control('scenarios'), options, (request, reply) =>
    createScenario(sandbox, readScenario(request.body, targets), reply),
  );
  server.get(control('routes'), options, async () =>
    targets.routes.map(({ operation, method, path }) => ({ operation, method, path })),
  );
  server.get(control('scenarios'), options, () => sandbox.scenarios.list());
  server.delete(control('scenarios'), options, () => removeScenarios(sandbox));
  server.delete<{ Params: { id: string } }>(control('scenarios/:id'), options, ({ params }) =>
    removeScenarios(sandbox, Number(params.id)),
  );
  server.get<{ Querystring: Query }>(control('calls'), options, ({ query }) =>
    sandbox.journal.calls({ key: query.key, operation: query.operation, after: Number(query.after ?? 0) }),
  );
  server.get<{ Querystring: Query }>(control('webhooks'), options, ({ query }) =>
    sandbox.journal.deliveries(Number(query.after ?? 0)),
  );
  server.get<{ Querystring: Query }>(control('bookings'), options, ({ query }) => listBookings(sandbox, query.key));
}

/** What is delayed is dropped first: ids begin anew, so a late effect would find a stranger's event type. */
async function reset(sandbox: Sandbox): Answer {
  await sandbox.sender.drop();
  await sandbox.db.clear();
  sandbox.settings.reset();
  sandbox.limiter.clear();
  sandbox.slotsCache.clear();
  return { reset: true };
}

async function createAccount(sandbox: Sandbox, input: NewAccount): Answer {
  const { id, key, username, defaultScheduleId } = await sandbox.accounts.create(input);
  return { id, key, username, defaultScheduleId };
}

interface TeamInput {
  name: string;
  slug: string;
  members: string[];
}

/** Idempotent by slug. */
async function createTeam(sandbox: Sandbox, { name, slug, members }: TeamInput): Answer {
  const known = await sandbox.teams.bySlug(slug);
  if (known) return known;
  const accounts = await Promise.all(members.map((username) => sandbox.accounts.byUsername(username)));
  const ids = accounts.flatMap((account) => (account ? [account.id] : []));
  return sandbox.teams.create(name, slug, ids);
}

async function changeSettings(
  sandbox: Sandbox,
  change: ReturnType<typeof readSettings>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (typeof change === 'string') return reply.status(400).send({ message: change });
  if (change.rateLimit !== undefined) sandbox.limiter.clear();
  return reply.send(await sandbox.settings.change(change));
}

async function createScenario(
  sandbox: Sandbox,
  input: ReturnType<typeof readScenario>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (typeof input === 'string') return reply.status(400).send({ message: input });
  return reply.status(201).send({ id: await sandbox.scenarios.create(input.order, input.times) });
}

async function removeScenarios(sandbox: Sandbox, id?: number): Answer {
  await sandbox.scenarios.remove(id);
  return { removed: true };
}

/** The truth, without the API's shapes and rules. */
async function listBookings(sandbox: Sandbox, key: string | undefined): Answer {
  const account = key === undefined ? undefined : await sandbox.accounts.byKey(key);
  if (key !== undefined && !account) return [];
  const bookings = await sandbox.bookings.all(account?.id);
  return bookings.map(({ startMs, endMs, createdMs, updatedMs, details, ...rest }) => ({
    ...rest,
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    createdAt: new Date(createdMs).toISOString(),
    updatedAt: new Date(updatedMs).toISOString(),
    ...details,
  }));
}
