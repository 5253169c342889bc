import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { ApiError } from '../../../foundation/errors/api-error';
import { formatInstant } from '../../../foundation/time/instants';
import type { CallContext } from '../../../scheduling/call-context';
import { sendAtOnce } from '../../../scheduling/prepared-write';
import type { SchedulingError } from '../../../scheduling/scheduling-error';
import type { Reservation, Slot } from '../../../scheduling/words';
import { AvailabilityService } from '../../availability/availability.service';
import { ExplainService } from '../../availability/explain/explain.service';
import { ConnectionsService } from '../../companies/connections.service';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import { failedWith } from '../failures';

const DAY_MS = 86_400_000;
/** As for refused bookings: one call answers whether the start is free, and what is free around it. */
const BEFORE_MS = DAY_MS;
const AFTER_MS = 7 * DAY_MS;
const ALTERNATIVES = 3;

/** A start that is to be held, and by whom. */
export interface WantedStart {
  holdId: string;
  eventType: EventTypeRecord;
  startMs: number;
  isTrusted: boolean;
}

/** A start at the provider: whether it is free, and reserving it. */
@Injectable()
export class HoldPlaces {
  constructor(
    private readonly availability: AvailabilityService,
    private readonly connections: ConnectionsService,
    private readonly calls: ProviderCalls,
    private readonly explanations: ExplainService,
    private readonly logger: PinoLogger,
  ) {}

  /**
   * Asks the provider now.
   *
   * @throws ApiError `SLOT_UNAVAILABLE` (`NOT_OFFERED`) with its reasons, and up to three free times near it, nearest
   *   first.
   * @throws SchedulingError of every read.
   */
  async assertFree(wanted: WantedStart, zone: string, context: CallContext): Promise<void> {
    const { eventType, startMs } = wanted;
    const range = [startMs - BEFORE_MS, startMs + AFTER_MS] as const;
    const slots = await this.availability.slots(eventType, ...range, undefined, context);
    if (slots.some((slot) => slot.startMs === startMs)) return;
    const alternatives = nearest(slots, startMs).map((slot) => ({
      start: formatInstant(slot.startMs, zone),
      end: formatInstant(slot.endMs, zone),
    }));
    const reasons = await this.reasons('NOT_OFFERED', wanted);
    throw new ApiError('SLOT_UNAVAILABLE', { details: { reason: 'NOT_OFFERED', reasons, alternatives } });
  }

  /**
   * Reserves where the provider can. Undefined where it cannot, will not for this type, or has not said: our claim does
   * without.
   *
   * @throws ApiError `SLOT_UNAVAILABLE` with its reasons.
   * @throws SchedulingError when nothing could be sent.
   */
  async reserve(wanted: WantedStart, seconds: number, context: CallContext): Promise<Reservation | undefined> {
    const { eventType, startMs } = wanted;
    const connection = await this.connections.byId(eventType.connectionId);
    if (!connection?.capabilities?.holds) return undefined;
    // Whole minutes at the provider, and not shorter than ours; what is left over is ended when the hold ends.
    const request = { eventTypeId: eventType.providerId, startMs, keptMinutes: Math.ceil(seconds / 60) };
    try {
      return await this.calls.run(connection.id, (at) => sendAtOnce(() => at.prepare.reserve(request, context)));
    } catch (error) {
      if (failedWith(error, 'SLOT_UNAVAILABLE')) throw await this.taken(error, wanted);
      // A lost answer may have reserved it. It ends by itself, and giving up now would hide the start from this caller.
      if (!failedWith(error, 'OUTCOME_UNKNOWN', 'REFUSED', 'UNSUPPORTED')) throw error;
      this.logger.info({ err: error, eventTypeId: eventType.id }, 'held without a reservation');
      return undefined;
    }
  }

  private async taken(error: SchedulingError, wanted: WantedStart): Promise<ApiError> {
    const { reason = 'HOST_BUSY' } = error.details;
    const details = { reason, reasons: await this.reasons(reason, wanted) };
    return new ApiError('SLOT_UNAVAILABLE', { details, cause: error });
  }

  private reasons(refusal: string, { holdId: ownId, eventType, startMs, isTrusted }: WantedStart) {
    return this.explanations.refused(refusal, { eventType, startMs, isTrusted, ownId });
  }
}

function nearest(slots: readonly Slot[], startMs: number): Slot[] {
  const distance = (slot: Slot): number => Math.abs(slot.startMs - startMs);
  return [...slots].sort((a, b) => distance(a) - distance(b)).slice(0, ALTERNATIVES);
}
