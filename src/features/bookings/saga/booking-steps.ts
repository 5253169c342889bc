import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../../foundation/config/app-config';
import type { CallContext } from '../../../scheduling/call-context';
import { type Moment, type PreparedWrite, sendAtOnce } from '../../../scheduling/prepared-write';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { SchedulingProvider } from '../../../scheduling/provider-port';
import type { BookingRequest, BookingSearch, ProviderBooking } from '../../../scheduling/words';
import { HostTimes, type TimeClaim } from '../../availability/claims/host-times.service';
import { EventTypesService } from '../../event-types/event-types.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import type { Saga, StepPlan } from './saga';

/** Hosts' keys are refused without a reason. */
const COMPENSATION_REASON = 'Could not be booked';
/** Longer than any call: a saga is nobody's request, so no request's deadline may end its calls. */
const PATIENCE_MS = 60_000;
const MINUTE_MS = 60_000;
/** A host who moves a booking more often meanwhile is answered by the next try. */
const MOVES_MAX = 5;

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

  /** A new attempt of a step, under a ref of its own. A booking that is moved keeps the ref it was made with. */
  async prepare(saga: Saga, step: number): Promise<PreparedWrite<ProviderBooking>> {
    const former = saga.plan[step]!;
    const attempt = former.attempt + 1;
    const plan = former.moves ? { ...former, attempt } : { ...former, attempt, ref: randomUUID() };
    saga.plan[step] = plan;
    const { moves, startMs } = plan;
    return this.calls.run(saga.connectionId, (at) =>
      moves
        ? at.prepare.reschedule({ uid: moves.uid, startMs, ...reasonOf(saga) }, contextOf(saga))
        : at.prepare.book(this.requestOf(saga, plan), contextOf(saga)),
    );
  }

  async send(saga: Saga, prepared: PreparedWrite<ProviderBooking>, intentAt: Moment): Promise<ProviderBooking> {
    return this.calls.watch(saga.connectionId, prepared.send(intentAt));
  }

  /**
   * The booking that the step's attempt made, if it is there. One that is known, and was cancelled, is there only if it
   * came back to life.
   */
  async find(saga: Saga, step: number): Promise<ProviderBooking | undefined> {
    const { moves, ref, startMs } = saga.plan[step]!;
    if (moves) return this.successorAt(saga, step, moves.uid, startMs);
    if (saga.state.steps[step]!.uid !== undefined) return this.revived(saga, step);
    const search = this.searchOf(saga, saga.plan[step]!);
    return this.calls.run(saga.connectionId, (at) => at.findByRef(ref, search, contextOf(saga)));
  }

  /** The times of the hosts whom the booking names, where only it can. */
  async namedBy(saga: Saga, step: number, booking: ProviderBooking): Promise<TimeClaim[]> {
    const { eventTypeId } = saga.plan[step]!;
    const eventType = saga.eventTypes?.[eventTypeId] ?? (await this.eventTypes.find(saga.companyId, eventTypeId));
    return this.times.wantedByAnswer(eventType, booking);
  }

  /** The host's yes to a booking that awaits it. */
  prepareConfirmation(saga: Saga, step: number): Promise<PreparedWrite<ProviderBooking>> {
    const uid = uidOf(saga, step);
    return this.calls.run(saga.connectionId, (at) => at.prepare.confirm(uid, contextOf(saga)));
  }

  /**
   * Done also when the booking is cancelled already, or gone. Read again afterwards, because "cancelled already" is also
   * what the provider says of a booking that its host has moved: then the one that it was moved to is cancelled.
   */
  async cancel(saga: Saga, step: number): Promise<void> {
    let uid: string | undefined = uidOf(saga, step);
    for (let moves = 0; uid !== undefined && moves < MOVES_MAX; moves++) uid = await this.cancelOnce(saga, uid);
    if (uid !== undefined) throw new SchedulingError('OUTCOME_UNKNOWN', 'moved faster than it can be cancelled');
  }

  /** @returns where the booking was moved to, which is to be cancelled as well. */
  private async cancelOnce(saga: Saga, uid: string): Promise<string | undefined> {
    const reason = saga.input.reason ?? COMPENSATION_REASON;
    const now = await this.calls
      .run(saga.connectionId, async (at) => {
        await sendAtOnce(() => at.prepare.cancel(uid, reason, contextOf(saga)));
        return at.getBooking(uid, contextOf(saga));
      })
      .catch(undefinedIfGone);
    return now?.rescheduledToUid;
  }

  /** Back to where the booking was before this saga moved it. */
  prepareReturn(saga: Saga, step: number): Promise<PreparedWrite<ProviderBooking>> {
    const request = { uid: uidOf(saga, step), startMs: formerStartOf(saga, step), reason: COMPENSATION_REASON };
    return this.calls.run(saga.connectionId, (at) => at.prepare.reschedule(request, contextOf(saga)));
  }

  /** The booking that a moved one was moved back to, if it is there. */
  findReturned(saga: Saga, step: number): Promise<ProviderBooking | undefined> {
    return this.successorAt(saga, step, uidOf(saga, step), formerStartOf(saga, step));
  }

  /** A booked step as the provider has it. */
  async read(saga: Saga, step: number): Promise<ProviderBooking> {
    const uid = uidOf(saga, step);
    return this.calls.run(saga.connectionId, (at) => at.getBooking(uid, contextOf(saga)));
  }

  /** Where a booking was moved to, if that is this start: somebody else may have moved it elsewhere. */
  private successorAt(saga: Saga, step: number, uid: string, startMs: number): Promise<ProviderBooking | undefined> {
    return this.calls.run(saga.connectionId, async (at) => {
      const former = await at.getBooking(uid, contextOf(saga)).catch(undefinedIfGone);
      if (former?.status !== 'cancelled') return undefined;
      if (former.rescheduledToUid === undefined) return this.successorAmong(at, saga, step, { uid, startMs });
      const successor = await at.getBooking(former.rescheduledToUid, contextOf(saga));
      return successor.startMs === startMs ? successor : undefined;
    });
  }

  /** Older servers do not say where a booking was moved to. Its ref names the first one of the chain alone. */
  private async successorAmong(
    at: SchedulingProvider,
    saga: Saga,
    step: number,
    { uid, startMs }: { uid: string; startMs: number },
  ): Promise<ProviderBooking | undefined> {
    const plan = saga.plan[step]!;
    const moved = { ...plan, startMs, endMs: startMs + plan.endMs - plan.startMs };
    const { eventTypeId, ...search } = this.searchOf(saga, moved);
    const eventTypeIds = eventTypeId === undefined ? {} : { eventTypeIds: [eventTypeId] };
    const filter = {
      ...search,
      ...eventTypeIds,
      afterStartMs: startMs - MINUTE_MS,
      beforeEndMs: moved.endMs + MINUTE_MS,
    };
    const { items } = await at.listBookings(filter, {}, contextOf(saga));
    return items.find((booking) => booking.rescheduledFromUid === uid && booking.startMs === startMs);
  }

  private async revived(saga: Saga, step: number): Promise<ProviderBooking | undefined> {
    const booking = await this.read(saga, step).catch(undefinedIfGone);
    return booking?.status === 'accepted' || booking?.status === 'pending' ? booking : undefined;
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

function reasonOf({ input: { reason } }: Saga): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

function uidOf({ state }: Saga, step: number): string {
  const { uid } = state.steps[step]!;
  if (uid === undefined) throw new Error('a booked step has a uid');
  return uid;
}

function formerStartOf({ plan }: Saga, step: number): number {
  const { moves } = plan[step]!;
  if (!moves) throw new Error('only what was moved can be moved back');
  return moves.startMs;
}

function contextOf({ correlationId }: Saga): CallContext {
  return { signal: AbortSignal.timeout(PATIENCE_MS), ...(correlationId ? { correlationId } : {}) };
}

function undefinedIfGone(error: unknown): undefined {
  if (error instanceof SchedulingError && error.code === 'BOOKING_NOT_FOUND') return undefined;
  throw error;
}
