import type { CallContext } from './call-context';
import type { ProviderWrites } from './provider-writes';
import type {
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
} from './words';

/** What a provider can do, decided once when the connection is verified, and remembered with it. */
export interface ProviderCapabilities {
  reschedule: boolean;
  confirm: boolean;
  metadata: boolean;
  holds: boolean;
  teams: boolean;
  webhooks: boolean;
  /** How its list of bookings is paged; `pages` can skip or repeat a booking when others are made meanwhile. */
  bookingList: 'pages' | 'cursor';
}

export interface Verification {
  account: Account;
  capabilities: ProviderCapabilities;
}

/**
 * One company's account at one provider: what can be read, and what can be changed, in two steps, through
 * {@link SchedulingProvider.prepare}.
 *
 * Every read throws {@link SchedulingError} with one of these, besides what it names itself: `AUTHENTICATION_FAILED` (the
 * credential is refused), `RATE_LIMITED` (not sent, or refused for its pace), `UNAVAILABLE` (no usable answer).
 */
export interface SchedulingProvider {
  readonly prepare: ProviderWrites;

  /** Proves the credential and probes what this account and dialect can do. */
  verify(context?: CallContext): Promise<Verification>;

  me(context?: CallContext): Promise<Account>;
  /** How the pace of this credential stands now, in all processes together. Calls nobody. */
  pace(): Promise<PaceStanding>;
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
  /** @throws SchedulingError `NOT_FOUND` as {@link team}, `EVENT_TYPE_NOT_FOUND` for a type that the team has not. */
  teamEventType(teamId: string, id: string, context?: CallContext): Promise<EventType>;

  /** The account's own event types; without paging, as the provider has none. */
  listEventTypes(context?: CallContext): Promise<EventType[]>;
  /** @throws SchedulingError `EVENT_TYPE_NOT_FOUND` also for a type of another account. */
  getEventType(providerId: string, context?: CallContext): Promise<EventType>;

  /** Free starts inside [fromMs, toMs), ascending, each once. An empty, past or inverted range gives none. */
  slots(query: SlotQuery, context?: CallContext): Promise<Slot[]>;
  /** Undefined once it has ended. */
  reservation(uid: string, context?: CallContext): Promise<Reservation | undefined>;

  /** The booking made by exactly this attempt, or undefined. `search` narrows what has to be read. */
  findByRef(ref: string, search: BookingSearch, context?: CallContext): Promise<ProviderBooking | undefined>;
  /** @throws SchedulingError `BOOKING_NOT_FOUND` */
  getBooking(uid: string, context?: CallContext): Promise<ProviderBooking>;
  /** One page of the account's bookings. @throws SchedulingError `INVALID_REQUEST` for a cursor of another list. */
  listBookings(filter: BookingFilter, page?: PageRequest, context?: CallContext): Promise<Page<ProviderBooking>>;
  /**
   * One page of the bookings that changed at this instant or later, those changed longest ago first. What changes while
   * pages are read comes (again) at the end.
   */
  bookingsChangedSince(sinceMs: number, page?: PageRequest, context?: CallContext): Promise<Page<ProviderBooking>>;

  listWebhooks(scope: WebhookScope, context?: CallContext): Promise<WebhookSubscription[]>;
  /** @throws SchedulingError `NOT_FOUND` */
  getWebhook(scope: WebhookScope, id: string, context?: CallContext): Promise<WebhookSubscription>;
}
