import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import type { BookingCaller } from '../bookings/bookings.service';
import type { VisitAnswer } from './visit-answers';
import { VisitBooking } from './visit-booking';
import { VisitCancel } from './visit-cancel';
import type { VisitChangeCaller } from './visit-changes';
import { VisitDecisions } from './visit-decisions';
import { VisitMove } from './visit-move';
import type { CompositeBookingView } from './visit-view';
import type { VisitChoice, VisitRequest } from './visit-work';

/** Visits of a company: several bookings that are made, moved and cancelled as one thing. */
@Injectable()
export class CompositeBookingsService {
  constructor(
    private readonly booking: VisitBooking,
    private readonly moving: VisitMove,
    private readonly cancellation: VisitCancel,
    private readonly decisions: VisitDecisions,
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
  retry(companyId: string, id: string): Promise<CompositeBookingView> {
    return this.decisions.retry(companyId, id);
  }

  /** A person has settled it. @throws ApiError `CONFLICT`, `STILL_BOOKED` while the provider says otherwise. */
  resolve(companyId: string, id: string, context: CallContext): Promise<CompositeBookingView> {
    return this.decisions.resolve(companyId, id, context);
  }
}
