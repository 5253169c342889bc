import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import type { EventTypeRecord } from '../event-types/event-types.service';
import { HostTimes } from './host-times.service';
import { ProviderSlots } from './provider-slots';
import { type Availability, type AvailabilityQuestion, SlotReads } from './slot-reads.service';

export type { Availability, AvailabilityQuestion } from './slot-reads.service';

/** Free times: what the provider offers, without what is claimed here. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly provider: ProviderSlots,
    private readonly times: HostTimes,
    private readonly reads: SlotReads,
  ) {}

  /**
   * Free times of a range by local day, as stored; the shape of `GET /api/availability`.
   *
   * @throws ApiError `VALIDATION_ERROR` for a range that is not one; the provider is not asked then.
   */
  async answer(companyId: string, question: AvailabilityQuestion, context?: CallContext): Promise<Availability> {
    return (await this.reads.answer(companyId, question, context)).body;
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
