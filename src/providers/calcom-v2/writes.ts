import type { ConnectionCredential } from '../../scheduling/connection-store';
import type { PreparedWrite } from '../../scheduling/prepared-write';
import type { CallContext } from '../../scheduling/call-context';
import type { ProviderWrites } from '../../scheduling/provider-writes';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type {
  AbsenceReport,
  BookingRequest,
  EventType,
  EventTypeDraft,
  ProviderBooking,
  RescheduleRequest,
  Reservation,
  ReservationRequest,
  TeamEventTypeDraft,
  WebhookScope,
  WebhookSubscription,
  WebhookWish,
} from '../../scheduling/words';
import { CalcomV2Client } from './client';
import { eventTypeBody, newTeamEventTypeBody, teamEventTypeChange, toEventType } from './event-type-mapper';
import { assertEventTypeId, assertTeamId, assertWebhookScope, ofTeam, readOfTeam } from './ids';
import {
  bookingBody,
  carriesRef,
  reservationBody,
  toBooking,
  toInstant,
  toReservation,
  toSubscription,
  webhookBody,
} from './mapper';
import type { Caller } from './call';
import type { WireBooking, WireEventType } from './wire';

/** A host's cancellation without a reason is refused. */
const REASON_GIVEN_NONE = 'Cancelled';

type Write<T> = Promise<PreparedWrite<T>>;

/** Changes at Cal.com, API v2, in the name of one company. */
export class CalcomV2Writes implements ProviderWrites {
  constructor(
    private readonly client: CalcomV2Client,
    private readonly credential: ConnectionCredential,
  ) {}

  async book(request: BookingRequest, context?: CallContext): Write<ProviderBooking> {
    assertEventTypeId(request.eventTypeId);
    const body = bookingBody(request);
    assertStorable(body);
    const prepared = await this.client.createBooking(this.caller(context), body);
    return answered(prepared, (answer) => madeBy(request.ref, answer));
  }

  async reschedule(request: RescheduleRequest, context?: CallContext): Write<ProviderBooking> {
    const body = {
      start: toInstant(request.startMs),
      ...(request.reason ? { reschedulingReason: request.reason } : {}),
    };
    return answered(await this.client.rescheduleBooking(this.caller(context), request.uid, body), understood);
  }

  async cancel(uid: string, reason: string, context?: CallContext): Write<void> {
    const body = { cancellationReason: reason.trim() || REASON_GIVEN_NONE };
    const prepared = await this.client.cancelBooking(this.caller(context), uid, body);
    const isDone = (error: unknown): boolean =>
      error instanceof SchedulingError && error.details.reason === 'ALREADY_CANCELLED';
    return {
      release: () => prepared.release(),
      send: async (intentAt) => {
        await prepared.send(intentAt).catch((error: unknown) => {
          if (!isDone(error)) throw error;
        });
      },
    };
  }

  async confirm(uid: string, context?: CallContext): Write<ProviderBooking> {
    return answered(await this.client.confirmBooking(this.caller(context), uid), understood);
  }

  async decline(uid: string, reason: string | undefined, context?: CallContext): Write<ProviderBooking> {
    const body = reason ? { reason } : {};
    return answered(await this.client.declineBooking(this.caller(context), uid, body), understood);
  }

  async markAbsent(report: AbsenceReport, context?: CallContext): Write<ProviderBooking> {
    const body = {
      ...(report.hostAbsent === undefined ? {} : { host: report.hostAbsent }),
      ...(report.attendees ? { attendees: report.attendees } : {}),
    };
    return answered(await this.client.markAbsent(this.caller(context), report.uid, body), understood);
  }

  async reserve(request: ReservationRequest, context?: CallContext): Write<Reservation> {
    assertEventTypeId(request.eventTypeId);
    return answered(await this.client.createReservation(this.caller(context), reservationBody(request)), toReservation);
  }

  async endReservation(uid: string, context?: CallContext): Write<void> {
    return answered(await this.client.deleteReservation(this.caller(context), uid), nothing);
  }

  async createEventType(draft: EventTypeDraft, context?: CallContext): Write<EventType> {
    return answered(await this.client.createEventType(this.caller(context), eventTypeBody(draft)), toEventType);
  }

  async updateEventType(id: string, draft: EventTypeDraft, context?: CallContext): Write<EventType> {
    assertEventTypeId(id);
    return answered(await this.client.updateEventType(this.caller(context), id, eventTypeBody(draft)), toEventType);
  }

  async deleteEventType(id: string, context?: CallContext): Write<void> {
    assertEventTypeId(id);
    return answered(await this.client.deleteEventType(this.caller(context), id), nothing);
  }

  async createTeamEventType(teamId: string, draft: TeamEventTypeDraft, context?: CallContext): Write<EventType> {
    assertTeamId(teamId);
    const prepared = await this.client.createTeamEventType(this.caller(context), teamId, newTeamEventTypeBody(draft));
    return ofTeam(answered(prepared, parentFirst));
  }

  async updateTeamEventType(
    teamId: string,
    id: string,
    draft: TeamEventTypeDraft,
    context?: CallContext,
  ): Write<EventType> {
    assertTeamId(teamId);
    assertEventTypeId(id);
    const caller = this.caller(context);
    const current =
      draft.schedulingType && (await readOfTeam(teamId, () => this.client.getTeamEventType(caller, teamId, id)));
    const body = teamEventTypeChange(draft, current);
    return ofTeam(answered(await this.client.updateTeamEventType(caller, [teamId, id], body), parentFirst));
  }

  async deleteTeamEventType(teamId: string, id: string, context?: CallContext): Write<void> {
    assertTeamId(teamId);
    assertEventTypeId(id);
    return ofTeam(answered(await this.client.deleteTeamEventType(this.caller(context), teamId, id), nothing));
  }

  async createWebhook(scope: WebhookScope, wish: WebhookWish, context?: CallContext): Write<WebhookSubscription> {
    assertWebhookScope(scope);
    return answered(await this.client.createWebhook(this.caller(context), scope, webhookBody(wish)), toSubscription);
  }

  async updateWebhook(
    scope: WebhookScope,
    id: string,
    wish: WebhookWish,
    context?: CallContext,
  ): Write<WebhookSubscription> {
    assertWebhookScope(scope);
    return answered(
      await this.client.updateWebhook(this.caller(context), scope, id, webhookBody(wish)),
      toSubscription,
    );
  }

  async deleteWebhook(scope: WebhookScope, id: string, context?: CallContext): Write<void> {
    assertWebhookScope(scope);
    return answered(await this.client.deleteWebhook(this.caller(context), scope, id), nothing);
  }

  private caller(context?: CallContext): Caller {
    return { credential: this.credential, ...(context ? { context } : {}) };
  }
}

/**
 * The same write, its answer put into our words. Where it cannot be put into them, the write has happened all the same.
 */
function answered<W, T>(prepared: PreparedWrite<W>, map: (wire: W) => T): PreparedWrite<T> {
  return {
    release: () => prepared.release(),
    send: async (intentAt) => {
      const answer = await prepared.send(intentAt);
      try {
        return map(answer);
      } catch (error) {
        if (error instanceof SchedulingError && error.code === 'REFUSED') throw error;
        throw new SchedulingError('OUTCOME_UNKNOWN', 'an answer that we do not understand', {}, { cause: error });
      }
    },
  };
}

function nothing(): void {}

function understood(answer: WireBooking | WireBooking[]): ProviderBooking {
  return toBooking(Array.isArray(answer) ? answer[0]! : answer);
}

/** Cal.com answers 201 with an existing booking when start and attendee repeat on a pending or round-robin type. */
function madeBy(ref: string, answer: WireBooking | WireBooking[]): ProviderBooking {
  const all = Array.isArray(answer) ? answer : [answer];
  const booking = toBooking(all.find((wire) => carriesRef(wire, ref)) ?? all[0]!, ref);
  if (booking.ref === ref) return booking;
  throw new SchedulingError('REFUSED', 'answered with a booking that this attempt did not make', {
    reason: 'DUPLICATE',
  });
}

function parentFirst(answer: WireEventType | WireEventType[]): EventType {
  return toEventType(Array.isArray(answer) ? answer[0]! : answer);
}

/** A NUL makes Cal.com answer 500, which would leave the outcome of a write in doubt. */
function assertStorable(body: Record<string, unknown>): void {
  if (!JSON.stringify(body).includes('\\u0000')) return;
  throw new SchedulingError('INVALID_REQUEST', 'a text with a NUL', { reason: 'FIELD_MISSING_OR_INVALID' });
}
