import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { Page } from '../../foundation/http/cursor';
import type { AbsenceReport } from '../../scheduling/words';
import type { AppointmentEntity } from './appointment.entity';
import type { AppointmentFilter } from './appointments.repository';
import { BookingChanges, type ChangeContext } from './booking-changes';
import type { BookingCaller, BookingCommand, BookingTarget, ChangeCaller } from './booking-command';
import { BookingIntake } from './booking-intake';
import { BookingLeases } from './booking-lease';
import { BookingReader } from './booking-reader';
import type { BookingView } from './booking-view';
import { type BookingAnswer, IdempotencyService } from './idempotency.service';

// What the other booking routes need to ask for a booking and to pass its answer on.
export { sendAnswer } from './answer';
export { CallerOfChange, CallerWithKey, patienceOf, requestIdentity } from './booking-caller';
export type { BookingCaller, BookingCommand, ChangeCaller } from './booking-command';
export { toAttendee } from './booking-input';
export { IsCallerMetadata, metadataFault } from './booking-rules';
export { BookingTokens } from './booking-tokens';
export { AttendeeView } from './booking-view';
export { AttendeeDto } from './bookings.dto';
export type { BookingView } from './booking-view';
export type { BookingAnswer } from './idempotency.service';

/** Our own words for a cancellation without a reason: hosts' keys are refused without one. */
const CANCELLATION_REASON = 'Cancelled by the company';

/** Bookings of a company, whatever provider they are at. Every id is looked up within the company. */
@Injectable()
export class BookingsService {
  constructor(
    private readonly intake: BookingIntake,
    private readonly changes: BookingChanges,
    private readonly reader: BookingReader,
    private readonly leases: BookingLeases,
    private readonly idempotency: IdempotencyService,
  ) {}

  /**
   * Books once for an idempotency key. Status 201, or 202 with `outcome_pending` when the provider's answer was lost and
   * the booking is not to be seen there yet.
   *
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`, `IDEMPOTENCY_KEY_IN_USE`, `IDEMPOTENCY_KEY_REUSED`
   * @throws SchedulingError of `book`, except for an unknown outcome.
   */
  book(companyId: string, target: BookingTarget, command: BookingCommand, caller: BookingCaller) {
    return this.intake.book(companyId, target, command, caller);
  }

  /** @throws ApiError `BOOKING_NOT_FOUND`, as every method below. */
  get(companyId: string, id: string): Promise<BookingView> {
    return this.reader.get(companyId, id);
  }

  list(companyId: string, filter: AppointmentFilter, limit: number): Promise<Page<BookingView>> {
    return this.reader.list(companyId, filter, limit);
  }

  /** Moves a booking; the id stays. @throws ApiError `CONFLICT` with a reason when its state does not allow it. */
  reschedule(companyId: string, id: string, change: { startMs: number; reason?: string }, caller: ChangeCaller) {
    return this.change(companyId, id, caller, (row, context) => {
      refusePart(row);
      return this.changes.reschedule(row, change, context);
    });
  }

  /** Cancels a booking; one that is cancelled already is answered as it is. */
  cancel(companyId: string, id: string, reason: string | undefined, caller: ChangeCaller): Promise<BookingAnswer> {
    const words = reason ?? CANCELLATION_REASON;
    return this.change(companyId, id, caller, (row, context) => {
      refusePart(row);
      return this.changes.cancel(row, words, context);
    });
  }

  confirm(companyId: string, id: string, caller: ChangeCaller): Promise<BookingAnswer> {
    return this.change(companyId, id, caller, (row, context) => this.changes.confirm(row, context));
  }

  decline(companyId: string, id: string, reason: string | undefined, caller: ChangeCaller): Promise<BookingAnswer> {
    return this.change(companyId, id, caller, (row, context) => {
      refusePart(row);
      return this.changes.decline(row, reason, context);
    });
  }

  markAbsent(companyId: string, id: string, report: Omit<AbsenceReport, 'uid'>, caller: ChangeCaller) {
    return this.change(companyId, id, caller, (row, context) => this.changes.markAbsent(row, report, context));
  }

  /** One change of a booking at a time, across replicas: two reschedules at once would both be booked at the provider. */
  private async change(
    companyId: string,
    id: string,
    caller: ChangeCaller,
    act: (row: AppointmentEntity, context: ChangeContext) => Promise<AppointmentEntity>,
  ): Promise<BookingAnswer> {
    await this.reader.row(companyId, id);
    const { idempotencyKey: key, route, fingerprint, correlationId } = caller;
    const request = key === undefined ? undefined : { companyId, route, key, fingerprint };
    return this.idempotency.once(request, id, (resumed) =>
      this.leases.with(companyId, id, async (lease) => {
        const row = await act(await this.reader.row(companyId, id), { correlationId, resumed, lease });
        return this.reader.view(row);
      }),
    );
  }
}

/** A visit is moved and cancelled as a whole. */
function refusePart({ groupId }: AppointmentEntity): void {
  if (groupId === null) return;
  const details = { reason: 'PART_OF_COMPOSITE_BOOKING', compositeBookingId: groupId };
  throw new ApiError('CONFLICT', { details });
}
