import { ConnectionCredential } from '../../scheduling/connection-store';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingProvider, Verification } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import {
  Account,
  BookingFilter,
  BookingSearch,
  EventType,
  PaceStanding,
  Page,
  PageRequest,
  Person,
  ProviderBooking,
  Reservation,
  Schedule,
  Slot,
  SlotQuery,
  Team,
  WebhookScope,
  WebhookSubscription,
} from '../../scheduling/words';
import { BookingLists } from './booking-lists';
import { CalcomV2Client } from './client';
import { toEventType } from './event-type-mapper';
import { assertEventTypeId, assertWebhookScope } from './ids';
import { slotsQuery, toAccount, toBooking, toReservation, toSchedule, toSlots, toSubscription } from './mapper';
import { assertSpoken } from './spoken-versions';
import { TeamReads } from './team-reads';
import type { Caller } from './call';
import { WireEventType } from './wire';
import { CalcomV2Writes } from './writes';

/** Most that one answer with webhooks holds. */
const PAGE = 250;
/** 10,000 webhooks are no list any more. */
const PAGES_MAX = 40;

/** One company's account at Cal.com, API v2. */
export class CalcomV2Adapter implements SchedulingProvider {
  readonly prepare: CalcomV2Writes;
  private readonly teamReads: TeamReads;
  private readonly lists: BookingLists;

  constructor(
    private readonly client: CalcomV2Client,
    private readonly credential: ConnectionCredential,
  ) {
    this.prepare = new CalcomV2Writes(client, credential);
    this.teamReads = new TeamReads(client);
    this.lists = new BookingLists(client);
  }

  async verify(context?: CallContext): Promise<Verification> {
    const account = await this.me(context);
    await assertSpoken(this.client, this.caller(context));
    const teams = await this.teamReads.exist(this.caller(context));
    const bookingList = await this.lists.paging(this.caller(context));
    const always = { reschedule: true, confirm: true, metadata: true, holds: true, webhooks: true };
    return { account, capabilities: { ...always, teams, bookingList } };
  }

  pace(): Promise<PaceStanding> {
    return this.client.pace(this.credential);
  }

  async me(context?: CallContext): Promise<Account> {
    return toAccount(await this.client.getMe(this.caller(context)));
  }

  async schedules(context?: CallContext): Promise<Schedule[]> {
    return (await this.client.listSchedules(this.caller(context))).map(toSchedule);
  }

  async users(context?: CallContext): Promise<Person[]> {
    return this.teamReads.people(this.caller(context), await this.me(context));
  }

  teams(context?: CallContext): Promise<Team[]> {
    return this.teamReads.list(this.caller(context));
  }

  team(id: string, context?: CallContext): Promise<Team> {
    return this.teamReads.get(this.caller(context), id);
  }

  teamMembers(teamId: string, context?: CallContext): Promise<Person[]> {
    return this.teamReads.members(this.caller(context), teamId);
  }

  teamEventTypes(teamId: string, context?: CallContext): Promise<EventType[]> {
    return this.teamReads.eventTypes(this.caller(context), teamId);
  }

  teamEventType(teamId: string, id: string, context?: CallContext): Promise<EventType> {
    return this.teamReads.eventType(this.caller(context), teamId, id);
  }

  async listEventTypes(context?: CallContext): Promise<EventType[]> {
    const own = await this.client.listEventTypes(this.caller(context));
    return (own.length > 0 ? own : await this.eventTypesByName(context)).map(toEventType);
  }

  async getEventType(providerId: string, context?: CallContext): Promise<EventType> {
    assertEventTypeId(providerId);
    return toEventType(await this.client.getEventType(this.caller(context), providerId));
  }

  async slots(query: SlotQuery, context?: CallContext): Promise<Slot[]> {
    assertEventTypeId(query.eventTypeId);
    if (query.toMs <= query.fromMs) return [];
    return toSlots(await this.client.listSlots(this.caller(context), slotsQuery(query)), query);
  }

  async reservation(uid: string, context?: CallContext): Promise<Reservation | undefined> {
    const found = await this.client.getReservation(this.caller(context), uid).catch((error: unknown) => {
      if (error instanceof SchedulingError && error.code === 'NOT_FOUND') return null;
      throw error;
    });
    const reservation = found ? toReservation(found) : undefined;
    // Servers keep showing those whose time is over.
    return reservation && reservation.untilMs > Date.now() ? reservation : undefined;
  }

  /** Where the list may hide the booking, "not found" would be a guess: `UNAVAILABLE` says so instead. */
  async findByRef(ref: string, search: BookingSearch, context?: CallContext): Promise<ProviderBooking | undefined> {
    const caller = this.caller(context);
    const found = await this.lists.findByRef(caller, ref, search);
    if (found || !search.eventTypeId || !this.credential.capabilities?.teams) return found;
    if (!(await this.teamReads.mayHide(caller, search.eventTypeId))) return undefined;
    throw new SchedulingError('UNAVAILABLE', "the account may not see the bookings of this team's type");
  }

  async getBooking(uid: string, context?: CallContext): Promise<ProviderBooking> {
    const answer = await this.client.getBooking(this.caller(context), uid);
    const all = Array.isArray(answer) ? answer : [answer];
    const booking = all.find((wire) => wire.uid === uid) ?? all[0];
    if (!booking) throw new SchedulingError('UNAVAILABLE', 'an empty list of occurrences');
    return toBooking(booking);
  }

  listBookings(filter: BookingFilter, page: PageRequest = {}, context?: CallContext): Promise<Page<ProviderBooking>> {
    return this.lists.list(this.caller(context), filter, page);
  }

  bookingsChangedSince(sinceMs: number, page: PageRequest = {}, context?: CallContext): Promise<Page<ProviderBooking>> {
    return this.lists.changedSince(this.caller(context), sinceMs, page);
  }

  async listWebhooks(scope: WebhookScope, context?: CallContext): Promise<WebhookSubscription[]> {
    assertWebhookScope(scope);
    const all: WebhookSubscription[] = [];
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = { take: PAGE, skip: page * PAGE };
      const found = await this.client.listWebhooks(this.caller(context), scope, query);
      all.push(...found.map(toSubscription));
      if (found.length < PAGE) break;
    }
    return all;
  }

  async getWebhook(scope: WebhookScope, id: string, context?: CallContext): Promise<WebhookSubscription> {
    assertWebhookScope(scope);
    return toSubscription(await this.client.getWebhook(this.caller(context), scope, id));
  }

  private caller(context?: CallContext): Caller {
    return { credential: this.credential, ...(context ? { context } : {}) };
  }

  /** Servers of 2025 answer the own list empty; by user name they show it. */
  private async eventTypesByName(context?: CallContext): Promise<WireEventType[]> {
    const { username } = await this.me(context);
    return username ? this.client.listEventTypes(this.caller(context), { username }) : [];
  }
}
