import { Injectable } from '@nestjs/common';
import type { IdempotentRequest } from '../../foundation/idempotency/idempotency.repository';
import { Attendees } from './attendees.service';
import { AppointmentsRepository } from './appointments.repository';
import { BookedTypes, isClaimed } from './booked-types';
import type { BookingCaller, BookingCommand, BookingTarget, BookingWork } from './booking-command';
import { toHoldProof } from './booking-input';
import { BookingWriter } from './booking-writer';
import { type BookingAnswer, IdempotencyService, type Recalled } from './idempotency.service';

/** Takes a booking request in: answers a repeat from the store, otherwise finds out what is to be booked. */
@Injectable()
export class BookingIntake {
  constructor(
    private readonly attendees: Attendees,
    private readonly types: BookedTypes,
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
    const types = await this.types.find(companyId, target, command, caller);
    const complete = { ...command, attendee: await this.attendees.complete(companyId, command.attendee, 'attendee') };
    const work = { request, caller, command: complete, ...(hold ? { hold } : {}) };
    return this.first(
      types.map((type) => ({ ...work, ...type })),
      recalled,
    );
  }

  /** Whoever of a service's staff was free and is claimed by now is passed over: nothing was begun. */
  private async first([work, ...others]: BookingWork[], recalled: Recalled | undefined): Promise<BookingAnswer> {
    try {
      return await this.writer.write(work!, recalled);
    } catch (error) {
      if (!isClaimed(error)) throw error;
      if (others.length > 0) return this.first(others, recalled);
      // Without a key of the caller's own a time that is free again may be asked for again.
      if (work!.caller.derivedKey) throw error;
      return this.idempotency.refuse(work!.request, error, recalled?.sagaId ?? null);
    }
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
