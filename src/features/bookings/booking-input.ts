import { invalidField } from '../../foundation/errors/api-error';
import { decodeCursor } from '../../foundation/http/cursor';
import { endOfDay, isCalendarDate, parseInstant, startOfDay } from '../../foundation/time/instants';
import { canonicalTimeZone } from '../../foundation/time/zones';
import type { AppointmentStatus } from './appointment.entity';
import type { AppointmentFilter } from './appointments.repository';
import type { BookingCaller, BookingCommand, BookingTarget, HoldProof } from './booking-command';
import type { AttendeeDto, BookingLocationDto, CreateBookingDto, ListBookingsDto } from './bookings.dto';

const PAGE_SIZE_DEFAULT = 20;
/** The others stand for what the event type itself says. */
const TYPES_WITH_VALUE = ['attendeeAddress', 'attendeeDefined', 'attendeePhone', 'integration'];

/**
 * DTO -> words. The texts have been checked by the DTO, so an instant is one.
 *
 * @throws ApiError `VALIDATION_ERROR` for a location's value that is missing, or that would be dropped silently.
 */
export function toCommand(body: CreateBookingDto): BookingCommand {
  const { start, attendee, guests, location, notes, responses, metadata } = body;
  return {
    startMs: instantOf(start),
    attendee: toAttendee(attendee),
    ...(guests === undefined ? {} : { guests }),
    ...(location === undefined ? {} : { location: toLocation(location) }),
    ...(notes === undefined ? {} : { notes }),
    ...(responses === undefined ? {} : { responses }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** @throws ApiError `VALIDATION_ERROR` for a person of no service, or a service beside an event type. */
export function toTarget({ eventTypeId, serviceId, staffId, holdId, holdToken }: CreateBookingDto): BookingTarget {
  if (eventTypeId !== undefined && serviceId !== undefined) {
    throw invalidField('serviceId', 'cannot be given with an eventTypeId');
  }
  if (staffId !== undefined && serviceId === undefined) throw invalidField('staffId', 'needs a serviceId');
  return { eventTypeId, serviceId, staffId, holdId, holdToken };
}

export function toAttendee({ name, email, phoneNumber, timeZone, language }: AttendeeDto): BookingCommand['attendee'] {
  return {
    name,
    ...(email === undefined ? {} : { email }),
    ...(phoneNumber === undefined ? {} : { phoneNumber }),
    ...(timeZone === undefined ? {} : { timeZone: canonicalTimeZone(timeZone) }),
    ...(language === undefined ? {} : { language }),
  };
}

function toLocation({ type, value }: BookingLocationDto): BookingCommand['location'] {
  const takesValue = TYPES_WITH_VALUE.includes(type);
  if (takesValue && value === undefined) throw invalidField('location.value', `is required for ${type}`);
  if (!takesValue && value !== undefined) throw invalidField('location.value', `cannot be given for ${type}`);
  return { type, ...(value === undefined ? {} : { value }) };
}

/** @throws ApiError `VALIDATION_ERROR` for the token of no hold. */
export function toHoldProof({ holdId, holdToken }: BookingTarget, { isTrusted = false }: BookingCaller) {
  if (holdId === undefined && holdToken !== undefined) throw invalidField('holdId', 'is required with a holdToken');
  if (holdId === undefined) return undefined;
  const proof: HoldProof = { id: holdId.toLowerCase(), isTrusted };
  return holdToken === undefined ? proof : { ...proof, token: holdToken };
}

export function instantOf(checked: string): number {
  return parseInstant(checked) ?? Number.NaN;
}

/** Days are days of `timeZone`; `to` as a day includes the whole of it. */
export function toFilter(query: ListBookingsDto, timeZone: string): { filter: AppointmentFilter; limit: number } {
  const { status, from, to, eventTypeId, attendeeEmail, customerId, limit, cursor } = query;
  const filter: AppointmentFilter = {
    ...(status === undefined ? {} : { statuses: status.split(',') as AppointmentStatus[] }),
    ...(from === undefined ? {} : { fromMs: isCalendarDate(from) ? startOfDay(from, timeZone) : instantOf(from) }),
    ...(to === undefined ? {} : { toMs: isCalendarDate(to) ? endOfDay(to, timeZone) : instantOf(to) }),
    eventTypeId,
    attendeeEmail,
    customerId,
    ...(cursor === undefined ? {} : { after: decodeCursor(cursor) }),
  };
  return { filter, limit: limit === undefined ? PAGE_SIZE_DEFAULT : Number(limit) };
}
