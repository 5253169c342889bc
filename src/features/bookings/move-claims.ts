import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { ExplainService } from '../availability/explain/explain.service';
import { HostTimes, TimeClaimed } from '../availability/claims/host-times.service';
import { type EventTypeRecord, EventTypesService } from '../event-types/event-types.service';
import type { AppointmentEntity } from './appointment.entity';
import { failedWith } from './failures';

/** Longer than a move with a lost answer and its look; only what a process left that died is freed by this. */
const KEPT_MS = 60_000;

/** The time that a booking is being moved to is its own while the call is in flight. */
@Injectable()
export class MoveClaims {
  constructor(
    private readonly dataSource: DataSource,
    private readonly times: HostTimes,
    private readonly eventTypes: EventTypesService,
    private readonly explanations: ExplainService,
  ) {}

  /**
   * Runs a move under a claim on the new time of the booking's hosts. Its old time is no obstacle.
   *
   * @throws ApiError `SLOT_UNAVAILABLE` with its reasons: `CLAIMED` when somebody else holds it or is booking it, and
   *   `move` was not run; else the provider's, when it refused the time.
   */
  async during<T>(row: AppointmentEntity, startMs: number, move: () => Promise<T>): Promise<T> {
    const eventType = await this.typeOf(row);
    if (!eventType) return move();
    const wanted = await this.times.wantedByHosts(eventType, row.hosts, startMs);
    const claimant = { changeOf: row.id, expiresAtMs: Date.now() + KEPT_MS };
    try {
      await this.dataSource.transaction((manager) => this.times.claim(manager, row.companyId, claimant, wanted));
    } catch (error) {
      if (!(error instanceof TimeClaimed)) throw error;
      const details = await this.refusal('CLAIMED', eventType, row, startMs);
      throw new ApiError('SLOT_UNAVAILABLE', { details, headers: { 'retry-after': '5' }, cause: error });
    }
    try {
      return await move();
    } catch (error) {
      if (!failedWith(error, 'SLOT_UNAVAILABLE')) throw error;
      throw await this.explained(error, eventType, row, startMs);
    } finally {
      await this.times.releaseMove(this.dataSource.manager, row.id);
    }
  }

  private async explained(
    error: SchedulingError,
    eventType: EventTypeRecord,
    row: AppointmentEntity,
    startMs: number,
  ): Promise<Error> {
    const { reason } = error.details;
    if (reason === undefined) return error;
    const details = await this.refusal(reason, eventType, row, startMs);
    return new ApiError('SLOT_UNAVAILABLE', { details, cause: error });
  }

  /** Only the company itself moves bookings. */
  private async refusal(reason: string, eventType: EventTypeRecord, { id }: AppointmentEntity, startMs: number) {
    const refused = { eventType, startMs, ownId: id, isTrusted: true };
    return { reason, reasons: await this.explanations.refused(reason, refused) };
  }

  /** Undefined for a type that is not mirrored here, or not any more: then nothing of ours books its hosts. */
  private async typeOf({ companyId, eventTypeId }: AppointmentEntity): Promise<EventTypeRecord | undefined> {
    if (eventTypeId === null) return undefined;
    try {
      return await this.eventTypes.find(companyId, eventTypeId);
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }
}
