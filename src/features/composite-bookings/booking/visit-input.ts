import { invalidField } from '../../../foundation/errors/api-error';
import { decodeCursor } from '../../../foundation/http/cursor';
import { endOfDay, isCalendarDate, parseInstant, startOfDay } from '../../../foundation/time/instants';
import { toAttendee } from '../../bookings/bookings.service';
import type { CreateCompositeBookingDto, ListCompositeBookingsDto, SegmentStaffDto } from '../composite-bookings.dto';
import type { VisitStatus } from '../visit-state';
import type { VisitChoice, VisitRequest } from './visit-work';
import type { VisitFilter } from '../visits.repository';

const PAGE_SIZE_DEFAULT = 20;

interface ChoiceDto {
  optionId?: string;
  start?: string;
  staff?: SegmentStaffDto[];
}

/** @throws ApiError `VALIDATION_ERROR` for none or both of option and start, and for staff beside an option. */
export function toChoice({ optionId, start, staff }: ChoiceDto): VisitChoice {
  if (optionId === undefined && start === undefined) throw invalidField('optionId', 'is required, or else start');
  if (optionId !== undefined && start !== undefined) throw invalidField('start', 'cannot be given with optionId');
  if (optionId !== undefined && staff !== undefined) throw invalidField('staff', 'cannot be given with optionId');
  const named = (staff ?? []).map(
    ({ segmentId, staffId }) => [segmentId.toLowerCase(), staffId.toLowerCase()] as const,
  );
  const chosen = { staff: new Map(named) };
  return optionId === undefined ? { ...chosen, startMs: instantOf(start!) } : { ...chosen, optionId };
}

export function toVisitRequest(body: CreateCompositeBookingDto): VisitRequest {
  const { serviceId, customer, timeZone, notes, metadata } = body;
  return {
    ...toChoice(body),
    serviceId: serviceId.toLowerCase(),
    customer: toAttendee(customer),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(notes === undefined ? {} : { notes }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Days are days of `timeZone`; `to` as a day includes the whole of it. */
export function toVisitFilter(
  query: ListCompositeBookingsDto,
  timeZone: string,
): { filter: VisitFilter; limit: number } {
  const { status, from, to, serviceId, customerId, limit, cursor } = query;
  const filter: VisitFilter = {
    ...(status === undefined ? {} : { statuses: status.split(',') as VisitStatus[] }),
    ...(from === undefined ? {} : { fromMs: isCalendarDate(from) ? startOfDay(from, timeZone) : instantOf(from) }),
    ...(to === undefined ? {} : { toMs: isCalendarDate(to) ? endOfDay(to, timeZone) : instantOf(to) }),
    ...(serviceId === undefined ? {} : { serviceId }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(cursor === undefined ? {} : { after: decodeCursor(cursor) }),
  };
  return { filter, limit: limit === undefined ? PAGE_SIZE_DEFAULT : Number(limit) };
}

function instantOf(checked: string): number {
  return parseInstant(checked) ?? Number.NaN;
}
