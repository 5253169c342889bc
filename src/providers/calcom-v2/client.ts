import { Injectable } from '@nestjs/common';
import { CalcomTransport, type Body, type Caller, type Query } from './transport';
import * as wire from './wire';

/**
 * Cal.com's API v2, one method an endpoint. A write is sent once, whatever happens; a read is repeated after 5xx and
 * network faults. Every method throws {@link SchedulingError} only.
 */
@Injectable()
export class CalcomV2Client {
  constructor(private readonly transport: CalcomTransport) {}

  getMe(caller: Caller): Promise<wire.WireAccount> {
    return this.transport.send('me.get', caller, { guard: wire.isAccount });
  }

  listTeams(caller: Caller): Promise<wire.WireTeam[]> {
    return this.transport.send('teams.list', caller, { guard: wire.listOf(wire.isTeam) });
  }

  getTeam(caller: Caller, id: string): Promise<wire.WireTeam> {
    return this.transport.send('teams.get', caller, { id, guard: wire.isTeam });
  }

  /** One page. */
  listTeamMembers(caller: Caller, id: string, query: Query): Promise<wire.WireMembership[]> {
    return this.transport.send('teams.members', caller, { id, query, guard: wire.listOf(wire.isMembership) });
  }

  listTeamEventTypes(caller: Caller, id: string): Promise<wire.WireEventType[]> {
    return this.transport.send('teams.eventTypes', caller, { id, guard: wire.listOf(wire.isEventType) });
  }

  listSchedules(caller: Caller): Promise<wire.WireSchedule[]> {
    return this.transport.send('schedules.list', caller, { guard: wire.listOf(wire.isSchedule) });
  }

  listEventTypes(caller: Caller, query: { username?: string } = {}): Promise<wire.WireEventType[]> {
    return this.transport.send('eventTypes.list', caller, { query, guard: wire.listOf(wire.isEventType) });
  }

  getEventType(caller: Caller, id: string): Promise<wire.WireEventType> {
    return this.transport.send('eventTypes.get', caller, { id, guard: wire.isEventType });
  }

  createEventType(caller: Caller, body: Body): Promise<wire.WireEventType> {
    return this.transport.send('eventTypes.create', caller, { body, guard: wire.isEventType });
  }

  updateEventType(caller: Caller, id: string, body: Body): Promise<wire.WireEventType> {
    return this.transport.send('eventTypes.update', caller, { id, body, guard: wire.isEventType });
  }

  async deleteEventType(caller: Caller, id: string): Promise<void> {
    await this.transport.send('eventTypes.delete', caller, { id, guard: wire.isAnything });
  }

  listSlots(caller: Caller, query: Query): Promise<wire.WireSlots> {
    return this.transport.send('slots.list', caller, { query, guard: wire.isSlots });
  }

  createBooking(caller: Caller, body: Body): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.send('bookings.create', caller, { body, guard: wire.isBookingOrList });
  }

  /** One page, newest first unless the query says otherwise. */
  listBookings(caller: Caller, query: Query): Promise<wire.WireBooking[]> {
    return this.transport.send('bookings.list', caller, { query, guard: wire.listOf(wire.isBooking) });
  }

  getBooking(caller: Caller, id: string): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.send('bookings.get', caller, { id, guard: wire.isBookingOrList });
  }

  rescheduleBooking(caller: Caller, id: string, body: Body): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.send('bookings.reschedule', caller, { id, body, guard: wire.isBookingOrList });
  }

  async cancelBooking(caller: Caller, id: string, body: Body): Promise<void> {
    await this.transport.send('bookings.cancel', caller, { id, body, guard: wire.isBookingOrList });
  }

  confirmBooking(caller: Caller, id: string): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.send('bookings.confirm', caller, { id, body: {}, guard: wire.isBookingOrList });
  }

  declineBooking(caller: Caller, id: string, body: Body): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.send('bookings.decline', caller, { id, body, guard: wire.isBookingOrList });
  }

  markAbsent(caller: Caller, id: string, body: Body): Promise<wire.WireBooking | wire.WireBooking[]> {
    return this.transport.send('bookings.markAbsent', caller, { id, body, guard: wire.isBookingOrList });
  }

  listWebhooks(caller: Caller, query: Query): Promise<wire.WireWebhook[]> {
    return this.transport.send('webhooks.list', caller, { query, guard: wire.listOf(wire.isWebhook) });
  }

  createWebhook(caller: Caller, body: Body): Promise<wire.WireWebhook> {
    return this.transport.send('webhooks.create', caller, { body, guard: wire.isWebhook });
  }

  updateWebhook(caller: Caller, id: string, body: Body): Promise<wire.WireWebhook> {
    return this.transport.send('webhooks.update', caller, { id, body, guard: wire.isWebhook });
  }

  async deleteWebhook(caller: Caller, id: string): Promise<void> {
    await this.transport.send('webhooks.delete', caller, { id, guard: wire.isAnything });
  }
}
