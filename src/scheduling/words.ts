/** Milliseconds since 1970-01-01T00:00:00Z. Instants are numbers inside; zones exist only at the edges. */
export type EpochMs = number;
export type Minutes = number;

/** The account that a credential belongs to. `id` is the provider's. */
export interface Account {
  id: string;
  username: string;
  name: string;
  email: string;
  /** IANA zone of the account. */
  timeZone: string;
  defaultScheduleId?: string;
}

export interface WorkingHours {
  /** English day names, `Monday` first, as providers write them. */
  days: string[];
  /** Local wall time `HH:MM` in the schedule's zone. */
  startTime: string;
  endTime: string;
}

export interface Schedule {
  providerId: string;
  name: string;
  timeZone: string;
  isDefault: boolean;
  availability: WorkingHours[];
  /** Days that differ from the weekly hours; `date` is a local calendar date. */
  overrides: { date: string; startTime: string; endTime: string }[];
}

export interface Host {
  /** The provider's id of the person. */
  id: string;
  name: string;
  email?: string;
  timeZone?: string;
}

/** People at the provider who can host together. `id` is the provider's. */
export interface Team {
  id: string;
  name: string;
  slug?: string;
}

/** A person at the provider, as much of them as is needed to pick a host. `id` is the provider's. */
export interface Person {
  id: string;
  name: string;
  username?: string;
}

export type SchedulingType = 'individual' | 'round-robin' | 'collective' | 'managed';

/** A field that the provider asks of the attendee. */
export interface BookingField {
  slug: string;
  type: string;
  required: boolean;
  label?: string;
}

/** Where the meeting takes place; `value` is an address, a link or a phone number, depending on `type`. */
export interface EventTypeLocation {
  type: string;
  value?: string;
}

export interface EventType {
  providerId: string;
  title: string;
  slug: string;
  description: string;
  lengthMinutes: Minutes;
  /** Lengths the attendee may choose from; empty for a fixed length. */
  lengthOptions: Minutes[];
  hidden: boolean;
  /** Distance between starts; undefined = the length. */
  slotIntervalMinutes?: Minutes;
  minimumNoticeMinutes: Minutes;
  beforeBufferMinutes: Minutes;
  afterBufferMinutes: Minutes;
  requiresConfirmation: boolean;
  seatsPerSlot?: number;
  recurring: boolean;
  price: number;
  currency?: string;
  cancellingDisabled: boolean;
  reschedulingDisabled: boolean;
  authenticationRequired: boolean;
  schedulingType: SchedulingType;
  teamId?: string;
  scheduleId?: string;
  hosts: Host[];
  bookingFields: BookingField[];
  locations: EventTypeLocation[];
}

/** What can be said when an event type is created or changed; absent = the provider's default, or unchanged. */
export interface EventTypeDraft {
  title?: string;
  slug?: string;
  description?: string;
  lengthMinutes?: Minutes;
  slotIntervalMinutes?: Minutes;
  minimumNoticeMinutes?: Minutes;
  beforeBufferMinutes?: Minutes;
  afterBufferMinutes?: Minutes;
  hidden?: boolean;
  requiresConfirmation?: boolean;
  scheduleId?: string;
  locations?: EventTypeLocation[];
}

/** An event type of a team. `hostIds` are the provider's ids of its members; absent = every member. */
export interface TeamEventTypeDraft extends EventTypeDraft {
  schedulingType?: Exclude<SchedulingType, 'individual'>;
  hostIds?: string[];
}

/** A start that the provider offers: half-open [startMs, endMs). */
export interface Slot {
  startMs: EpochMs;
  endMs: EpochMs;
}

export interface SlotQuery {
  eventTypeId: string;
  /** Half-open range; only starts inside it are returned. */
  fromMs: EpochMs;
  toMs: EpochMs;
  lengthMinutes: Minutes;
  /** The host's zone: the provider's grid follows the zone it is asked in. */
  gridTimeZone: string;
  /** A booking that is being moved and must not hide its own time. */
  movingBookingUid?: string;
}

export interface Attendee {
  name: string;
  email?: string;
  /** E.164 */
  phoneNumber?: string;
  timeZone: string;
  /** ISO 639-1 */
  language?: string;
  absent?: boolean;
}

export interface BookingLocation {
  type:
    | 'address'
    | 'attendeeAddress'
    | 'attendeeDefined'
    | 'attendeePhone'
    | 'integration'
    | 'link'
    | 'phone'
    | 'organizersDefaultApp';
  /** Address, text, phone or integration name, where the type needs one. */
  value?: string;
}

export interface BookingRequest {
  eventTypeId: string;
  startMs: EpochMs;
  attendee: Attendee;
  guests?: string[];
  location?: BookingLocation;
  notes?: string;
  /** Custom fields by slug. */
  responses?: Record<string, unknown>;
  metadata?: Record<string, string>;
  /** Our own reference: unique for each attempt, carried in the provider's metadata. */
  ref: string;
  /** This deployment, carried beside the ref, so that a restored backup is not taken for the original. */
  deploymentId: string;
}

export type ProviderBookingStatus = 'accepted' | 'pending' | 'cancelled' | 'rejected';

/** A booking as the provider has it now. */
export interface ProviderBooking {
  /** The provider's number; never used to address a booking. */
  id: string;
  /** A bearer secret at some providers: never leaves through a route that a customer can reach. */
  uid: string;
  status: ProviderBookingStatus;
  startMs: EpochMs;
  endMs: EpochMs;
  eventTypeId?: string;
  title: string;
  location?: string;
  hosts: Host[];
  attendees: Attendee[];
  guests: string[];
  /** Metadata without our own keys. */
  metadata: Record<string, string>;
  ref?: string;
  deploymentId?: string;
  hostAbsent: boolean;
  cancellationReason?: string;
  rescheduledFromUid?: string;
  rescheduledToUid?: string;
  createdAtMs?: EpochMs;
  updatedAtMs?: EpochMs;
}

export interface RescheduleRequest {
  uid: string;
  startMs: EpochMs;
  reason?: string;
}

/** A start that the provider keeps for somebody for a while; it hides the start, and does not guard a booking of it. */
export interface ReservationRequest {
  eventTypeId: string;
  startMs: EpochMs;
  /** Only for types with several lengths. */
  lengthMinutes?: Minutes;
  /** The provider's default, five minutes at Cal.com, when absent. */
  keptMinutes?: Minutes;
}

export interface Reservation {
  /** Whoever has it can end the reservation. */
  uid: string;
  eventTypeId: string;
  startMs: EpochMs;
  endMs: EpochMs;
  untilMs: EpochMs;
}

export interface AbsenceReport {
  uid: string;
  hostAbsent?: boolean;
  attendees?: { email: string; absent: boolean }[];
}

export interface BookingSearch {
  eventTypeId?: string;
  attendeeEmail?: string;
  afterStartMs?: EpochMs;
  beforeEndMs?: EpochMs;
}

/** Where a booking stands in time and in the eyes of its host; `unconfirmed` waits for the host. */
export type BookingState = 'upcoming' | 'recurring' | 'past' | 'cancelled' | 'unconfirmed';

/** All that is given must hold; instants are exclusive or inclusive as the provider likes, so ask a little wider. */
export interface BookingFilter {
  /** Any of these. */
  states?: BookingState[];
  attendeeEmail?: string;
  attendeeName?: string;
  bookingUid?: string;
  eventTypeIds?: string[];
  teamIds?: string[];
  afterStartMs?: EpochMs;
  beforeEndMs?: EpochMs;
  createdAfterMs?: EpochMs;
  createdBeforeMs?: EpochMs;
  updatedAfterMs?: EpochMs;
  updatedBeforeMs?: EpochMs;
  /** By start, ascending, when absent. */
  sort?: { by: 'start' | 'end' | 'created' | 'updated'; order: 'ascending' | 'descending' };
}

export interface PageRequest {
  /** From the page before; the first page when absent. */
  cursor?: string;
  /** 1 to 100; 100 when absent. */
  size?: number;
}

export interface Page<T> {
  items: T[];
  /** Absent on the last page. Opaque, and good for the same filter only. */
  nextCursor?: string;
}

/** Whose events a webhook tells. Those of an account leave out what its teams' event types are booked for. */
export type WebhookScope =
  | { level: 'account' }
  | { level: 'event-type'; eventTypeId: string }
  | { level: 'team-event-type'; teamId: string; eventTypeId: string };

/** What a registration shall be. */
export interface WebhookWish {
  url: string;
  secret: string;
  triggers: string[];
}

/** A registration at the provider that sends events to us. The secret never leaves the provider's room on reads. */
export interface WebhookSubscription {
  providerId: string;
  url: string;
  triggers: string[];
  active: boolean;
}

/** What is left of the calls that a credential may make, whoever uses it. */
export interface PaceStanding {
  /** Calls in any window of this length. */
  limit: number;
  windowSeconds: number;
  /** Calls that could be made now; 0 while blocked. */
  left: number;
  /** The provider refuses the credential for its rate until then; absent when it does not. */
  blockedUntilMs?: EpochMs;
}
