import type { OperationName } from '../../src/providers/calcom-v2/operations';
import type { WebhookScope } from '../../src/scheduling/words';
import { type Desk, HOUR_MS, MONDAY_MS } from './desk';
import type { Read, Subject } from './subject';

const HOOK = 'https://hooks.slotbridge.example/own';

type Arrange = (desk: Desk) => Promise<Read>;

const subject = (name: string, operation: OperationName, arrange: Arrange, calls = 1): Subject => ({
  name,
  operation,
  arrange,
  calls,
});

const inTeam =
  (read: (teamId: string, typeId: string) => Read['read']): Arrange =>
  async (desk) => {
    const teamId = await desk.team();
    return { read: read(teamId, await desk.teamEventType(teamId)) };
  };

const ofType =
  (read: (typeId: string) => Read['read']): Arrange =>
  async (desk) => ({ read: read(await desk.eventType()) });

const ofBooking =
  (read: (uid: string) => Read['read']): Arrange =>
  async (desk) => ({ read: read(await desk.booking(await desk.eventType())) });

/** Webhooks on one of three levels, with the path that the level has at the provider. */
function ofWebhook(level: WebhookScope['level'], read: (scope: WebhookScope, id: string) => Read['read']): Arrange {
  return async (desk) => {
    if (level === 'account') return { read: read({ level }, await desk.webhook('/webhooks', HOOK)) };
    const teamId = level === 'team-event-type' ? await desk.team() : '';
    const eventTypeId = teamId ? await desk.teamEventType(teamId) : await desk.eventType();
    const path = `${teamId ? `/teams/${teamId}` : ''}/event-types/${eventTypeId}/webhooks`;
    const scope: WebhookScope =
      level === 'event-type' ? { level, eventTypeId } : { level: 'team-event-type', teamId, eventTypeId };
    return { read: read(scope, await desk.webhook(path, HOOK)) };
  };
}

const webhooks = (operations: 'webhooks' | 'eventTypeWebhooks' | 'teamWebhooks', level: WebhookScope['level']) => [
  subject(
    `listWebhooks of ${level}`,
    `${operations}.list`,
    ofWebhook(level, (scope) => (port) => port.listWebhooks(scope)),
  ),
  subject(
    `getWebhook of ${level}`,
    `${operations}.get`,
    ofWebhook(level, (scope, id) => (port) => port.getWebhook(scope, id)),
  ),
];

const slotsOf = (eventTypeId: string) => ({
  eventTypeId,
  fromMs: MONDAY_MS,
  toMs: MONDAY_MS + HOUR_MS,
  lengthMinutes: 30,
  gridTimeZone: 'UTC',
});

/** Every read of the port. */
// prettier-ignore
export const READS: readonly Subject[] = [
  subject('verify', 'me.get', async () => ({ read: (port) => port.verify() }), 3),
  subject('me', 'me.get', async () => ({ read: (port) => port.me() })),
  subject('schedules', 'schedules.list', async () => ({ read: (port) => port.schedules() })),
  subject('users', 'teams.members', inTeam(() => (port) => port.users()), 3),
  subject('teams', 'teams.list', inTeam(() => (port) => port.teams())),
  subject('team', 'teams.get', inTeam((id) => (port) => port.team(id))),
  subject('teamMembers', 'teams.members', inTeam((id) => (port) => port.teamMembers(id))),
  subject('teamEventTypes', 'teamEventTypes.list', inTeam((id) => (port) => port.teamEventTypes(id))),
  subject('teamEventType', 'teamEventTypes.get', inTeam((id, type) => (port) => port.teamEventType(id, type))),
  subject('listEventTypes', 'eventTypes.list', ofType(() => (port) => port.listEventTypes())),
  subject('getEventType', 'eventTypes.get', ofType((id) => (port) => port.getEventType(id))),
  subject('slots', 'slots.list', ofType((id) => (port) => port.slots(slotsOf(id)))),
  subject('reservation', 'reservations.get', async (desk) => {
    const uid = await desk.reservation(await desk.eventType());
    return { read: (port) => port.reservation(uid) };
  }),
  subject('findByRef', 'bookings.list', ofBooking(() => (port) => port.findByRef('no-such-attempt', {}))),
  subject('listBookings', 'bookings.list', ofBooking(() => (port) => port.listBookings({}))),
  subject('bookingsChangedSince', 'bookings.list', ofBooking(() => (port) => port.bookingsChangedSince(0))),
  subject('getBooking', 'bookings.get', ofBooking((uid) => (port) => port.getBooking(uid))),
  ...webhooks('webhooks', 'account'),
  ...webhooks('eventTypeWebhooks', 'event-type'),
  ...webhooks('teamWebhooks', 'team-event-type'),
];
