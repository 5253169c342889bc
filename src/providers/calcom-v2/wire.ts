/**
 * Shapes of Cal.com's API v2, as its servers answer them, each with the `cal-api-version` it belongs to. Only what we
 * read is named; unknown keys are tolerated, because hosted and self-hosted servers differ in them.
 */

/** `GET /v2/me`, any version. Servers of 2025 leave `name` out. */
export interface WireAccount {
  id: number;
  email: string;
  username?: string | null;
  name?: string | null;
  timeZone: string;
  defaultScheduleId?: number | null;
}

/** `GET /v2/teams`, any version. */
export interface WireTeam {
  id: number;
  name: string;
  slug?: string | null;
}

/** Any version. The user's own id is beside the user, not inside. */
export interface WireMembership {
  userId: number;
  accepted?: boolean;
  /** Owners and admins see the bookings of all members, others their own. */
  role?: string;
  user?: { name?: string | null; username?: string | null } | null;
}

/** 2024-06-11 */
export interface WireSchedule {
  id: number;
  name: string;
  timeZone: string;
  isDefault: boolean;
  availability?: { days: string[]; startTime: string; endTime: string }[] | null;
  overrides?: { date: string; startTime: string; endTime: string }[] | null;
}

/** 2024-06-14. Settings that can be switched off come as `{disabled: true}`. */
export interface WireEventType {
  id: number;
  title: string;
  slug: string;
  lengthInMinutes: number;
  description?: string | null;
  lengthInMinutesOptions?: number[] | null;
  hidden?: boolean;
  slotInterval?: number | null;
  minimumBookingNotice?: number;
  beforeEventBuffer?: number;
  afterEventBuffer?: number;
  confirmationPolicy?: WireSwitch | null;
  seats?: (WireSwitch & { seatsPerTimeSlot?: number }) | null;
  recurrence?: WireSwitch | null;
  price?: number;
  currency?: string;
  /** Settings of installed apps under `apps`, whatever each of them keeps there. */
  metadata?: Record<string, unknown> | null;
  disableCancelling?: WireSwitch | null;
  disableRescheduling?: WireSwitch | null;
  bookingRequiresAuthentication?: boolean;
  schedulingType?: string | null;
  /** Of types of teams. */
  assignAllTeamMembers?: boolean | null;
  teamId?: number | null;
  scheduleId?: number | null;
  users?: WirePerson[] | null;
  hosts?: (WirePerson & { userId?: number })[] | null;
  bookingFields?: { slug?: string; type?: string; required?: boolean; label?: string; hidden?: boolean }[] | null;
  locations?: WireLocation[] | null;
}

/** What apps for payment keep of a type that is paid through them. */
export interface WirePrice {
  price: number;
  currency?: string;
}

export interface WireSwitch {
  disabled?: boolean;
}

export interface WirePerson {
  id?: number | null;
  name?: string | null;
  email?: string;
  timeZone?: string;
}

export interface WireLocation {
  type: string;
  address?: string;
  link?: string;
  phone?: string;
  integration?: string;
  location?: string;
}

/** 2024-09-04, `format=range`: a list for each local date, days without slots are absent. */
export type WireSlots = Record<string, { start: string; end?: string }[]>;

/** 2024-09-04 */
export interface WireReservation {
  reservationUid: string;
  eventTypeId: number;
  slotStart: string;
  slotEnd: string;
  reservationUntil: string;
}

/** The whole answer of the booking list, 2026-05-01. */
export interface WireBookingPage {
  data: WireBooking[];
  pagination: { nextCursor?: string | null; hasMore: boolean };
}

/** 2024-08-13. `status` is in lower case here, in upper case in webhooks. */
export interface WireBooking {
  id: number;
  uid: string;
  status: string;
  start: string;
  end: string;
  title?: string;
  eventTypeId?: number | null;
  eventType?: { id?: number } | null;
  location?: string | null;
  hosts?: WirePerson[] | null;
  attendees?: WireAttendee[] | null;
  /** What was filled in; `email` is whose booking it is. Absent on seated types. */
  bookingFieldsResponses?: Record<string, unknown> | null;
  guests?: string[] | null;
  /** Absent on seated types, where every attendee has metadata of their own. */
  metadata?: Record<string, unknown> | null;
  absentHost?: boolean;
  cancellationReason?: string | null;
  rescheduledFromUid?: string | null;
  rescheduledToUid?: string | null;
  createdAt?: string;
  updatedAt?: string | null;
}

export interface WireAttendee {
  name: string;
  email?: string;
  timeZone: string;
  language?: string;
  phoneNumber?: string;
  absent?: boolean;
  metadata?: Record<string, unknown> | null;
}

/** Any version. The answer repeats the secret, so it is never logged. */
export interface WireWebhook {
  id: string | number;
  subscriberUrl: string;
  triggers: string[];
  active: boolean;
}

type Fields = Record<string, unknown>;
type Guard<T> = (value: unknown) => value is T;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isAbsentOr(type: 'string' | 'number' | 'boolean' | 'object', value: unknown): boolean {
  return value === undefined || value === null || typeof value === type;
}

function isAbsentOrList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isItem));
}

export function listOf<T>(isItem: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(isItem);
}

export function isAccount(value: unknown): value is WireAccount {
  if (!isRecord(value)) return false;
  const { id, email, timeZone, name, username } = value;
  const required = typeof id === 'number' && typeof email === 'string' && typeof timeZone === 'string';
  return required && isAbsentOr('string', name) && isAbsentOr('string', username);
}

export function isTeam(value: unknown): value is WireTeam {
  if (!isRecord(value)) return false;
  return typeof value.id === 'number' && typeof value.name === 'string' && isAbsentOr('string', value.slug);
}

export function isMembership(value: unknown): value is WireMembership {
  if (!isRecord(value) || typeof value.userId !== 'number' || !isAbsentOr('boolean', value.accepted)) return false;
  if (!isRecord(value.user)) return isAbsentOr('object', value.user) && !Array.isArray(value.user);
  return isAbsentOr('string', value.user.name) && isAbsentOr('string', value.user.username);
}

export function isSchedule(value: unknown): value is WireSchedule {
  if (!isRecord(value)) return false;
  const named = typeof value.id === 'number' && typeof value.name === 'string' && typeof value.timeZone === 'string';
  return named && isAbsentOrList(value.availability, isHours) && isAbsentOrList(value.overrides, isDay);
}

function isHours(value: unknown): boolean {
  return isDay(value, 'days') && isRecord(value) && Array.isArray(value.days);
}

function isDay(value: unknown, without?: unknown): boolean {
  if (!isRecord(value) || typeof value.startTime !== 'string' || typeof value.endTime !== 'string') return false;
  return without === 'days' || typeof value.date === 'string';
}

export function isEventType(value: unknown): value is WireEventType {
  if (!isRecord(value)) return false;
  const { id, title, slug, lengthInMinutes, locations, users, hosts, bookingFields } = value;
  const named = typeof id === 'number' && typeof title === 'string' && typeof slug === 'string';
  if (!named || typeof lengthInMinutes !== 'number') return false;
  const lists = [users, hosts, bookingFields].every((list) => isAbsentOrList(list, isRecord));
  return lists && isAbsentOrList(locations, (item) => isRecord(item) && typeof item.type === 'string');
}

/** One type, or a managed one with its children. */
export function isEventTypeOrList(value: unknown): value is WireEventType | WireEventType[] {
  return isEventType(value) || (Array.isArray(value) && value.length > 0 && value.every(isEventType));
}

/** Whether an app's settings ask for money. */
export function isPriceOfApp(settings: unknown): settings is WirePrice {
  if (!isRecord(settings) || settings.enabled !== true) return false;
  return typeof settings.price === 'number' && settings.price > 0 && isAbsentOr('string', settings.currency);
}

export function isSlots(value: unknown): value is WireSlots {
  return isRecord(value) && Object.values(value).every((day) => Array.isArray(day) && day.every(isSlot));
}

function isSlot(value: unknown): boolean {
  return isRecord(value) && isInstant(value.start) && (value.end === undefined || isInstant(value.end));
}

export function isBooking(value: unknown): value is WireBooking {
  if (!isRecord(value) || typeof value.id !== 'number' || typeof value.uid !== 'string' || value.uid === '')
    return false;
  if (typeof value.status !== 'string' || !isInstant(value.start) || !isInstant(value.end)) return false;
  return (
    isAbsentOrList(value.attendees, isAttendee) &&
    isAbsentOrList(value.hosts, isRecord) &&
    isAbsentOr('object', value.metadata)
  );
}

/** With the pagination that only the list by cursor has. */
export function isBookingPage(value: unknown): value is WireBookingPage {
  if (!isRecord(value) || !isRecord(value.pagination) || !listOf(isBooking)(value.data)) return false;
  const { hasMore, nextCursor } = value.pagination;
  return typeof hasMore === 'boolean' && isAbsentOr('string', nextCursor);
}

/** With the numbers that only the list by `take` and `skip` has. */
export function isBookingListByNumber(value: unknown): value is { data: WireBooking[] } {
  if (!isRecord(value) || !isRecord(value.pagination)) return false;
  return listOf(isBooking)(value.data) && typeof value.pagination.totalItems === 'number';
}

export function isReservation(value: unknown): value is WireReservation {
  if (!isRecord(value) || typeof value.reservationUid !== 'string' || typeof value.eventTypeId !== 'number')
    return false;
  return isInstant(value.slotStart) && isInstant(value.slotEnd) && isInstant(value.reservationUntil);
}

export function isReservationOrNull(value: unknown): value is WireReservation | null {
  return value === null || isReservation(value);
}

function isAttendee(value: unknown): boolean {
  return isRecord(value) && typeof value.name === 'string' && typeof value.timeZone === 'string';
}

/** One booking, or the occurrences of a recurring one. */
export function isBookingOrList(value: unknown): value is WireBooking | WireBooking[] {
  return isBooking(value) || (Array.isArray(value) && value.length > 0 && value.every(isBooking));
}

export function isWebhook(value: unknown): value is WireWebhook {
  if (!isRecord(value) || !['string', 'number'].includes(typeof value.id)) return false;
  return typeof value.subscriberUrl === 'string' && typeof value.active === 'boolean' && Array.isArray(value.triggers);
}

/** For answers of which only the success is read. */
export function isAnything(_value: unknown): _value is unknown {
  return true;
}
