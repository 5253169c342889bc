import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import type { EventTypeRecord } from '../event-types/event-types.service';
import type { AskedFor } from './asked-types';
import { HostTimes } from './claims/host-times.service';
import { ProviderSlots } from './store/provider-slots';
import { ReadMeter } from './store/read-meter.service';
import { type Availability, type AvailabilityQuestion, SlotReads } from './store/slot-reads.service';
import type { OfferedSlot } from './union';

export type { Availability, AvailabilityQuestion } from './store/slot-reads.service';

/** Free times: what the provider offers, without what is claimed here. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly provider: ProviderSlots,
    private readonly times: HostTimes,
    private readonly reads: SlotReads,
    private readonly meter: ReadMeter,
  ) {}

  /**
   * Free times of a range by local day, as stored; the shape of `GET /api/availability`.
   *
   * @param reply that this is for: where it comes from memory, one in a hundred is written to the request log.
   * @throws ApiError `VALIDATION_ERROR` for a range that is not one; the provider is not asked then.
   */
  async answer(companyId: string, question: AvailabilityQuestion, reply: FastifyReply): Promise<Availability> {
    const { body, outcome } = await this.reads.answer(companyId, question);
    this.meter.sample(reply, outcome);
    return body;
  }

  /**
   * Free starts inside [fromMs, toMs) of an event type or a simple service, as stored, ascending; of a service with who is
   * free. At most one call for each event type.
   *
   * @throws ApiError and SchedulingError as {@link SlotReads.answer}
   */
  offered(
    companyId: string,
    wanted: AskedFor,
    fromMs: number,
    toMs: number,
    context?: CallContext,
  ): Promise<OfferedSlot[]> {
    return this.reads.offered(companyId, wanted, fromMs, toMs, context);
  }

  /** Free starts inside [fromMs, toMs) that nobody holds or is booking, ascending, asked for now. */
  async unclaimed(eventType: EventTypeRecord, fromMs: number, toMs: number, context?: CallContext): Promise<Slot[]> {
    const isUnclaimed = await this.times.unclaimed(eventType, fromMs, toMs);
    return (await this.slots(eventType, fromMs, toMs, undefined, context)).filter(isUnclaimed);
  }

  /**
   * As the provider has them, claimed here or not: free starts inside [fromMs, toMs) that are not past, ascending. A
   * range that is over asks nobody.
   *
   * @param movingUid the provider's uid of a booking that is being moved and must not hide its own time
   */
  slots(
    eventType: EventTypeRecord,
    fromMs: number,
    toMs: number,
    movingUid?: string,
    context?: CallContext,
  ): Promise<Slot[]> {
    return this.provider.slots(eventType, fromMs, toMs, movingUid, context);
  }
}
