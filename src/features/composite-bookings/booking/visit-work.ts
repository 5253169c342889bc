import { randomUUID } from 'node:crypto';
import type { IdempotentRequest } from '../../../foundation/idempotency/idempotency.repository';
import type { VisitOption, VisitPart } from '../../availability/composite/visit-offers.service';
import type { BookingCaller, BookingCommand } from '../../bookings/bookings.service';
import type { NewSaga, StepPlan, StepState } from '../../bookings/saga/sagas.service';
import type { ServicePlan } from '../../services/services.service';
import type { AgreedSegment } from '../visit';

/** How a visit is to be done. One of `optionId` and `startMs` is there. */
export interface VisitChoice {
  /** Exactly this way. */
  optionId?: string;
  /** The best way to begin then. */
  startMs?: number;
  /** By segment: who has to do it. */
  staff: ReadonlyMap<string, string>;
}

/** What a caller wants booked, after validation. */
export interface VisitRequest extends VisitChoice {
  serviceId: string;
  timeZone?: string;
  customer: BookingCommand['attendee'];
  notes?: string;
  metadata?: Record<string, string>;
}

/** Everything that is needed to write one visit. */
export interface VisitWork {
  request: IdempotentRequest;
  caller: BookingCaller;
  plan: ServicePlan;
  option: VisitOption;
  timeZone: string;
  command: BookingCommand & { attendee: { timeZone: string } };
}

/** What is agreed on when these parts are booked; new bookings for segments that have none. */
export function agreedSegments(plan: ServicePlan, parts: readonly VisitPart[], bookingIds: string[]): AgreedSegment[] {
  return parts.map(({ segmentId, name, staffId, staffName, eventType, startMs, endMs }, index) => ({
    ...{ segmentId, name, staffId, staffName, startMs, endMs },
    bookingId: bookingIds[index] ?? randomUUID(),
    eventTypeId: eventType.id,
    eventTypeTitle: eventType.title,
    gapFreesStaff: plan.segments[index]?.gapFreesStaff ?? true,
  }));
}

export function stepPlan({ bookingId, eventTypeId, startMs, endMs }: AgreedSegment): StepPlan {
  return { appointmentId: bookingId, eventTypeId, ref: randomUUID(), startMs, endMs, attempt: 0 };
}

/** Where the service allows types that ask for a confirmation, it is given before the visit counts as booked. */
export function pendingStep({ allowConfirmation }: ServicePlan, { eventType }: VisitPart): StepState {
  const isAsked = allowConfirmation && eventType.definition.requiresConfirmation;
  return isAsked ? { status: 'pending', confirmation: 'wanted' } : { status: 'pending' };
}

/** By our id: the event types of the parts. */
export function typesOfParts(parts: readonly VisitPart[]): Record<string, VisitPart['eventType']> {
  return Object.fromEntries(parts.map(({ eventType }) => [eventType.id, eventType]));
}

/** As the saga keeps them: what the provider calls them. */
export function namesOfParts(parts: readonly VisitPart[]): NewSaga['input']['eventTypes'] {
  const names = parts.map(({ eventType: { id, providerId, title } }) => [id, { providerId, title }] as const);
  return Object.fromEntries(names);
}
