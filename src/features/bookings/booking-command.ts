import type { IdempotentRequest } from '../../foundation/idempotency/idempotency.repository';
import type { BookingLocation } from '../../scheduling/words';
import type { EventTypeRecord } from '../event-types/event-types.service';
import type { AppointmentOrigin } from './appointment.entity';

/** What a caller wants booked, after validation. */
export interface BookingCommand {
  startMs: number;
  attendee: {
    name: string;
    email?: string;
    /** E.164 */
    phoneNumber?: string;
    /** IANA; the company's when absent. */
    timeZone?: string;
    language?: string;
  };
  guests?: string[];
  location?: BookingLocation;
  notes?: string;
  responses?: Record<string, unknown>;
  metadata?: Record<string, string>;
}

/** How the request came: what it is recognised by when it is repeated. */
export interface BookingCaller {
  origin: Exclude<AppointmentOrigin, 'provider'>;
  route: string;
  idempotencyKey: string;
  fingerprint: string;
  correlationId?: string;
  /** How long the caller waits for an outcome, milliseconds. */
  waitMs: number;
  /**
   * The key was derived from the request, not chosen by the caller: it stands for the active appointment only. A refusal
   * is not kept, and after a cancellation or a move the same request books anew.
   */
  derivedKey?: boolean;
  /** A secret key of the company: it needs no token of a hold. */
  isTrusted?: boolean;
}

/** A hold that a booking takes, and what shows that its caller may. */
export interface HoldProof {
  id: string;
  token?: string;
  /** Nothing needs to be shown. A token that is shown all the same must be right. */
  isTrusted: boolean;
}

/** What is booked, and under which hold: an event type, or a simple service. */
export interface BookingTarget {
  /** Ours. */
  eventTypeId?: string;
  /** Ours; where no event type is named. */
  serviceId?: string;
  /** Ours; who of the service's staff. */
  staffId?: string;
  holdId?: string;
  holdToken?: string;
}

/** As {@link BookingCaller}, for a change of a booking; the key may be absent. */
export interface ChangeCaller {
  route: string;
  idempotencyKey?: string;
  fingerprint: string;
  correlationId?: string;
}

/** Everything that is needed to write one booking, and to go on with it after a crash. */
export interface BookingWork {
  request: IdempotentRequest;
  caller: BookingCaller;
  command: BookingCommand & { attendee: { timeZone: string } };
  eventType: EventTypeRecord;
  /** Where a service is booked: whose event type it is, and whether the caller asked for this person. */
  service?: { id: string; staffId: string; isChosen: boolean };
  hold?: HoldProof;
}
