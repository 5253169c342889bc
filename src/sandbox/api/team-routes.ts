import { hostsOf } from '../bookings/availability';
import { readEventType, readEventTypeChange } from '../event-types/event-type-input';
import { showTeamEventType } from '../event-types/event-type-view';
import { Call, caller, Handler, Reply, Route, success } from '../http/call';
import { badRequest, forbidden, Json, notFound } from '../http/errors';
import { Field, globalPipe, isString } from '../http/validation';
import { isUniqueViolation } from '../store/database';
import { EventType, EventTypeInput, Team } from '../store/records';
import { teamWebhookRoutes } from './webhook-routes';

const TEAM: Field[] = [
  { name: 'name', rules: [isString] },
  { name: 'slug', rules: [isString] },
];

function show({ id, name, slug }: Team): Json {
  return {
    id,
    name,
    slug,
    parentId: null,
    logoUrl: null,
    calVideoLogo: null,
    appLogo: null,
    appIconLogo: null,
    bio: null,
    hideBranding: false,
    isOrganization: false,
    isPrivate: false,
    hideBookATeamMember: false,
    theme: null,
    brandColor: null,
    darkBrandColor: null,
    bannerUrl: null,
    timeFormat: null,
    timeZone: 'Europe/London',
    weekStart: 'Sunday',
  };
}

/** Throws 403, for an unknown team too. */
async function ownTeam(call: Call): Promise<Team> {
  const id = Number(call.params.teamId);
  const team = await call.sandbox.teams.byId(id);
  if (team?.members.some(({ userId }) => userId === caller(call).id)) return team;
  throw forbidden(`RolesGuard - User with id=${caller(call).id} is not part of the team with id=${id}.`);
}

async function create(call: Call): Promise<Reply> {
  const { name, slug } = globalPipe(TEAM, call.body) as { name: string; slug: string };
  const team = await call.sandbox.teams.create(name, slug, [caller(call).id]).catch((error: unknown) => {
    throw isUniqueViolation(error) ? badRequest(`Team slug ${slug} is already taken`) : error;
  });
  return success(show(team), 201);
}

const list: Handler = async (call) => success((await call.sandbox.teams.ofMember(caller(call).id)).map(show));

const get: Handler = async (call) => success(show(await ownTeam(call)));

async function remove(call: Call): Promise<Reply> {
  const team = await ownTeam(call);
  await call.sandbox.teams.remove(team.id);
  return success(show(team));
}

async function listMembers(call: Call): Promise<Reply> {
  const team = await ownTeam(call);
  const accounts = await call.sandbox.accounts.byIds(team.members.map(({ userId }) => userId));
  const memberships = team.members.map(({ userId, role, membershipId }) => {
    const { avatarUrl, bio, email, name, username } = accounts.find(({ id }) => id === userId) ?? {};
    const user = { avatarUrl, bio, email, name, username, metadata: {} };
    return { id: membershipId, userId, teamId: team.id, accepted: true, role, disableImpersonation: false, user };
  });
  return success(memberships);
}

async function addMember(call: Call): Promise<Reply> {
  const team = await ownTeam(call);
  const { userId, role = 'MEMBER' } = (call.body ?? {}) as { userId?: number; role?: string };
  const [account] = await call.sandbox.accounts.byIds([Number(userId)]);
  if (!account) throw notFound(`User with id ${userId} not found`);
  const membershipId = team.id * 1000 + team.members.length + 1;
  const member = { userId: account.id, role, membershipId };
  await call.sandbox.teams.change(team.id, { members: [...team.members, member] });
  const { avatarUrl, bio, email, name, username } = account;
  const user = { avatarUrl, bio, email, name, username, metadata: {} };
  const shown = { id: membershipId, userId: account.id, teamId: team.id, accepted: true, role };
  return success({ ...shown, disableImpersonation: false, user }, 201);
}

async function showType(call: Call, team: Team, eventType: EventType, inList = true): Promise<Json> {
  return showTeamEventType(eventType, team, await hostsOf(call.sandbox, eventType), inList);
}

const slugTaken = (error: unknown): unknown =>
  isUniqueViolation(error) ? badRequest('Team event type with this slug already exists') : error;

/** Throws 404 when a host does not belong to the team. */
function checkHosts(team: Team, { hosts = [] }: Partial<EventTypeInput>): void {
  const strangers = hosts.filter((host) => team.members.every(({ userId }) => userId !== host.userId));
  if (strangers.length === 0) return;
  const ids = strangers.map(({ userId }) => userId).join(', ');
  throw notFound(`Invalid hosts: ${ids} are not members of team with id ${team.id}.`);
}

/** A managed type is the parent of one personal type per member. */
async function createType(call: Call): Promise<Reply> {
  const team = await ownTeam(call);
  const input = readEventType(call.body, true);
  checkHosts(team, input);
  const owner = { ownerId: null, teamId: team.id };
  const eventType = await call.sandbox.eventTypes.create(owner, input).catch((error: unknown) => {
    throw slugTaken(error);
  });
  if (input.schedulingType === 'managed') await createChildren(call, eventType);
  const shown = await showType(call, team, eventType, false);
  return success(input.schedulingType === 'managed' ? [shown] : shown, 201);
}

async function createChildren(call: Call, parent: EventType, except: (number | null)[] = []): Promise<void> {
  for (const host of await hostsOf(call.sandbox, parent)) {
    if (except.includes(host.id)) continue;
    const owner = { ownerId: host.id, teamId: null, parentId: parent.id };
    await call.sandbox.eventTypes.create(owner, childInput(parent.input));
  }
}

function childInput<Input extends Partial<EventTypeInput>>(input: Input): Input {
  const { schedulingType: _type, hosts: _hosts, assignAllTeamMembers: _all, ...child } = input;
  return child as Input;
}

async function listTypes(call: Call): Promise<Reply> {
  const team = await ownTeam(call);
  const types = await call.sandbox.eventTypes.ofTeam(team.id);
  return success(await Promise.all(types.map((eventType) => showType(call, team, eventType))));
}

async function ownType(call: Call, team: Team): Promise<EventType> {
  const id = Number(call.params.eventTypeId);
  const eventType = await call.sandbox.eventTypes.byId(id);
  if (eventType?.teamId !== team.id) throw notFound(`Event type with id ${id} not found`);
  return eventType;
}

const getType: Handler = async (call) => {
  const team = await ownTeam(call);
  return success(await showType(call, team, await ownType(call, team)));
};

async function updateType(call: Call): Promise<Reply> {
  const team = await ownTeam(call);
  const eventType = await ownType(call, team);
  const change = readEventTypeChange(call.body, true);
  checkHosts(team, change);
  const changed = await call.sandbox.eventTypes.change(eventType.id, change).catch((error: unknown) => {
    throw slugTaken(error);
  });
  const shown = await showType(call, team, changed);
  if (changed.input.schedulingType !== 'managed') return success(shown);
  await changeChildren(call, changed, change);
  return success([shown]);
}

/** What is said of a managed type holds for its children; members who are newly assigned get theirs. */
async function changeChildren(call: Call, parent: EventType, change: Partial<EventTypeInput>): Promise<void> {
  const { eventTypes } = call.sandbox;
  const children = await eventTypes.childrenOf(parent.id);
  for (const child of children) await eventTypes.change(child.id, childInput(change));
  await createChildren(
    call,
    parent,
    children.map(({ ownerId }) => ownerId),
  );
}

async function removeType(call: Call): Promise<Reply> {
  const { id, slug, input } = await ownType(call, await ownTeam(call));
  await call.sandbox.eventTypes.remove(id);
  return success({ id, lengthInMinutes: input.lengthInMinutes, slug, title: input.title });
}

const route = (operation: string, method: Route['method'], path: string, handler: Handler): Route => ({
  operation: `teams.${operation}`,
  method,
  path: `/v2/teams${path}`,
  access: 'required',
  family: 'any',
  handler,
});

/** Absent altogether on servers without teams. */
export const teamRoutes: Route[] = [
  route('create', 'POST', '', create),
  route('list', 'GET', '', list),
  route('get', 'GET', '/:teamId', get),
  route('delete', 'DELETE', '/:teamId', remove),
  route('members', 'GET', '/:teamId/memberships', listMembers),
  route('addMember', 'POST', '/:teamId/memberships', addMember),
  route('eventTypes', 'GET', '/:teamId/event-types', listTypes),
  route('eventTypes.create', 'POST', '/:teamId/event-types', createType),
  route('eventTypes.get', 'GET', '/:teamId/event-types/:eventTypeId', getType),
  route('eventTypes.update', 'PATCH', '/:teamId/event-types/:eventTypeId', updateType),
  route('eventTypes.delete', 'DELETE', '/:teamId/event-types/:eventTypeId', removeType),
  ...teamWebhookRoutes,
];
