import { Injectable } from '@nestjs/common';
import { formatInstant } from '../../foundation/time/instants';
import { canonicalTimeZone } from '../../foundation/time/zones';
import { Clock } from '../../foundation/time/clock';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import { CompaniesService } from '../companies/companies.service';
import { EventTypeRecord, EventTypesService } from '../event-types/event-types.service';
import { askedRange } from './asked-range';
import { groupByDay, LocalSlot } from './days';
import { HostTimes } from './host-times.service';
import { ProviderSlots } from './provider-slots';

export interface AvailabilityQuestion {
  eventTypeId: string;
  start: string;
  end: string;
  timeZone?: string;
}

export interface Availability {
  timeZone: string;
  fetchedAt: string;
  stale: boolean;
  days: Record<string, LocalSlot[]>;
}

/** Free times: what the provider offers, without what is claimed here. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly companies: CompaniesService,
    private readonly eventTypes: EventTypesService,
    private readonly provider: ProviderSlots,
    private readonly times: HostTimes,
    private readonly clock: Clock,
  ) {}

  /**
   * Free times of a range by local day; the shape of `GET /api/availability`.
   *
   * @throws ApiError `VALIDATION_ERROR` for a range that is not one; the provider is not asked then.
   */
  async answer(companyId: string, question: AvailabilityQuestion, context?: CallContext): Promise<Availability> {
    const timeZone = await this.zoneOf(companyId, question.timeZone);
    const { fromMs, toMs } = askedRange(question.start, question.end, timeZone);
    const eventType = await this.eventTypes.find(companyId, question.eventTypeId.toLowerCase());
    const fetchedAt = formatInstant(this.clock.now());
    const slots = await this.unclaimed(eventType, fromMs, toMs, context);
    return { timeZone, fetchedAt, stale: false, days: groupByDay(slots, timeZone) };
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

  private async zoneOf(companyId: string, asked: string | undefined): Promise<string> {
    return (asked && canonicalTimeZone(asked)) ?? (await this.companies.get(companyId)).timeZone;
  }
}
