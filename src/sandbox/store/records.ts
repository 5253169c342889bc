import { Json } from '../http/errors';

export interface Account {
  id: number;
  key: string;
  username: string;
  name: string;
  email: string;
  timeZone: string;
  defaultScheduleId: number | null;
  timeFormat: 12 | 24;
  weekStart: string;
  bio: string | null;
  avatarUrl: string | null;
}

export interface WorkingHours {
  days: string[];
  startTime: string;
  endTime: string;
}

export interface Override {
  date: string;
  startTime: string;
  endTime: string;
}

export interface Schedule {
  id: number;
  ownerId: number;
  name: string;
  timeZone: string;
  availability: WorkingHours[];
  overrides: Override[];
}

export interface Host {
  userId: number;
  mandatory?: boolean;
  priority?: string;
}

/** What a caller of event types may set, as sent; defaults are filled in when it is shown or used. */
export interface EventTypeInput extends Json {
  title: string;
  slug: string;
  lengthInMinutes: number;
  lengthInMinutesOptions?: number[];
  description?: string;
  locations?: Json[];
  slotInterval?: number | null;
  minimumBookingNotice?: number;
  beforeEventBuffer?: number;
  afterEventBuffer?: number;
  scheduleId?: number | null;
  bookingLimitsCount?: { day?: number; week?: number; month?: number; year?: number; disabled?: boolean };
  bookerActiveBookingsLimit?: { maximumActiveBookings?: number; disabled?: boolean };
  bookingWindow?: { type?: string; value?: unknown; rolling?: boolean; disabled?: boolean };
  confirmationPolicy?: { type?: string; blockUnconfirmedBookingsInBooker?: boolean; disabled?: boolean };
  recurrence?: { interval: number; occurrences: number; frequency: string; disabled?: boolean } | null;
  seats?: { seatsPerTimeSlot?: number; showAttendeeInfo?: boolean; disabled?: boolean };
  disableCancelling?: { disabled: boolean };
  bookingRequiresAuthentication?: boolean;
  hidden?: boolean;
  schedulingType?: 'roundRobin' | 'collective' | 'managed';
  hosts?: Host[];
  assignAllTeamMembers?: boolean;
}

export interface EventType {
  id: number;
  ownerId: number | null;
  teamId: number | null;
  slug: string;
  parentId: number | null;
  input: EventTypeInput;
}

export interface Attendee {
  name: string;
  email: string;
  timeZone: string;
  language: string;
  phoneNumber?: string;
  absent: boolean;
  /** Only on seated types. */
  seatUid?: string;
  metadata?: Record<string, string>;
}

export type BookingStatus = 'accepted' | 'pending' | 'cancelled' | 'rejected';

export interface BookingDetails {
  title: string;
  description: string;
  location: string;
  metadata: Record<string, string>;
  attendees: Attendee[];
  guests: string[];
  responses: Json;
  icsUid: string;
  icsSequence: number;
  absentHost: boolean;
  recurringUid?: string;
  fromUid?: string;
  toUid?: string;
  cancellationReason?: string;
  rejectionReason?: string;
  reschedulingReason?: string;
  rescheduledBy?: string;
}

export interface Booking {
  id: number;
  uid: string;
  eventTypeId: number;
  /** The organizer first; the other hosts of a collective type follow. */
  hostIds: number[];
  status: BookingStatus;
  startMs: number;
  endMs: number;
  createdMs: number;
  updatedMs: number;
  details: BookingDetails;
}

export interface Webhook {
  id: string;
  userId: number | null;
  eventTypeId: number | null;
  subscriberUrl: string;
  triggers: string[];
  active: boolean;
  payloadTemplate: string | null;
  secret: string | null;
  createdMs: number;
}

export interface Team {
  id: number;
  name: string;
  slug: string;
  members: { userId: number; role: string; membershipId: number }[];
}
