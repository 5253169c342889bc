import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig, BookingConfig } from '../../foundation/config/app-config';
import type { BookingCommand } from '../bookings/bookings.service';
import type { GroupedAppointment } from '../bookings/grouped-appointments.service';
import type { NewSaga, ReplacedBooking } from '../bookings/saga/sagas.service';
import type { ServicePlan } from '../services/services.service';
import type { SegmentMove } from './changing/move-plan';
import type { AgreedSegment, Visit } from './visit';
import { stepOrder } from './booking/visit-order';
import { namesOfParts, pendingStep, stepPlan, typesOfParts, type VisitWork } from './booking/visit-work';

/** Bookings take 1.5 to 5 s each at Cal.com; a visit of six has to come about too. */
const EACH_FURTHER_SEGMENT_MS = 8_000;

/** Our own words for a cancellation without a reason: hosts' keys are refused without one. */
export const CANCELLATION_REASON = 'Cancelled by the company';

/** What new bookings of a moved visit say, and why it is moved. */
export interface MoveWords extends Words {
  attendee: BookingCommand['attendee'] & { timeZone: string };
  notes?: string;
  metadata?: Record<string, string>;
}

/** By uid: until when what is cancelled may be brought back to life by a confirmation of ours. */
type Settling = ReadonlyMap<string, number>;

interface Words {
  reason?: string;
  correlationId?: string;
}

/** What the sagas of visits are made of. */
@Injectable()
export class VisitSagas {
  private readonly settings: BookingConfig;

  constructor(config: ConfigService<AppConfig, true>) {
    this.settings = config.get('bookings', { infer: true });
  }

  /** Books every segment. */
  booking({ request, caller, plan, option, command }: VisitWork, segments: AgreedSegment[]): NewSaga {
    const { parts } = option;
    const order = stepOrder(this.settings.visitOrder, plan, parts);
    return {
      id: randomUUID(),
      kind: 'visit',
      companyId: request.companyId,
      connectionId: parts[0]!.eventType.connectionId,
      deadlineMs: this.deadlineMs(parts.length),
      input: { command, eventTypes: namesOfParts(parts) },
      plan: order.map((place) => stepPlan(segments[place]!)),
      steps: order.map((place) => pendingStep(plan, parts[place]!)),
      eventTypes: typesOfParts(parts),
      ...(caller.correlationId ? { correlationId: caller.correlationId } : {}),
    };
  }

  /** Gives its segments new times, in this order, the first one first. */
  moving(
    visit: Visit,
    plan: ServicePlan,
    order: SegmentMove[],
    segments: AgreedSegment[],
    command: MoveWords,
  ): NewSaga {
    const { reason, correlationId, ...words } = command;
    // Of a saga's steps the last one is done first.
    const steps = order.toReversed();
    return {
      id: randomUUID(),
      kind: 'visit-move',
      companyId: visit.companyId,
      connectionId: visit.connectionId,
      deadlineMs: this.deadlineMs(order.length),
      input: {
        command: { startMs: segments[0]!.startMs, ...words },
        eventTypes: namesOfParts(order.map(({ part }) => part)),
        replaced: replacedBy(order),
        ...(reason === undefined ? {} : { reason }),
      },
      plan: steps.map(({ index, how, booking }) => {
        const step = stepPlan(segments[index]!);
        if (how !== 'move' || !booking) return step;
        return { ...step, moves: { uid: booking.uid, startMs: booking.startMs, ref: booking.ref } };
      }),
      steps: steps.map(({ part }) => pendingStep(plan, part)),
      eventTypes: typesOfParts(order.map(({ part }) => part)),
      ...(correlationId === undefined ? {} : { correlationId }),
    };
  }

  /** Cancels what there is of it, the last segment first. `settling`: as the sagas know it. */
  cancelling(visit: Visit, live: GroupedAppointment[], settling: Settling, words: Words): NewSaga {
    return { ...this.undoing(visit, bookingsOf(visit, live), words, settling), kind: 'visit-cancel' };
  }

  /** Cancels these bookings, whatever becomes of the visit. */
  tidying(visit: Visit, replaced: ReplacedBooking[], words: Words): NewSaga {
    return { ...this.undoing(visit, replaced, words), isLaidDown: true };
  }

  /** As {@link tidying}, of a visit that is cancelled. */
  tidyingLive(visit: Visit, live: GroupedAppointment[]): NewSaga {
    return this.tidying(visit, bookingsOf(visit, live), { reason: CANCELLATION_REASON });
  }

  private undoing(
    visit: Visit,
    bookings: ReplacedBooking[],
    { reason, correlationId }: Words,
    settling: Settling = new Map(),
  ): NewSaga {
    return {
      id: randomUUID(),
      kind: 'visit-tidy',
      companyId: visit.companyId,
      connectionId: visit.connectionId,
      deadlineMs: 0,
      isCompensating: true,
      input: {
        // Nothing is booked, so nobody has to be named.
        command: { startMs: visit.startsAt.getTime(), attendee: { name: '', timeZone: visit.timeZone } },
        eventTypes: {},
        ...(reason === undefined ? {} : { reason }),
      },
      plan: bookings.map(({ appointmentId, eventTypeId, startMs, endMs }) => {
        return { appointmentId, eventTypeId, ref: randomUUID(), startMs, endMs, attempt: 1 };
      }),
      steps: bookings.map(({ uid }) => {
        const settleMs = settling.get(uid);
        return { status: 'booked', uid, ...(settleMs === undefined ? {} : { settleMs }) };
      }),
      ...(correlationId === undefined ? {} : { correlationId }),
    };
  }

  deadlineMs(segments: number): number {
    return this.settings.deadlineMs + (segments - 1) * EACH_FURTHER_SEGMENT_MS;
  }
}

function bookingsOf(visit: Visit, live: GroupedAppointment[]): ReplacedBooking[] {
  return live.toReversed().map(({ id, uid, eventTypeId, startMs, endMs }) => ({
    ...{ appointmentId: id, uid: uid!, startMs, endMs },
    eventTypeId: eventTypeId ?? visit.segments.find(({ bookingId }) => bookingId === id)!.eventTypeId,
  }));
}

/** Bookings that others take the place of. */
function replacedBy(order: SegmentMove[]): ReplacedBooking[] {
  return order.flatMap(({ how, booking, part }) => {
    if (how !== 'book' || !booking) return [];
    const { id: appointmentId, uid, startMs, endMs, eventTypeId } = booking;
    return [{ appointmentId, uid, startMs, endMs, eventTypeId: eventTypeId ?? part.eventType.id }];
  });
}
