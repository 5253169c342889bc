import { Injectable } from '@nestjs/common';
import type { PreparedWrite } from '../../scheduling/prepared-write';
import type { ConnectionCredential } from '../../scheduling/connection-store';
import type { PaceStanding, WebhookScope } from '../../scheduling/words';
import type { Body, Caller, Query } from './call';
import { apiVersion, listVersion } from './operations';
import { CalcomTransport } from './transport';
import * as wire from './wire';

type Write<T> = Promise<PreparedWrite<T>>;
type BookingWrite = Write<wire.WireBooking | wire.WireBooking[]>;

/**
 * Cal.com's API v2, one method an endpoint. A read is repeated after 5xx and network faults; a write is prepared first,
 * and sent once, whatever happens. Every method throws {@link SchedulingError} only.
 */
@Injectable()
export class CalcomV2Client {
  constructor(private readonly transport: CalcomTransport) {}

  pace(credential: ConnectionCredential): Promise<PaceStanding> {
    return this.transport.pace.standing(credential);
  }

  getMe(caller: Caller): Promise<wire.WireAccount> {
    return this.transport.read('me.get', caller, { guard: wire.isAccount });
  }

  listSchedules(caller: Caller): Promise<wire.WireSchedule[]> {
    return this.transport.read('schedules.list', caller, { guard: wire.listOf(wire.isSchedule) });
  }

  listTeams(caller: Caller): Promise<wire.WireTeam[]> {
    return this.transport.read('teams.list', caller, { guard: wire.listOf(wire.isTeam) });
  }

  getTeam(caller: Caller, id: string): Promise<wire.WireTeam> {
    return this.transport.read('teams.get', caller, { ids: [id], guard: wire.isTeam });
  }

  /** One page. */
  listTeamMembers(caller: Caller, id: string, query: Query): Promise<wire.WireMembership[]> {
    return this.transport.read('teams.members', caller, { ids: [id], query, guard: wire.listOf(wire.isMembership) });
  }

  listTeamEventTypes(caller: Caller, teamId: string): Promise<wire.WireEventType[]> {
    return this.transport.read('teamEventTypes.list', caller, { ids: [teamId], guard: wire.listOf(wire.isEventType) });
  }

  getTeamEventType(caller: Caller, teamId: string, id: string): Promise<wire.WireEventType> {
    return this.transport.read('teamEventTypes.get', caller, { ids: [teamId, id], guard: wire.isEventType });
  }

  /** A managed type is answered as a list: the parent first, then its children. */
  createTeamEventType(caller: Caller, teamId: string, body: Body): Write<wire.WireEventType | wire.WireEventType[]> {
    const guard = wire.isEventTypeOrList;
    return this.transport.prepare('teamEventTypes.create', caller, { ids: [teamId], body, guard });
  }

  updateTeamEventType(
    caller: Caller,
    ids: [teamId: string, id: string],
    body: Body,
  ): Write<wire.WireEventType | wire.WireEventType[]> {
    return this.transport.prepare('teamEventTypes.update', caller, { ids, body, guard: wire.isEventTypeOrList });
  }

  deleteTeamEventType(caller: Caller, teamId: string, id: string): Write<unknown> {
    return this.transport.prepare('teamEventTypes.delete', caller, { ids: [teamId, id], guard: wire.isAnything });
  }

  listEventTypes(caller: Caller, query: { username?: string } = {}): Promise<wire.WireEventType[]> {
    return this.transport.read('eventTypes.list', caller, { query, guard: wire.listOf(wire.isEventType) });
  }

  getEventType(caller: Caller, id: string): Promise<wire.WireEventType> {
    return this.transport.read('eventTypes.get', caller, { ids: [id], guard: wire.isEventType });
  }

  createEventType(caller: Caller, body: Body): Write<wire.WireEventType> {
    return this.transport.prepare('eventTypes.create', caller, { body, guard: wire.isEventType });
  }

  updateEventType(caller: Caller, id: string, body: Body): Write<wire.WireEventType> {
    return this.transport.prepare('eventTypes.update', caller, { ids: [id], body, guard: wire.isEventType });
  }

  deleteEventType(caller: Caller, id: string): Write<unknown> {
    return this.transport.prepare('eventTypes.delete', caller, { ids: [id], guard: wire.isAnything });
  }

  listSlots(caller: Caller, query: Query): Promise<wire.WireSlots> {
    return this.transport.read('slots.list', caller, { query, guard: wire.isSlots });
  }

  createReservation(caller: Caller, body: Body): Write<wire.WireReservation> {
    return this.transport.prepare('reservations.create', caller, { body, guard: wire.isReservation });
  }

  /** Null once it has ended. */
  getReservation(caller: Caller, uid: string): Promise<wire.WireReservation | null> {
    return this.transport.read('reservations.get', caller, { ids: [uid], guard: wire.isReservationOrNull });
  }

  /** Answered alike for a uid that is not known. */
  deleteReservation(caller: Caller, uid: string): Write<unknown> {
    return this.transport.prepare('reservations.delete', caller, { ids: [uid], guard: wire.isAnything });
  }

  createBooking(caller: Caller, body: Body): BookingWrite {
    return this.transport.prepare('bookings.create', caller, { body, guard: wire.isBookingOrList });
  }

  /** One page by `take` and `skip`; a short one is the last. */
  listBookings(caller: Caller, query: Query): Promise<wire.WireBooking[]> {
    const version = listVersion(caller.credential.settings, 'pages');
    return this.transport.read('bookings.list', caller, { query, version, guard: wire.listOf(wire.isBooking) });
  }

  /** The shortest list in the version of all other booking calls; fails where an older or newer list answers to it. */
  probeBookings(caller: Caller): Promise<unknown> {
    const version = apiVersion('bookings.get', caller.credential.settings?.apiVersions ?? {});
    const sending = { query: { take: 1 }, version, guard: wire.isBookingListByNumber };
    return this.transport.readWhole('bookings.list', caller, sending);
  }

  /** One page by `cursor` and `limit`, with what the answer says about the next one. Hosted servers only. */
  listBookingsByCursor(caller: Caller, query: Query): Promise<wire.WireBookingPage> {
    const version = listVersion(caller.credential.settings, 'cursor');
    return this.transport.readWhole('bookings.list', caller, { query, version, guard: wire.isBookingPage });
  }

  getBooking(caller: Caller, uid: string): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.read('bookings.get', caller, { ids: [uid], guard: wire.isBookingOrList });
  }

  rescheduleBooking(caller: Caller, uid: string, body: Body): BookingWrite {
    return this.transport.prepare('bookings.reschedule', caller, { ids: [uid], body, guard: wire.isBookingOrList });
  }

  cancelBooking(caller: Caller, uid: string, body: Body): BookingWrite {
    return this.transport.prepare('bookings.cancel', caller, { ids: [uid], body, guard: wire.isBookingOrList });
  }

  confirmBooking(caller: Caller, uid: string): BookingWrite {
    return this.transport.prepare('bookings.confirm', caller, { ids: [uid], body: {}, guard: wire.isBookingOrList });
  }

  declineBooking(caller: Caller, uid: string, body: Body): BookingWrite {
    return this.transport.prepare('bookings.decline', caller, { ids: [uid], body, guard: wire.isBookingOrList });
  }

  markAbsent(caller: Caller, uid: string, body: Body): BookingWrite {
    return this.transport.prepare('bookings.markAbsent', caller, { ids: [uid], body, guard: wire.isBookingOrList });
  }

  /** One page. */
  listWebhooks(caller: Caller, scope: WebhookScope, query: Query): Promise<wire.WireWebhook[]> {
    const sending = { ids: idsOf(scope), query, guard: wire.listOf(wire.isWebhook) };
    return this.transport.read(`${WEBHOOKS[scope.level]}.list`, caller, sending);
  }

  getWebhook(caller: Caller, scope: WebhookScope, id: string): Promise<wire.WireWebhook> {
    const sending = { ids: [...idsOf(scope), id], guard: wire.isWebhook };
    return this.transport.read(`${WEBHOOKS[scope.level]}.get`, caller, sending);
  }

  createWebhook(caller: Caller, scope: WebhookScope, body: Body): Write<wire.WireWebhook> {
    const sending = { ids: idsOf(scope), body, guard: wire.isWebhook };
    return this.transport.prepare(`${WEBHOOKS[scope.level]}.create`, caller, sending);
  }

  updateWebhook(caller: Caller, scope: WebhookScope, id: string, body: Body): Write<wire.WireWebhook> {
    const sending = { ids: [...idsOf(scope), id], body, guard: wire.isWebhook };
    return this.transport.prepare(`${WEBHOOKS[scope.level]}.update`, caller, sending);
  }

  deleteWebhook(caller: Caller, scope: WebhookScope, id: string): Write<unknown> {
    const sending = { ids: [...idsOf(scope), id], guard: wire.isAnything };
    return this.transport.prepare(`${WEBHOOKS[scope.level]}.delete`, caller, sending);
  }
}

const WEBHOOKS = {
  account: 'webhooks',
  'event-type': 'eventTypeWebhooks',
  'team-event-type': 'teamWebhooks',
} as const satisfies Record<WebhookScope['level'], string>;

function idsOf(scope: WebhookScope): string[] {
  if (scope.level === 'account') return [];
  return scope.level === 'event-type' ? [scope.eventTypeId] : [scope.teamId, scope.eventTypeId];
}
