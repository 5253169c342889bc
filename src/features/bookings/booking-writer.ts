import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../foundation/config/app-config';
import { Moment, sendAtOnce } from '../../scheduling/prepared-write';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { BookingRequest, ProviderBooking } from '../../scheduling/words';
import type { AppointmentEntity } from './appointment.entity';
import { AppointmentsRepository } from './appointments.repository';
import { plannedAppointment } from './planned-appointment';
import type { BookingWork } from './booking-command';
import { bookingView } from './booking-view';
import { type BookingAnswer, type Claim, IdempotencyService } from './idempotency.service';
import { ProviderCalls } from '../event-types/provider-calls.service';

interface Attempt {
  claim: Claim;
  id: string;
  ref: string;
}

/** The longest time after sending in which a request may still take effect at Cal.com; an assumption on the safe side. */
const SETTLE_SECONDS = 120;

/**
 * Writes a booking: first the record that a call may be in flight, then the call, then its outcome. No transaction is
 * open during the call, and an attempt is never sent twice: an unknown outcome is looked up by its ref.
 */
@Injectable()
export class BookingWriter {
  private readonly deploymentId: string;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly dataSource: DataSource,
    private readonly appointments: AppointmentsRepository,
    private readonly idempotency: IdempotencyService,
    private readonly calls: ProviderCalls,
  ) {
    this.deploymentId = config.get('deploymentId', { infer: true });
  }

  async write(work: BookingWork): Promise<BookingAnswer> {
    const id = randomUUID();
    const begun = await this.dataSource.transaction(async (manager) => {
      const claim = await this.idempotency.claim(manager, work.request, id);
      if ('replayed' in claim) return { answer: claim };
      const known = claim.resumed
        ? await this.appointments.find(work.request.companyId, claim.resourceId, manager)
        : undefined;
      if (known) return { claim, known };
      const attempt: Attempt = { claim, id: claim.resourceId, ref: randomUUID() };
      await this.appointments.insert(manager, plannedAppointment(work, attempt.id, attempt.ref));
      return { attempt };
    });
    if (begun.answer) return begun.answer;
    return begun.attempt ? this.attempt(work, begun.attempt) : this.resume(work, begun.claim, begun.known);
  }

  private async attempt(work: BookingWork, attempt: Attempt): Promise<BookingAnswer> {
    let booking: ProviderBooking | undefined;
    try {
      booking = await this.calls.run(work.eventType.connectionId, (provider) => this.send(provider, work, attempt));
    } catch (error) {
      // Only an error of the port's words proves that nothing was booked; any other one proves nothing.
      if (error instanceof SchedulingError && error.code !== 'OUTCOME_UNKNOWN') {
        await this.abandon(work, attempt, error);
        throw error;
      }
      booking = await this.lookUp(work, attempt.ref);
    }
    return booking ? this.complete(work, attempt, booking) : this.stillOpen(work, attempt.claim);
  }

  /**
   * Waits first, for permit and connection; then records that the call is in flight; then sends. What provably never
   * left is prepared and recorded once more.
   */
  private async send(provider: SchedulingProvider, work: BookingWork, attempt: Attempt): Promise<ProviderBooking> {
    const { companyId } = work.request;
    const context = { correlationId: work.caller.correlationId };
    return sendAtOnce(async () => {
      const prepared = await provider.prepare.book(this.bookingRequest(work, attempt.ref), context);
      const intentAt = new Moment();
      const isOurs = await this.appointments.beginAttempt(companyId, attempt.id, attempt.ref, attempt.ref);
      if (isOurs) {
        return { ...prepared, send: () => prepared.send(intentAt) };
      }
      prepared.release();
      // Somebody else goes on with this request: whether it booked is theirs to say.
      throw new SchedulingError('OUTCOME_UNKNOWN', 'another attempt has taken over');
    });
  }

  /** Goes on after a crash or an unknown outcome: looks, and books again only when nothing can arrive any more. */
  private async resume(work: BookingWork, claim: Claim, known: AppointmentEntity): Promise<BookingAnswer> {
    const { companyId, id } = known;
    const attempt: Attempt = { claim, id, ref: known.ref };
    if (known.status !== 'outcome_pending') {
      const view = bookingView(known, reference(work));
      return this.idempotency.finish(this.dataSource.manager, claim, 201, view);
    }
    // The clock is read before looking: an effect after an empty look must not be taken for impossible.
    const settled = (await this.appointments.attemptAgeSeconds(companyId, id)) > SETTLE_SECONDS;
    const search = await this.search(work, known.ref);
    if (search.found) return this.complete(work, attempt, search.found);
    if (!settled || !search.done) return this.stillOpen(work, claim);
    const ref = randomUUID();
    if (!(await this.appointments.beginAttempt(companyId, id, known.ref, ref))) return this.stillOpen(work, claim);
    return this.attempt(work, { claim, id, ref });
  }

  private async complete(work: BookingWork, attempt: Attempt, booking: ProviderBooking): Promise<BookingAnswer> {
    const { companyId } = work.request;
    const place = { companyId, connectionId: work.eventType.connectionId, id: attempt.id };
    return this.dataSource.transaction(async (manager) => {
      const row = await this.appointments.record(manager, place, booking);
      return this.idempotency.finish(manager, attempt.claim, 201, bookingView(row, reference(work)));
    });
  }

  /** 202: the booking may exist. The same key asks again; a webhook with the ref settles it too. */
  private async stillOpen(work: BookingWork, claim: Claim): Promise<BookingAnswer> {
    await this.idempotency.release(undefined, claim);
    const row = await this.appointments.find(work.request.companyId, claim.resourceId);
    if (!row) throw new SchedulingError('OUTCOME_UNKNOWN', 'the appointment is gone');
    const status = row.status === 'outcome_pending' ? 202 : 201;
    return { status, booking: bookingView(row, reference(work)), replayed: false };
  }

  /** Nothing was booked: the record goes, and a final refusal becomes the key's answer. */
  private async abandon(work: BookingWork, attempt: Attempt, error: SchedulingError): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.appointments.removeAttempt(manager, work.request.companyId, attempt.id, attempt.ref);
      if (work.caller.derivedKey) await this.idempotency.release(manager, attempt.claim);
      else await this.idempotency.fail(manager, attempt.claim, error);
    });
  }

  private async lookUp(work: BookingWork, ref: string): Promise<ProviderBooking | undefined> {
    return (await this.search(work, ref)).found;
  }

  /** `done` is false when the provider could not be asked: then an empty result says nothing. */
  private async search(work: BookingWork, ref: string): Promise<{ done: boolean; found?: ProviderBooking }> {
    const { eventType, command, caller } = work;
    const search = {
      eventTypeId: eventType.providerId,
      attendeeEmail: command.attendee.email,
      afterStartMs: command.startMs,
      beforeEndMs: command.startMs + eventType.lengthMinutes * 60_000,
    };
    try {
      const context = { correlationId: caller.correlationId };
      const found = await this.calls.run(eventType.connectionId, (at) => at.findByRef(ref, search, context));
      return { done: true, found };
    } catch (error) {
      // A refusal of the look-up refuses nothing of the booking.
      if (error instanceof SchedulingError) return { done: false };
      throw error;
    }
  }

  private bookingRequest({ command, eventType }: BookingWork, ref: string): BookingRequest {
    return { ...command, eventTypeId: eventType.providerId, ref, deploymentId: this.deploymentId };
  }
}

function reference({ eventType }: BookingWork) {
  return { id: eventType.id, title: eventType.title, providerId: eventType.providerId };
}
