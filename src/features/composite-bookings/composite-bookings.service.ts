import { Injectable } from '@nestjs/common';
import type { Page } from '../../foundation/http/cursor';
import type { BookingCaller } from '../bookings/bookings.service';
import type { VisitAnswer } from './visit-answers';
import { VisitBooking } from './visit-booking';
import { VisitCancel } from './visit-cancel';
import type { VisitChangeCaller } from './visit-changes';
import { VisitMove } from './visit-move';
import { VisitReader } from './visit-reader';
import { type TimelineEntry, VisitTimeline } from './visit-timeline';
import type { CompositeBookingView } from './visit-view';
import type { VisitChoice, VisitRequest } from './visit-work';
import type { VisitFilter } from './visits.repository';

/** Visits of a company: several bookings that are made, moved and cancelled as one thing. */
@Injectable()
export class CompositeBookingsService {
  constructor(
    private readonly booking: VisitBooking,
    private readonly reader: VisitReader,
    private readonly timeline: VisitTimeline,
    private readonly cancellation: VisitCancel,
    private readonly moving: VisitMove,
  ) {}

  /** Books once for an idempotency key: 201 with all segments, or 202 with `outcome_pending`. */
  book(companyId: string, asked: VisitRequest, caller: BookingCaller): Promise<VisitAnswer> {
    return this.booking.book(companyId, asked, caller);
  }

  /** @throws ApiError `BOOKING_NOT_FOUND`, as every method below. */
  get(companyId: string, id: string): Promise<CompositeBookingView> {
    return this.reader.get(companyId, id);
  }

  /** What was done for the visit, oldest first. */
  timelineOf(companyId: string, id: string): Promise<TimelineEntry[]> {
    return this.timeline.of(companyId, id);
  }

  /** All segments of it, or none; see {@link VisitMove.reschedule}. */
  reschedule(companyId: string, id: string, move: VisitChoice & { reason?: string }, caller: VisitChangeCaller) {
    return this.moving.reschedule(companyId, id, move, caller);
  }

  /** All segments of it; see {@link VisitCancel.cancel}. */
  cancel(companyId: string, id: string, reason: string | undefined, caller: VisitChangeCaller): Promise<VisitAnswer> {
    return this.cancellation.cancel(companyId, id, reason, caller);
  }

  list(companyId: string, filter: VisitFilter, limit: number): Promise<Page<CompositeBookingView>> {
    return this.reader.list(companyId, filter, limit);
  }
}
