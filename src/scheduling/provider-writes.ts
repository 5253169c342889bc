import type { PreparedWrite } from './prepared-write';
import type { CallContext } from './call-context';
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
} from './words';

/**
 * Everything that changes something at the provider, ready to be sent.
 *
 * Preparing throws {@link SchedulingError} `AUTHENTICATION_FAILED`, `RATE_LIMITED` or `UNAVAILABLE` when the write cannot
 * leave now, and `INVALID_REQUEST` or `*_NOT_FOUND` for what cannot succeed: nothing has happened then. What is named
 * below is thrown by {@link PreparedWrite.send}; besides, a write whose answer was lost after it had left throws
 * `OUTCOME_UNKNOWN`.
 */
export interface ProviderWrites {
  /**
   * Books one segment. The booking carries `ref` in its metadata, so that {@link SchedulingProvider.findByRef} can tell
   * later whether this very call took effect.
   *
   * @throws SchedulingError `SLOT_UNAVAILABLE` when the provider refused the time: nothing was booked.
   * @throws SchedulingError `REFUSED` with a reason when it refused for another cause: nothing was booked.
   * @throws SchedulingError `REFUSED` / `DUPLICATE` when it answered with an existing booking that is not ours.
   * @throws SchedulingError `OUTCOME_UNKNOWN` when the answer was lost after the request had left: the booking may
   *   exist. Never send the same attempt again; ask {@link SchedulingProvider.findByRef}.
   */
  book(request: BookingRequest, context?: CallContext): Promise<PreparedWrite<ProviderBooking>>;
  /**
   * Moves a booking. The answer is a new booking with a new uid; the old one is cancelled.
   *
   * @throws SchedulingError `REFUSED` / `ALREADY_RESCHEDULED` with `successorUid` when it was moved before.
   * @throws SchedulingError `OUTCOME_UNKNOWN`: read the old uid, its `rescheduledToUid` names the new booking.
   */
  reschedule(request: RescheduleRequest, context?: CallContext): Promise<PreparedWrite<ProviderBooking>>;
  /** Cancels. A booking that is cancelled already is success; a reason is always sent, hosts are refused without. */
  cancel(uid: string, reason: string, context?: CallContext): Promise<PreparedWrite<void>>;
  confirm(uid: string, context?: CallContext): Promise<PreparedWrite<ProviderBooking>>;
  decline(uid: string, reason: string | undefined, context?: CallContext): Promise<PreparedWrite<ProviderBooking>>;
  markAbsent(report: AbsenceReport, context?: CallContext): Promise<PreparedWrite<ProviderBooking>>;

  /**
   * Hides a start from others for a while. It guards no booking: the provider books a reserved start all the same.
   *
   * @throws SchedulingError `SLOT_UNAVAILABLE` when the start is reserved or booked. Others may have passed this check
   *   at the same moment, for the provider does not make it in one step.
   */
  reserve(request: ReservationRequest, context?: CallContext): Promise<PreparedWrite<Reservation>>;
  /** Ends a reservation; one that has gone already is success. */
  endReservation(uid: string, context?: CallContext): Promise<PreparedWrite<void>>;

  createEventType(draft: EventTypeDraft, context?: CallContext): Promise<PreparedWrite<EventType>>;
  /** @throws SchedulingError `EVENT_TYPE_NOT_FOUND` */
  updateEventType(id: string, draft: EventTypeDraft, context?: CallContext): Promise<PreparedWrite<EventType>>;
  /** @throws SchedulingError `EVENT_TYPE_NOT_FOUND` */
  deleteEventType(id: string, context?: CallContext): Promise<PreparedWrite<void>>;
  /** @throws SchedulingError `NOT_FOUND` for a team that the account does not belong to. */
  createTeamEventType(
    teamId: string,
    draft: TeamEventTypeDraft,
    context?: CallContext,
  ): Promise<PreparedWrite<EventType>>;
  /** @throws SchedulingError `NOT_FOUND` for a team, `EVENT_TYPE_NOT_FOUND` for a type that is not there. */
  updateTeamEventType(
    teamId: string,
    id: string,
    draft: TeamEventTypeDraft,
    context?: CallContext,
  ): Promise<PreparedWrite<EventType>>;
  /** @throws SchedulingError as {@link updateTeamEventType}. */
  deleteTeamEventType(teamId: string, id: string, context?: CallContext): Promise<PreparedWrite<void>>;

  /** @throws SchedulingError `REFUSED` / `DUPLICATE` when this url is registered there already. */
  createWebhook(
    scope: WebhookScope,
    wish: WebhookWish,
    context?: CallContext,
  ): Promise<PreparedWrite<WebhookSubscription>>;
  /** @throws SchedulingError `NOT_FOUND` */
  updateWebhook(
    scope: WebhookScope,
    id: string,
    wish: WebhookWish,
    context?: CallContext,
  ): Promise<PreparedWrite<WebhookSubscription>>;
  /** @throws SchedulingError `NOT_FOUND` */
  deleteWebhook(scope: WebhookScope, id: string, context?: CallContext): Promise<PreparedWrite<void>>;
}
