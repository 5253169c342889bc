import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../../foundation/config/app-config';
import { ApiError } from '../../../foundation/errors/api-error';
import { failpoint } from '../../../foundation/failpoints/failpoints';
import { TimeClaimed } from '../../availability/claims/host-times.service';
import { AppointmentsRepository } from '../appointments.repository';
import type { BookingWork } from '../booking-command';
import { HoldTaking } from '../holds/hold-taking';
import { IdempotencyService, type Recalled } from '../idempotency.service';
import { plannedAppointment } from '../planned-appointment';
import type { Saga } from './saga';
import { type NewSaga, SagasRepository } from './sagas.repository';

/** What serving a request takes beyond waiting for its outcome. */
const SERVING_MARGIN_MS = 5_000;
/** How often somebody looks who waits for the turn of an event type. */
const TURN_LOOK_MS = 150;

/** Begins booking sagas: nothing is asked of the provider before all of it is written. */
@Injectable()
export class BookingBeginning {
  private readonly deadlineMs: number;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly sagas: SagasRepository,
    private readonly appointments: AppointmentsRepository,
    private readonly idempotency: IdempotencyService,
    private readonly times: HoldTaking,
  ) {
    this.deadlineMs = config.get('bookings', { infer: true }).deadlineMs;
  }

  /**
   * @param recalled the same request, whose saga came to nothing; its permanent id stays.
   * @throws ApiError `SLOT_UNAVAILABLE` (`CLAIMED`) when somebody else's booking or hold has the host's time,
   *   `IDEMPOTENCY_KEY_IN_USE` when another request with the key was quicker, `NOT_FOUND`, `CONFLICT` or
   *   `VALIDATION_ERROR` for a hold that cannot be taken: nothing was written.
   */
  async begin(work: BookingWork, recalled?: Recalled): Promise<Saga> {
    const untilMs = performance.now() + work.caller.waitMs;
    for (;;) {
      try {
        const saga = await this.write(work, recalled);
        failpoint('begun');
        return saga;
      } catch (error) {
        if (!(error instanceof TimeClaimed)) throw error;
        if (!error.isTurn) throw new ApiError('SLOT_UNAVAILABLE', { details: { reason: 'CLAIMED' }, cause: error });
        if (performance.now() > untilMs) throw inTurn(error);
        await pause(TURN_LOOK_MS);
      }
    }
  }

  private async write(work: BookingWork, recalled: Recalled | undefined): Promise<Saga> {
    const { request, caller } = work;
    const appointmentId = recalled?.resourceId ?? randomUUID();
    const saga = newSaga(work, appointmentId, this.deadlineMs);
    const wanted = await this.times.wantedBy(work);
    return this.sagas.transaction(async (manager) => {
      const begun = await this.sagas.create(manager, saga);
      await this.idempotency.begin(manager, request, {
        sagaId: saga.id,
        replacing: recalled?.sagaId ?? null,
        resourceId: appointmentId,
        servedSeconds: (caller.waitMs + SERVING_MARGIN_MS) / 1000,
      });
      await this.times.claim(manager, saga, work, wanted, recalled?.sagaId ?? undefined);
      await this.appointments.insert(manager, plannedAppointment(work, appointmentId, saga.plan[0]!.ref), {
        isTrusted: caller.isTrusted,
      });
      return begun;
    });
  }
}

function newSaga(
  { request, caller, command, eventType }: BookingWork,
  appointmentId: string,
  deadlineMs: number,
): NewSaga {
  const { id, providerId, title, connectionId, lengthMinutes } = eventType;
  const endMs = command.startMs + lengthMinutes * 60_000;
  return {
    id: randomUUID(),
    kind: 'booking',
    companyId: request.companyId,
    connectionId,
    deadlineMs,
    input: {
      command,
      eventTypes: { [id]: { providerId, title } },
      ...(caller.derivedKey ? { derivedKey: true } : {}),
    },
    plan: [{ appointmentId, eventTypeId: id, ref: randomUUID(), startMs: command.startMs, endMs, attempt: 0 }],
    eventTypes: { [id]: eventType },
    ...(caller.correlationId ? { correlationId: caller.correlationId } : {}),
  };
}

/** Bookings of one round-robin, collective or seated type are made one after another. */
function inTurn(cause: Error): ApiError {
  return new ApiError('CONFLICT', {
    details: { reason: 'BOOKING_IN_PROGRESS' },
    headers: { 'retry-after': '2' },
    cause,
  });
}
