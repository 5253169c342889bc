import { oldEventType } from '../event-types/old-event-type-view';
import { readEventType, readEventTypeChange } from '../event-types/event-type-input';
import { showEventType } from '../event-types/event-type-view';
import { Access, Call, caller, Handler, Reply, Route, success } from '../http/call';
import { badRequest, codedError, forbidden, Json, notFound } from '../http/errors';
import { isUniqueViolation } from '../store/database';
import { Account, EventType } from '../store/records';

const show = (call: Call, eventType: EventType, owner: Account, publicly = false): Json =>
  showEventType(eventType, owner, call.sandbox.origin, publicly);

const missing = (call: Call): Error => notFound(`Event type with id ${call.params.eventTypeId} not found`);

async function asked(call: Call): Promise<EventType | undefined> {
  return call.sandbox.eventTypes.byId(Number(call.params.eventTypeId));
}

/** Reading and changing somebody else's type is 404, as if it were not there. */
async function ownOrMissing(call: Call): Promise<EventType> {
  const eventType = await asked(call);
  if (eventType?.ownerId !== caller(call).id) throw missing(call);
  return eventType;
}

async function create(call: Call): Promise<Reply> {
  const input = readEventType(call.body);
  const account = caller(call);
  const owner = { ownerId: account.id, teamId: null };
  const eventType = await call.sandbox.eventTypes.create(owner, input).catch((error: unknown) => {
    throw isUniqueViolation(error) ? badRequest('User already has an event type with this slug.') : error;
  });
  return success(show(call, eventType, account), 201);
}

const text = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Without a user name one's own types (none without a key); with one, the visible types of that person. */
async function list(call: Call): Promise<Reply> {
  const username = text(call.query.username);
  if (username === undefined) {
    const { account } = call;
    if (!account) return success([]);
    const types = await call.sandbox.eventTypes.ofOwner(account.id);
    return success(types.map((eventType) => show(call, eventType, account)));
  }
  const owner = await call.sandbox.accounts.byUsername(username);
  if (!owner) return success([]);
  const slug = text(call.query.eventSlug);
  const types = await call.sandbox.eventTypes.ofOwner(owner.id);
  const visible = types.filter(
    (eventType) => !eventType.input.hidden && (slug === undefined || eventType.slug === slug),
  );
  return success(visible.map((eventType) => show(call, eventType, owner, true)));
}

const get: Handler = async (call) => success(show(call, await ownOrMissing(call), caller(call)));

const getOld: Handler = async (call) =>
  success(oldEventType(await ownOrMissing(call), caller(call), call.sandbox.origin));

const listOld: Handler = async (call) => {
  const { account } = call;
  if (!account) return success({ eventTypeGroups: [], profiles: [] });
  const types = await call.sandbox.eventTypes.ofOwner(account.id);
  const group = {
    teamId: null,
    bookerUrl: call.sandbox.origin,
    profile: { slug: account.username, name: account.name, image: account.avatarUrl },
    eventTypes: types.map(({ id, slug, input }) => ({ id, slug, title: input.title, length: input.lengthInMinutes })),
  };
  return success({ eventTypeGroups: [group], profiles: [group.profile] });
};

async function update(call: Call): Promise<Reply> {
  const change = readEventTypeChange(call.body);
  const eventType = await ownOrMissing(call);
  const changed = await call.sandbox.eventTypes.change(eventType.id, change).catch((error: unknown) => {
    throw isUniqueViolation(error) ? codedError(400, 'TRPCError', 'error_event_type_url_duplicate') : error;
  });
  return success(show(call, changed, caller(call)));
}

async function remove(call: Call): Promise<Reply> {
  const eventType = await asked(call);
  if (!eventType) throw missing(call);
  const account = caller(call);
  if (eventType.ownerId !== account.id) {
    throw forbidden(`User with ID=${account.id} does not own event type with ID=${eventType.id}`);
  }
  await call.sandbox.eventTypes.remove(eventType.id);
  const { title, lengthInMinutes } = eventType.input;
  return success({ id: eventType.id, lengthInMinutes, slug: eventType.slug, title });
}

const route = (
  operation: string,
  method: Route['method'],
  path: string,
  handler: Handler,
  older?: Handler,
  access: Access = 'permissions',
): Route => ({
  operation: `eventTypes.${operation}`,
  method,
  path: `/v2/event-types${path}`,
  access,
  family: 'event-types',
  handler,
  older,
});

export const eventTypeRoutes: Route[] = [
  route('create', 'POST', '', create),
  route('list', 'GET', '', list, listOld, 'public'),
  route('get', 'GET', '/:eventTypeId', get, getOld),
  route('update', 'PATCH', '/:eventTypeId', update),
  route('delete', 'DELETE', '/:eventTypeId', remove),
];
