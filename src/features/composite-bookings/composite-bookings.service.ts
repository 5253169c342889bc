import { Injectable } from '@nestjs/common';
import type { BookingCaller, ChangeCaller } from '../bookings/bookings.service';
import type { VisitAnswer } from './visit-answers';
import { VisitBooking } from './booking/visit-booking';
import { VisitCancel } from './changing/visit-cancel';
import { type VisitChangeCaller, VisitChanges } from './changing/visit-changes';
import { VisitDecisions } from './watching/visit-decisions';
import { VisitMove } from './changing/visit-move';
import type { VisitChoice, VisitRequest } from './booking/visit-work';

/** Visits of a company: several bookings that are made, moved and cancelled as one thing. */
@Injectable()
export class CompositeBookingsService {
  constructor(
    private readonly booking: VisitBooking,
    private readonly moving: VisitMove,
    private readonly cancellation: VisitCancel,
    private readonly decisions: VisitDecisions,
    private readonly changes: VisitChanges,
  ) {}

  /** Books once for an idempotency key: 201 with all segments, or 202 with `outcome_pending`. */
  book(companyId: string, asked: VisitRequest, caller: BookingCaller): Promise<VisitAnswer> {
    return this.booking.book(companyId, asked, caller);
  }

  /** All segments of it, or none; see {@link VisitMove.reschedule}. */
  reschedule(companyId: string, id: string, move: VisitChoice & { reason?: string }, caller: VisitChangeCaller) {
    return this.moving.reschedule(companyId, id, move, caller);
  }

  /** All segments of it; see {@link VisitCancel.cancel}. */
  cancel(companyId: string, id: string, reason: string | undefined, caller: VisitChangeCaller): Promise<VisitAnswer> {
    return this.cancellation.cancel(companyId, id, reason, caller);
  }

  /** Tries again what is stuck. @throws ApiError `CONFLICT` for a visit that does not wait for a person. */
  retry(companyId: string, id: string, caller: ChangeCaller): Promise<VisitAnswer> {
    const request = this.changes.requestOf(companyId, caller);
    return this.changes.once(request, id, 202, () => this.decisions.retry(companyId, id));
  }

  /** A person has settled it. @throws ApiError `CONFLICT`, `STILL_BOOKED` while the provider says otherwise. */
  resolve(companyId: string, id: string, caller: ChangeCaller): Promise<VisitAnswer> {
    const { correlationId } = caller;
    const context = correlationId === undefined ? {} : { correlationId };
    const request = this.changes.requestOf(companyId, caller);
    return this.changes.once(request, id, 200, () => this.decisions.resolve(companyId, id, context));
  }
}
