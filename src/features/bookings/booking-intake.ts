import { Injectable } from '@nestjs/common';
import type { IdempotentRequest } from '../../foundation/idempotency/idempotency.repository';
import { EventTypesService } from '../event-types/event-types.service';
import { Attendees } from './attendees.service';
import { AppointmentsRepository } from './appointments.repository';
import type { BookingCaller, BookingCommand, BookingTarget } from './booking-command';
import { toHoldProof } from './booking-input';
import { BookingWriter } from './booking-writer';
import { type BookingAnswer, IdempotencyService, type Recalled } from './idempotency.service';

/** Takes a booking request in: answers a repeat from the store, otherwise finds out what is to be booked. */
@Injectable()
export class BookingIntake {
  constructor(
    private readonly attendees: Attendees,
    private readonly eventTypes: EventTypesService,
    private readonly appointments: AppointmentsRepository,
    private readonly idempotency: IdempotencyService,
    private readonly writer: BookingWriter,
  ) {}

  async book(
    companyId: string,
    target: BookingTarget,
    command: BookingCommand,
    caller: BookingCaller,
  ): Promise<BookingAnswer> {
    const { route, idempotencyKey: key, fingerprint } = caller;
    const hold = toHoldProof(target, caller);
    const request: IdempotentRequest = { companyId, route, key, fingerprint };
    const recalled = await this.recall(request, command, caller);
    if (recalled?.answer) return recalled.answer;
    // An unknown type is not kept with the key: nothing was begun, and asking again costs nothing.
    const eventType = await this.eventTypes.find(companyId, target.eventTypeId);
    const complete = { ...command, attendee: await this.attendees.complete(companyId, command.attendee, 'attendee') };
    return this.writer.write({ request, caller, command: complete, eventType, ...(hold ? { hold } : {}) }, recalled);
  }

  private async recall(
    request: IdempotentRequest,
    command: BookingCommand,
    caller: BookingCaller,
  ): Promise<Recalled | undefined> {
    const known = await this.idempotency.recall(request);
    if (!known?.answer || !caller.derivedKey) return known;
    const row = await this.appointments.find(request.companyId, known.resourceId);
    const over = row === undefined || row.status === 'cancelled' || row.status === 'rejected';
    if (!over && row.startsAt.getTime() === command.startMs) return known;
    await this.idempotency.forget(request, known.resourceId);
    return undefined;
  }
}
