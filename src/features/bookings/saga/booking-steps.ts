import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../../foundation/config/app-config';
import type { CallContext } from '../../../scheduling/call-context';
import { type Moment, type PreparedWrite, sendAtOnce } from '../../../scheduling/prepared-write';
import type { BookingRequest, BookingSearch, ProviderBooking } from '../../../scheduling/words';
import { HostTimes, type TimeClaim } from '../../availability/host-times.service';
import { EventTypesService } from '../../event-types/event-types.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import type { Saga, StepPlan } from './saga';

/** Hosts' keys are refused without a reason. */
const COMPENSATION_REASON = 'Could not be booked';
/** Longer than any call: a saga is nobody's request, so no request's deadline may end its calls. */
const PATIENCE_MS = 60_000;

/** What the steps of a saga mean at the provider. Every method throws SchedulingError of the port. */
@Injectable()
export class BookingSteps {
  /** For so long a call without an answer may still take effect. */
  readonly settleMs: number;
  private readonly deploymentId: string;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly calls: ProviderCalls,
    private readonly eventTypes: EventTypesService,
    private readonly times: HostTimes,
  ) {
    this.settleMs = config.get('bookings', { infer: true }).settleMs;
    this.deploymentId = config.get('deploymentId', { infer: true });
  }

  /** A new attempt of a step, under a ref of its own. */
  async prepare(saga: Saga, step: number): Promise<PreparedWrite<ProviderBooking>> {
    const plan = { ...saga.plan[step]!, ref: randomUUID() };
    saga.plan[step] = plan;
    const request = this.requestOf(saga, plan);
    return this.calls.run(saga.connectionId, (at) => at.prepare.book(request, contextOf(saga)));
  }

  async send(saga: Saga, prepared: PreparedWrite<ProviderBooking>, intentAt: Moment): Promise<ProviderBooking> {
    return this.calls.watch(saga.connectionId, prepared.send(intentAt));
  }

  /** The booking that the step's attempt made, if it is there. */
  async find(saga: Saga, step: number): Promise<ProviderBooking | undefined> {
    const plan = saga.plan[step]!;
    const search = this.searchOf(saga, plan);
    return this.calls.run(saga.connectionId, (at) => at.findByRef(plan.ref, search, contextOf(saga)));
  }

  /** The times of the hosts whom the booking names, where only it can. */
  async namedBy(saga: Saga, step: number, booking: ProviderBooking): Promise<TimeClaim[]> {
    const { eventTypeId } = saga.plan[step]!;
    const eventType = saga.eventTypes?.[eventTypeId] ?? (await this.eventTypes.find(saga.companyId, eventTypeId));
    return this.times.wantedByAnswer(eventType, booking);
  }

  /** Done also when the booking is cancelled already, or gone. */
  async cancel(saga: Saga, step: number): Promise<void> {
    const { uid } = saga.state.steps[step]!;
    if (uid === undefined) throw new Error('a booked step has a uid');
    const cancelling = this.calls.run(saga.connectionId, (at) =>
      sendAtOnce(() => at.prepare.cancel(uid, COMPENSATION_REASON, contextOf(saga))),
    );
    await cancelling.catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }

  /** A booked step as the provider has it. */
  async read(saga: Saga, step: number): Promise<ProviderBooking> {
    const { uid } = saga.state.steps[step]!;
    if (uid === undefined) throw new Error('a booked step has a uid');
    return this.calls.run(saga.connectionId, (at) => at.getBooking(uid, contextOf(saga)));
  }

  private requestOf({ input }: Saga, plan: StepPlan): BookingRequest {
    return {
      ...input.command,
      startMs: plan.startMs,
      eventTypeId: input.eventTypes[plan.eventTypeId]!.providerId,
      ref: plan.ref,
      deploymentId: this.deploymentId,
    };
  }

  private searchOf({ input }: Saga, plan: StepPlan): BookingSearch {
    return {
      eventTypeId: input.eventTypes[plan.eventTypeId]!.providerId,
      attendeeEmail: input.command.attendee.email,
      afterStartMs: plan.startMs,
      beforeEndMs: plan.endMs,
    };
  }
}

function contextOf({ correlationId }: Saga): CallContext {
  return { signal: AbortSignal.timeout(PATIENCE_MS), ...(correlationId ? { correlationId } : {}) };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'BOOKING_NOT_FOUND';
}
