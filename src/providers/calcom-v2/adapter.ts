import { ConnectionCredential } from '../../scheduling/connection-store';
import { CallContext, SchedulingProvider, Verification } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import {
  AbsenceReport,
  Account,
  BookingRequest,
  BookingSearch,
  EventType,
  EventTypeDraft,
  Person,
  ProviderBooking,
  RescheduleRequest,
  Schedule,
  Slot,
  SlotQuery,
  Team,
  WebhookSubscription,
} from '../../scheduling/words';
import { CalcomV2Client } from './client';
import type { Caller } from './transport';
import { eventTypeBody, toEventType } from './event-type-mapper';
import {
  bookingBody,
  carriesRef,
  slotsQuery,
  toAccount,
  toBooking,
  toInstant,
  toSchedule,
  toSlots,
  toSubscription,
} from './mapper';
import { TeamReads } from './team-reads';
import { WireBooking, WireEventType } from './wire';

/** Both lists allow up to 250 an answer. */
const PAGE = 250;
/** 10,000 bookings of one attendee are no search any more; better no answer than a wrong "not found". */
const PAGES_MAX = 40;
/** Cal.com's ids are 32-bit; a larger one is answered with a 500. */
const ID_MAX = 2_147_483_647;
/** The bounds of a search are widened, so that a rounding of milliseconds at the server cannot hide a booking. */
const SEARCH_MARGIN_MS = 60_000;
/** A host's cancellation without a reason is refused. */
const REASON_GIVEN_NONE = 'Cancelled';

/** One company's account at Cal.com, API v2. */
export class CalcomV2Adapter implements SchedulingProvider {
  private readonly teamReads: TeamReads;

  constructor(
    private readonly client: CalcomV2Client,
    private readonly credential: ConnectionCredential,
  ) {
    this.teamReads = new TeamReads(client);
  }

  async verify(context?: CallContext): Promise<Verification> {
    const account = await this.me(context);
    const teams = await this.teamReads.exist(this.caller(context));
    return {
      account,
      capabilities: { reschedule: true, confirm: true, metadata: true, holds: true, teams, webhooks: true },
    };
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

  async listEventTypes(context?: CallContext): Promise<EventType[]> {
    const own = await this.client.listEventTypes(this.caller(context));
    return (own.length > 0 ? own : await this.eventTypesByName(context)).map(toEventType);
  }

  async getEventType(providerId: string, context?: CallContext): Promise<EventType> {
    assertEventTypeId(providerId);
    return toEventType(await this.client.getEventType(this.caller(context), providerId));
  }

  async createEventType(draft: EventTypeDraft, context?: CallContext): Promise<EventType> {
    return toEventType(await this.client.createEventType(this.caller(context), eventTypeBody(draft)));
  }

  async updateEventType(providerId: string, draft: EventTypeDraft, context?: CallContext): Promise<EventType> {
    assertEventTypeId(providerId);
    return toEventType(await this.client.updateEventType(this.caller(context), providerId, eventTypeBody(draft)));
  }

  async deleteEventType(providerId: string, context?: CallContext): Promise<void> {
    assertEventTypeId(providerId);
    await this.client.deleteEventType(this.caller(context), providerId);
  }

  async slots(query: SlotQuery, context?: CallContext): Promise<Slot[]> {
    assertEventTypeId(query.eventTypeId);
    if (query.toMs <= query.fromMs) return [];
    return toSlots(await this.client.listSlots(this.caller(context), slotsQuery(query)), query);
  }

  async book(request: BookingRequest, context?: CallContext): Promise<ProviderBooking> {
    assertEventTypeId(request.eventTypeId);
    const body = bookingBody(request);
    assertStorable(body);
    const answer = await this.client.createBooking(this.caller(context), body);
    const booking = understood(answer, (wire) => toBooking(wire, request.ref), request.ref);
    // Cal.com answers 201 with an existing booking when start and attendee repeat on a pending or round-robin type.
    if (booking.ref !== request.ref) {
      throw new SchedulingError('REFUSED', 'answered with a booking that this attempt did not make', {
        reason: 'DUPLICATE',
      });
    }
    return booking;
  }

  async findByRef(ref: string, search: BookingSearch, context?: CallContext): Promise<ProviderBooking | undefined> {
    for (let page = 0; page < PAGES_MAX; page++) {
      const found = await this.client.listBookings(this.caller(context), {
        ...searchQuery(search),
        take: PAGE,
        skip: page * PAGE,
      });
      // A moved booking copies the metadata, the ref included: only the first of the chain was made by this attempt.
      const ours = found.find((wire) => !wire.rescheduledFromUid && carriesRef(wire, ref));
      if (ours) return toBooking(ours, ref);
      if (found.length < PAGE) return undefined;
    }
    throw new SchedulingError('UNAVAILABLE', 'too many bookings to search');
  }

  async getBooking(uid: string, context?: CallContext): Promise<ProviderBooking> {
    const answer = await this.client.getBooking(this.caller(context), uid);
    return toBooking(one(answer, (wire) => wire.uid === uid));
  }

  async reschedule(request: RescheduleRequest, context?: CallContext): Promise<ProviderBooking> {
    const body = {
      start: toInstant(request.startMs),
      ...(request.reason ? { reschedulingReason: request.reason } : {}),
    };
    return understood(await this.client.rescheduleBooking(this.caller(context), request.uid, body), toBooking);
  }

  async cancel(uid: string, reason: string, context?: CallContext): Promise<void> {
    const body = { cancellationReason: reason.trim() || REASON_GIVEN_NONE };
    try {
      await this.client.cancelBooking(this.caller(context), uid, body);
    } catch (error) {
      if (!(error instanceof SchedulingError && error.details.reason === 'ALREADY_CANCELLED')) throw error;
    }
  }

  async confirm(uid: string, context?: CallContext): Promise<ProviderBooking> {
    return understood(await this.client.confirmBooking(this.caller(context), uid), toBooking);
  }

  async decline(uid: string, reason: string | undefined, context?: CallContext): Promise<ProviderBooking> {
    return understood(await this.client.declineBooking(this.caller(context), uid, reason ? { reason } : {}), toBooking);
  }

  async markAbsent(report: AbsenceReport, context?: CallContext): Promise<ProviderBooking> {
    const body = {
      ...(report.hostAbsent === undefined ? {} : { host: report.hostAbsent }),
      ...(report.attendees ? { attendees: report.attendees } : {}),
    };
    return understood(await this.client.markAbsent(this.caller(context), report.uid, body), toBooking);
  }

  async listWebhooks(context?: CallContext): Promise<WebhookSubscription[]> {
    const all: WebhookSubscription[] = [];
    for (let page = 0; page < PAGES_MAX; page++) {
      const found = await this.client.listWebhooks(this.caller(context), { take: PAGE, skip: page * PAGE });
      all.push(...found.map(toSubscription));
      if (found.length < PAGE) break;
    }
    return all;
  }

  async createWebhook(
    url: string,
    secret: string,
    triggers: string[],
    context?: CallContext,
  ): Promise<WebhookSubscription> {
    return toSubscription(
      await this.client.createWebhook(this.caller(context), webhookBody({ url, secret, triggers })),
    );
  }

  async updateWebhook(
    providerId: string,
    change: { url: string; secret: string; triggers: string[] },
    context?: CallContext,
  ): Promise<WebhookSubscription> {
    return toSubscription(await this.client.updateWebhook(this.caller(context), providerId, webhookBody(change)));
  }

  async deleteWebhook(providerId: string, context?: CallContext): Promise<void> {
    await this.client.deleteWebhook(this.caller(context), providerId);
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

/** An id that cannot be one of Cal.com's names no type; asking would be answered with a 400 or a 500. */
function assertEventTypeId(id: string): void {
  if (/^[1-9]\d{0,9}$/.test(id) && Number(id) <= ID_MAX) return;
  throw new SchedulingError('EVENT_TYPE_NOT_FOUND', 'not an id of Cal.com');
}

/** A NUL makes Cal.com answer 500, which would leave the outcome of a write in doubt. */
function assertStorable(body: Record<string, unknown>): void {
  if (!JSON.stringify(body).includes('\\u0000')) return;
  throw new SchedulingError('INVALID_REQUEST', 'a text with a NUL', { reason: 'FIELD_MISSING_OR_INVALID' });
}

/** One booking out of an answer that is a list on recurring types: the wanted one, else the first occurrence. */
function one(answer: WireBooking | WireBooking[], isWanted: (wire: WireBooking) => boolean): WireBooking {
  if (!Array.isArray(answer)) return answer;
  const found = answer.find(isWanted) ?? answer[0];
  if (!found) throw new SchedulingError('UNAVAILABLE', 'an empty list of occurrences');
  return found;
}

/** A write's answer in our words. Where it cannot be put into them, the write has happened all the same. */
function understood(
  answer: WireBooking | WireBooking[],
  map: (wire: WireBooking) => ProviderBooking,
  ref?: string,
): ProviderBooking {
  try {
    return map(one(answer, (wire) => ref !== undefined && carriesRef(wire, ref)));
  } catch (error) {
    throw new SchedulingError('OUTCOME_UNKNOWN', 'answered with a booking we do not understand', {}, { cause: error });
  }
}

function searchQuery(search: BookingSearch): Record<string, string> {
  const { eventTypeId, attendeeEmail, afterStartMs, beforeEndMs } = search;
  return {
    ...(eventTypeId ? { eventTypeId } : {}),
    ...(attendeeEmail ? { attendeeEmail } : {}),
    ...(afterStartMs === undefined ? {} : { afterStart: toInstant(afterStartMs - SEARCH_MARGIN_MS) }),
    ...(beforeEndMs === undefined ? {} : { beforeEnd: toInstant(beforeEndMs + SEARCH_MARGIN_MS) }),
    // Newest first: a booking made while we page is pushed in front, and none is skipped.
    sortCreated: 'desc',
  };
}

function webhookBody({
  url,
  secret,
  triggers,
}: {
  url: string;
  secret: string;
  triggers: string[];
}): Record<string, unknown> {
  return { active: true, subscriberUrl: url, secret, triggers };
}
