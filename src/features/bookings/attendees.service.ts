import { Injectable } from '@nestjs/common';
import { CompaniesService } from '../companies/companies.service';
import type { BookingCommand } from './booking-command';
import { requiredE164 } from './customers/customers.service';

/** An attendee with what the company's own zone and country add. */
export type CompleteAttendee = BookingCommand['attendee'] & { timeZone: string };

/** Who is booked for. */
@Injectable()
export class Attendees {
  constructor(private readonly companies: CompaniesService) {}

  /**
   * @param field of the request in which the attendee stands.
   * @throws ApiError `VALIDATION_ERROR` for a number that is none.
   */
  async complete(companyId: string, attendee: BookingCommand['attendee'], field: string): Promise<CompleteAttendee> {
    const { timeZone, phoneNumber } = attendee;
    // Most requests need neither, and are spared the look.
    if (timeZone !== undefined && phoneNumber === undefined) return { ...attendee, timeZone };
    const company = await this.companies.get(companyId);
    const complete = { ...attendee, timeZone: timeZone ?? company.timeZone };
    if (phoneNumber === undefined) return complete;
    return { ...complete, phoneNumber: requiredE164(`${field}.phoneNumber`, phoneNumber, company.phoneCountry) };
  }
}
