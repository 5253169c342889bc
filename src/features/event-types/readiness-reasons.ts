import type { EventType, Minutes } from '../../scheduling/words';

/** The booking that somebody has in mind. */
export interface BookingNeed {
  /** Absent: whatever the type has. */
  lengthMinutes?: Minutes;
  /** Slugs of the fields that the booking will answer in its `responses`. */
  responses?: string[];
}

type Evidence = Record<string, unknown>;

interface Reason {
  /** Whether a booking made through us would fail or go wrong; else it works, with what the message says. */
  blocking: boolean;
  message: string;
  /** What of the type speaks for this reason; undefined when nothing does. */
  evidence: (type: EventType, need: BookingNeed) => Evidence | undefined;
}

/**
 * What a booking's own properties answer at the provider, `attendee.phoneNumber` as `attendeePhoneNumber`.
 * The reason of a move is asked for by a move only.
 */
const ANSWERED_BY_EVERY_BOOKING = new Set([
  'name',
  'email',
  'attendeePhoneNumber',
  'location',
  'guests',
  'notes',
  'rescheduleReason',
]);

/** Everything that can stand between an event type and a booking made through us. A hidden type can be booked. */
export const READINESS_REASONS = {
  MANAGED_PARENT: {
    blocking: true,
    message: 'This is the parent of a managed type, which cannot be booked; its members have types of their own.',
    evidence: ({ schedulingType }) => (schedulingType === 'managed' ? { schedulingType } : undefined),
  },
  LENGTH_MISMATCH: {
    blocking: true,
    message: 'The booking would have another length: it always gets the length of the type.',
    evidence: ({ lengthMinutes }, need) =>
      need.lengthMinutes === undefined || need.lengthMinutes === lengthMinutes
        ? undefined
        : { lengthMinutes, neededMinutes: need.lengthMinutes },
  },
  NO_HOSTS: {
    blocking: true,
    message: 'Nobody hosts this type.',
    evidence: ({ hosts }) => (hosts.length === 0 ? { hosts: 0 } : undefined),
  },
  SEATS: {
    blocking: true,
    message: 'Several customers share one booking here: cancelling or moving one of them would take the others along.',
    evidence: ({ seatsPerSlot }) => (seatsPerSlot === undefined ? undefined : { seatsPerSlot }),
  },
  RECURRING: {
    blocking: true,
    message: 'One request would make a series of bookings.',
    evidence: ({ recurring }) => (recurring ? { recurring } : undefined),
  },
  PAID: {
    blocking: true,
    message: 'The booking would wait for a payment that cannot be made through this service.',
    evidence: ({ price, currency }) => (price > 0 ? { price, ...(currency ? { currency } : {}) } : undefined),
  },
  REQUIRED_FIELDS: {
    blocking: true,
    message: 'The provider insists on answers that a booking has only if it brings them in `responses`.',
    evidence: ({ bookingFields }, { responses = [] }) => {
      const isMissing = (slug: string): boolean => !ANSWERED_BY_EVERY_BOOKING.has(slug) && !responses.includes(slug);
      const fields = bookingFields.filter(({ slug, required }) => required && isMissing(slug));
      return fields.length === 0 ? undefined : { fields };
    },
  },
  CONFIRMATION_REQUIRED: {
    blocking: false,
    message: 'Bookings stay pending until the host confirms them.',
    evidence: ({ requiresConfirmation }) => (requiresConfirmation ? { requiresConfirmation } : undefined),
  },
  BUFFERS: {
    blocking: false,
    message: 'Minutes before or after each booking stay blocked, so bookings cannot follow each other at once.',
    evidence: ({ beforeBufferMinutes, afterBufferMinutes }) =>
      beforeBufferMinutes > 0 || afterBufferMinutes > 0 ? { beforeBufferMinutes, afterBufferMinutes } : undefined,
  },
  CANCELLING_DISABLED: {
    blocking: false,
    message: 'Bookings of this type cannot be cancelled, not by the host either.',
    evidence: ({ cancellingDisabled }) => (cancellingDisabled ? { cancellingDisabled } : undefined),
  },
  RESCHEDULING_DISABLED: {
    blocking: false,
    message: 'Bookings of this type cannot be moved.',
    evidence: ({ reschedulingDisabled }) => (reschedulingDisabled ? { reschedulingDisabled } : undefined),
  },
  AUTHENTICATION_REQUIRED: {
    blocking: false,
    message: "Only the host's own account may book: it works while the connection's credential is that of a host.",
    evidence: ({ authenticationRequired }) => (authenticationRequired ? { authenticationRequired } : undefined),
  },
} as const satisfies Record<string, Reason>;

export type ReadinessCode = keyof typeof READINESS_REASONS;
export const READINESS_CODES = Object.keys(READINESS_REASONS) as ReadinessCode[];

export interface ReadinessFinding {
  code: ReadinessCode;
  blocking: boolean;
  message: string;
  evidence: Evidence;
}

/** Every reason that speaks against this booking of this type, blocking ones first. */
export function readinessFindings(type: EventType, need: BookingNeed = {}): ReadinessFinding[] {
  return READINESS_CODES.flatMap((code) => {
    const { blocking, message, evidence }: Reason = READINESS_REASONS[code];
    const found = evidence(type, need);
    return found ? [{ code, blocking, message, evidence: found }] : [];
  });
}
