import type { WebhookScope } from '../../src/scheduling/words';
import type { Desk } from './desk';
import type { Subject, Write } from './subject';

const OLD_HOOK = 'https://hooks.slotbridge.example/old';
const NEW_HOOK = 'https://hooks.slotbridge.example/new';
const WISH = { url: NEW_HOOK, secret: 'a-secret-of-the-run', triggers: ['BOOKING_CREATED'] };
const DRAFT = { title: 'New', slug: 'new', lengthMinutes: 45 };

const once = (happened: boolean): number => (happened ? 1 : 0);

const counted =
  (list: () => Promise<any[]>, isIt: (item: any) => boolean): Write['effects'] =>
  async () =>
    (await list()).filter(isIt).length;

const gone =
  (list: () => Promise<any[]>, id: string): Write['effects'] =>
  async () =>
    once((await list()).every((item) => String(item.id) !== id));

async function createType(desk: Desk): Promise<Write> {
  const effects = counted(
    () => desk.eventTypes(),
    ({ slug }) => slug === DRAFT.slug,
  );
  return { prepare: (writes) => writes.createEventType(DRAFT), effects };
}

async function updateType(desk: Desk): Promise<Write> {
  const id = await desk.eventType();
  const effects = counted(
    () => desk.eventTypes(),
    ({ title }) => title === DRAFT.title,
  );
  return { prepare: (writes) => writes.updateEventType(id, { title: DRAFT.title }), effects };
}

async function deleteType(desk: Desk): Promise<Write> {
  const id = await desk.eventType();
  return { prepare: (writes) => writes.deleteEventType(id), effects: gone(() => desk.eventTypes(), id) };
}

type OfTeam = (team: { desk: Desk; teamId: string; list: () => Promise<any[]> }) => Promise<Write>;

const inTeam =
  (arrange: OfTeam): Subject['arrange'] =>
  async (desk) => {
    const teamId = await desk.team();
    return arrange({ desk, teamId, list: () => desk.list(`/teams/${teamId}/event-types`) });
  };

const createTeamType = inTeam(async ({ teamId, list }) => ({
  prepare: (writes) => writes.createTeamEventType(teamId, { ...DRAFT, schedulingType: 'collective' }),
  effects: counted(list, ({ slug }) => slug === DRAFT.slug),
}));

const updateTeamType = inTeam(async ({ desk, teamId, list }) => {
  const id = await desk.teamEventType(teamId);
  return {
    prepare: (writes) => writes.updateTeamEventType(teamId, id, { title: DRAFT.title }),
    effects: counted(list, ({ title }) => title === DRAFT.title),
  };
});

const deleteTeamType = inTeam(async ({ desk, teamId, list }) => {
  const id = await desk.teamEventType(teamId);
  return { prepare: (writes) => writes.deleteTeamEventType(teamId, id), effects: gone(list, id) };
});

/** Where the webhooks of a level are, in our words and in the provider's path. */
type Place = (desk: Desk) => Promise<{ scope: WebhookScope; path: string }>;

const PLACES: Record<'webhooks' | 'eventTypeWebhooks' | 'teamWebhooks', Place> = {
  webhooks: async () => ({ scope: { level: 'account' }, path: '/webhooks' }),
  eventTypeWebhooks: async (desk) => {
    const eventTypeId = await desk.eventType();
    return { scope: { level: 'event-type', eventTypeId }, path: `/event-types/${eventTypeId}/webhooks` };
  },
  teamWebhooks: async (desk) => {
    const teamId = await desk.team();
    const eventTypeId = await desk.teamEventType(teamId);
    const path = `/teams/${teamId}/event-types/${eventTypeId}/webhooks`;
    return { scope: { level: 'team-event-type', teamId, eventTypeId }, path };
  },
};

function webhooks(operations: keyof typeof PLACES): Subject[] {
  const arranged =
    (write: (place: { desk: Desk; scope: WebhookScope; path: string }) => Promise<Write>): Subject['arrange'] =>
    async (desk) =>
      write({ desk, ...(await PLACES[operations](desk)) });
  const isNew = ({ subscriberUrl }: { subscriberUrl: string }): boolean => subscriberUrl === NEW_HOOK;
  const create = arranged(async ({ desk, scope, path }) => ({
    prepare: (writes) => writes.createWebhook(scope, WISH),
    effects: counted(() => desk.list(path), isNew),
  }));
  const update = arranged(async ({ desk, scope, path }) => {
    const id = await desk.webhook(path, OLD_HOOK);
    return {
      prepare: (writes) => writes.updateWebhook(scope, id, WISH),
      effects: counted(() => desk.list(path), isNew),
    };
  });
  const remove = arranged(async ({ desk, scope, path }) => {
    const id = await desk.webhook(path, OLD_HOOK);
    return { prepare: (writes) => writes.deleteWebhook(scope, id), effects: gone(() => desk.list(path), String(id)) };
  });
  return [
    { name: `createWebhook (${operations})`, operation: `${operations}.create`, arrange: create },
    { name: `updateWebhook (${operations})`, operation: `${operations}.update`, arrange: update },
    { name: `deleteWebhook (${operations})`, operation: `${operations}.delete`, arrange: remove },
  ];
}

/** Every write of the port to event types and webhooks. */
export const SET_UP_WRITES: readonly Subject[] = [
  { name: 'createEventType', operation: 'eventTypes.create', arrange: createType },
  { name: 'updateEventType', operation: 'eventTypes.update', arrange: updateType },
  { name: 'deleteEventType', operation: 'eventTypes.delete', arrange: deleteType },
  { name: 'createTeamEventType', operation: 'teamEventTypes.create', arrange: createTeamType },
  { name: 'updateTeamEventType', operation: 'teamEventTypes.update', arrange: updateTeamType },
  { name: 'deleteTeamEventType', operation: 'teamEventTypes.delete', arrange: deleteTeamType },
  ...webhooks('webhooks'),
  ...webhooks('eventTypeWebhooks'),
  ...webhooks('teamWebhooks'),
];
