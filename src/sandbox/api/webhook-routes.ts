import { Call, caller, Handler, Reply, Route, success } from '../http/call';
import { badRequest, forbidden, Json, nestError, notFound } from '../http/errors';
import { eachIn, Field, globalPipe, isArray, isBoolean, isInt, isString, maximum, minimum } from '../http/validation';
import { isUniqueViolation } from '../store/database';
import { Webhook } from '../store/records';
import { WebhookOwner } from '../store/webhooks';

/** In the order of the measured server's message. */
export const TRIGGERS = (
  'BOOKING_CREATED, BOOKING_PAYMENT_INITIATED, BOOKING_PAID, BOOKING_RESCHEDULED, BOOKING_REQUESTED, ' +
  'BOOKING_CANCELLED, BOOKING_REJECTED, BOOKING_NO_SHOW_UPDATED, FORM_SUBMITTED, MEETING_ENDED, MEETING_STARTED, ' +
  'RECORDING_READY, RECORDING_TRANSCRIPTION_GENERATED, OOO_CREATED, AFTER_HOSTS_CAL_VIDEO_NO_SHOW, ' +
  'AFTER_GUESTS_CAL_VIDEO_NO_SHOW, FORM_SUBMITTED_NO_EVENT, DELEGATION_CREDENTIAL_ERROR, WRONG_ASSIGNMENT_REPORT'
).split(', ');

const triggers = [
  eachIn(TRIGGERS, `each value in $ must be one of the following values: ${TRIGGERS.join(', ')}`),
  isArray,
];

const CREATE: Field[] = [
  { name: 'payloadTemplate', rules: [isString], optional: true },
  { name: 'active', rules: [isBoolean] },
  { name: 'subscriberUrl', rules: [isString] },
  { name: 'triggers', rules: triggers },
  { name: 'secret', rules: [isString], optional: true },
];

const CHANGE = CREATE.map((field) => ({ ...field, optional: true }));

const PAGE: Field[] = [
  { name: 'take', rules: [maximum(250), minimum(1), isInt], optional: true },
  { name: 'skip', rules: [minimum(0), isInt], optional: true },
];

interface WebhookInput {
  payloadTemplate?: string;
  active: boolean;
  subscriberUrl: string;
  triggers: string[];
  secret?: string;
}

function show(webhook: Webhook): Json {
  const { id, userId, eventTypeId, subscriberUrl, triggers: wanted, active, payloadTemplate, secret } = webhook;
  const owner = eventTypeId === null ? { userId } : { eventTypeId };
  return { id, ...owner, triggers: wanted, subscriberUrl, active, payloadTemplate, secret };
}

/** Reading one webhook of an account gives the raw row, with more keys than anywhere else. */
function showRow({ createdMs, ...webhook }: Webhook): Json {
  const unset = { appId: null, oAuthClientId: null, teamId: null, time: null, timeUnit: null, platform: false };
  return { ...unset, ...webhook, createdAt: new Date(createdMs).toISOString(), version: '2021-10-20' };
}

function checkUrl(url: string | undefined): void {
  if (url !== undefined && !URL.canParse(url)) throw badRequest('Webhook URL is not allowed: Invalid URL format');
}

/** Whose webhooks the route is about. Throws for an event type that is not the caller's. */
async function ownerOf(call: Call): Promise<WebhookOwner> {
  const account = caller(call);
  if (call.params.eventTypeId === undefined) return { userId: account.id, eventTypeId: null };
  const id = Number(call.params.eventTypeId);
  const eventType = await call.sandbox.eventTypes.byId(id);
  if (!eventType) throw notFound(`Event type (${id}) not found`);
  const { teamId } = call.params;
  if (teamId !== undefined && eventType.teamId !== Number(teamId)) throw notFound(`Event type (${id}) not found`);
  const team = eventType.teamId === null ? undefined : await call.sandbox.teams.byId(eventType.teamId);
  if (eventType.ownerId !== account.id && !team?.members.some(({ userId }) => userId === account.id)) {
    throw forbidden(`User (${account.id}) is not the owner of event type (${id})`);
  }
  return { userId: null, eventTypeId: id };
}

async function ownWebhook(call: Call): Promise<Webhook> {
  const owner = await ownerOf(call);
  const id = call.params.webhookId ?? '';
  const webhook = await call.sandbox.webhooks.byId(id);
  if (!webhook) throw notFound(`Webhook (${id}) not found`);
  if (webhook.userId === owner.userId && webhook.eventTypeId === owner.eventTypeId) return webhook;
  throw forbidden(
    owner.eventTypeId === null
      ? `IsUserWebhookGuard - user with id=(${owner.userId}) is not the owner of webhook with id=(${id})`
      : `Webhook (${id}) is not associated with event type (${owner.eventTypeId})`,
  );
}

async function create(call: Call): Promise<Reply> {
  const input = globalPipe(CREATE, call.body) as unknown as WebhookInput;
  checkUrl(input.subscriberUrl);
  const owner = await ownerOf(call);
  const { subscriberUrl, triggers: wanted, active, payloadTemplate = null, secret = null } = input;
  const data = { triggers: wanted, active, payloadTemplate, secret };
  const webhook = await call.sandbox.webhooks
    .create(owner, subscriberUrl, data, call.sandbox.now())
    .catch((error: unknown) => {
      const whose = owner.eventTypeId === null ? 'user' : 'event type';
      const message = `Webhook with this subscriber url already exists for this ${whose}`;
      throw isUniqueViolation(error) ? nestError(409, message) : error;
    });
  return success(show(webhook), 201);
}

async function list(call: Call): Promise<Reply> {
  const { take, skip } = call.query;
  const page = { skip: Number(skip ?? 0), take: Number(take ?? 250) };
  globalPipe(PAGE, page);
  const webhooks = await call.sandbox.webhooks.ofOwner(await ownerOf(call));
  return success(webhooks.slice(page.skip, page.skip + page.take).map(show));
}

const get: Handler = async (call) => {
  const webhook = await ownWebhook(call);
  return success(webhook.eventTypeId === null ? showRow(webhook) : show(webhook));
};

async function update(call: Call): Promise<Reply> {
  const input = globalPipe(CHANGE, call.body) as Partial<WebhookInput>;
  checkUrl(input.subscriberUrl);
  const { id } = await ownWebhook(call);
  return success(show(await call.sandbox.webhooks.change(id, input)));
}

async function remove(call: Call): Promise<Reply> {
  const webhook = await ownWebhook(call);
  await call.sandbox.webhooks.remove(webhook.id);
  return success(show(webhook));
}

const removeAll: Handler = async (call) => {
  const removed = await call.sandbox.webhooks.removeOf(await ownerOf(call));
  return success(`${removed} webhooks deleted`);
};

function routesUnder(prefix: string, path: string): Route[] {
  const route = (operation: string, method: Route['method'], tail: string, handler: Handler): Route => ({
    operation: `${prefix}.${operation}`,
    method,
    path: `${path}${tail}`,
    access: 'required',
    family: 'any',
    handler,
  });
  return [
    route('create', 'POST', '', create),
    route('list', 'GET', '', list),
    route('get', 'GET', '/:webhookId', get),
    route('update', 'PATCH', '/:webhookId', update),
    route('delete', 'DELETE', '/:webhookId', remove),
  ];
}

const routesOfTypes = (path: string): Route[] => [
  ...routesUnder('eventTypeWebhooks', path),
  {
    operation: 'eventTypeWebhooks.deleteAll',
    method: 'DELETE',
    path,
    access: 'required',
    family: 'any',
    handler: removeAll,
  },
];

export const webhookRoutes: Route[] = [
  ...routesUnder('webhooks', '/v2/webhooks'),
  ...routesOfTypes('/v2/event-types/:eventTypeId/webhooks'),
];

/** The webhooks of team event types answer the same, under a longer path. */
export const teamWebhookRoutes: Route[] = routesOfTypes('/v2/teams/:teamId/event-types/:eventTypeId/webhooks');
