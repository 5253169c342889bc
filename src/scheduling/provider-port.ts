import type {
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
} from './words';

/** What a provider can do, decided once when the connection is verified, and remembered with it. */
export interface ProviderCapabilities {
  reschedule: boolean;
  confirm: boolean;
  metadata: boolean;
  holds: boolean;
  teams: boolean;
  webhooks: boolean;
}

export interface Verification {
  account: Account;
  capabilities: ProviderCapabilities;
}

/** A deadline and a correlation id that travel with a call, so that nobody works for a caller who has gone. */
export interface CallContext {
  correlationId?: string;
  signal?: AbortSignal;
  /** `background` for work that nobody waits for: it never takes the pace from people. `interactive` when absent. */
  lane?: 'interactive' | 'background';
}

/**
 * One company's account at one provider.
 *
 * Every method throws {@link SchedulingError} with one of these, besides what it names itself:
 * `AUTHENTICATION_FAILED` (the credential is refused), `RATE_LIMITED` (not sent, or refused for its pace),
 * `UNAVAILABLE` (a read got no usable answer). A write whose answer was lost after it had left throws `OUTCOME_UNKNOWN`.
 */
export interface SchedulingProvider {
  /** Proves the credential and probes what this account and dialect can do. */
  verify(context?: CallContext): Promise<Verification>;

  me(context?: CallContext): Promise<Account>;
  schedules(context?: CallContext): Promise<Schedule[]>;
  /** The account itself, then whoever shares a team with it, each once; the account alone where there are no teams. */
  users(context?: CallContext): Promise<Person[]>;

  /** The teams that the account belongs to. @throws SchedulingError `UNSUPPORTED` where there are no teams at all. */
  teams(context?: CallContext): Promise<Team[]>;
  /** @throws SchedulingError `NOT_FOUND` for no team and for one that the account does not belong to alike. */
  team(id: string, context?: CallContext): Promise<Team>;
  /** Those who have accepted their invitation. @throws SchedulingError `NOT_FOUND` as {@link team}. */
  teamMembers(teamId: string, context?: CallContext): Promise<Person[]>;
  /** {@link listEventTypes} does not have these. @throws SchedulingError `NOT_FOUND` as {@link team}. */
  teamEventTypes(teamId: string, context?: CallContext): Promise<EventType[]>;

  /** The account's own event types; without paging, as the provider has none. */
  listEventTypes(context?: CallContext): Promise<EventType[]>;
  /** @throws SchedulingError `EVENT_TYPE_NOT_FOUND` also for a type of another account. */
  getEventType(providerId: string, context?: CallContext): Promise<EventType>;
  createEventType(draft: EventTypeDraft, context?: CallContext): Promise<EventType>;
  updateEventType(providerId: string, draft: EventTypeDraft, context?: CallContext): Promise<EventType>;
  deleteEventType(providerId: string, context?: CallContext): Promise<void>;

  /** Free starts inside [fromMs, toMs), ascending, each once. An empty, past or inverted range gives none. */
  slots(query: SlotQuery, context?: CallContext): Promise<Slot[]>;

  /**
   * Books one segment. The booking carries `ref` in its metadata, so that {@link findByRef} can tell
   * later whether this very call took effect.
   *
   * @throws SchedulingError `SLOT_UNAVAILABLE` when the provider refused the time: nothing was booked.
   * @throws SchedulingError `REFUSED` with a reason when it refused for another cause: nothing was booked.
   * @throws SchedulingError `REFUSED` / `DUPLICATE` when it answered with an existing booking that is not ours.
   * @throws SchedulingError `OUTCOME_UNKNOWN` when the answer was lost after the request had left: the
   *   booking may exist. Never send the same attempt again; ask {@link findByRef}.
   */
  book(request: BookingRequest, context?: CallContext): Promise<ProviderBooking>;

  /** The booking made by exactly this attempt, or undefined. `search` narrows what has to be read. */
  findByRef(ref: string, search: BookingSearch, context?: CallContext): Promise<ProviderBooking | undefined>;
  /** @throws SchedulingError `BOOKING_NOT_FOUND` */
  getBooking(uid: string, context?: CallContext): Promise<ProviderBooking>;
  /**
   * Moves a booking. The answer is a new booking with a new uid; the old one is cancelled.
   *
   * @throws SchedulingError `REFUSED` / `ALREADY_RESCHEDULED` with `successorUid` when it was moved before.
   * @throws SchedulingError `OUTCOME_UNKNOWN`: read the old uid, its `rescheduledToUid` names the new booking.
   */
  reschedule(request: RescheduleRequest, context?: CallContext): Promise<ProviderBooking>;
  /** Cancels. A booking that is cancelled already is success; the reason is always sent, hosts are refused without. */
  cancel(uid: string, reason: string, context?: CallContext): Promise<void>;
  confirm(uid: string, context?: CallContext): Promise<ProviderBooking>;
  decline(uid: string, reason: string | undefined, context?: CallContext): Promise<ProviderBooking>;
  markAbsent(report: AbsenceReport, context?: CallContext): Promise<ProviderBooking>;

  listWebhooks(context?: CallContext): Promise<WebhookSubscription[]>;
  /** @throws SchedulingError `REFUSED` / `DUPLICATE` when this url is registered already. */
  createWebhook(url: string, secret: string, triggers: string[], context?: CallContext): Promise<WebhookSubscription>;
  updateWebhook(
    providerId: string,
    change: { url: string; secret: string; triggers: string[] },
    context?: CallContext,
  ): Promise<WebhookSubscription>;
  deleteWebhook(providerId: string, context?: CallContext): Promise<void>;
}
