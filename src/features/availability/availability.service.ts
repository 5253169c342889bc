import { Injectable } from '@nestjs/common';
import { formatInstant } from '../../foundation/time/instants';
import { canonicalTimeZone } from '../../foundation/time/zones';
import { Clock } from '../../foundation/time/clock';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import { CompaniesService } from '../companies/companies.service';
import { ConnectionsService } from '../companies/connections.service';
import { EventTypeRecord, EventTypesService } from '../event-types/event-types.service';
import { ProviderCalls } from '../event-types/provider-calls.service';
import { askedRange } from './asked-range';
import { groupByDay, LocalSlot } from './days';

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

/** Free times, straight from the provider. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly companies: CompaniesService,
    private readonly connections: ConnectionsService,
    private readonly eventTypes: EventTypesService,
    private readonly provider: ProviderCalls,
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
    const slots = await this.slots(eventType, fromMs, toMs, undefined, context);
    return { timeZone, fetchedAt, stale: false, days: groupByDay(slots, timeZone) };
  }

  /**
   * Free starts inside [fromMs, toMs) that are not past, ascending. A range that is over asks nobody.
   *
   * @param movingUid the provider's uid of a booking that is being moved and must not hide its own time
   */
  async slots(
    eventType: EventTypeRecord,
    fromMs: number,
    toMs: number,
    movingUid?: string,
    context?: CallContext,
  ): Promise<Slot[]> {
    const earliestMs = Math.max(fromMs, this.clock.now());
    if (toMs <= earliestMs) return [];
    const query = {
      eventTypeId: eventType.providerId,
      fromMs: earliestMs,
      toMs,
      lengthMinutes: eventType.lengthMinutes,
      gridTimeZone: await this.hostZone(eventType),
      ...(movingUid ? { movingBookingUid: movingUid } : {}),
    };
    return this.provider.run(eventType.connectionId, (provider) => provider.slots(query, context));
  }

  /** The provider's grid follows the zone it is asked in: always the host's, so that all callers see one grid. */
  private async hostZone({ companyId }: EventTypeRecord): Promise<string> {
    const { accountTimeZone } = await this.connections.forCompany(companyId);
    return accountTimeZone ?? (await this.companies.get(companyId)).timeZone;
  }

  private async zoneOf(companyId: string, asked: string | undefined): Promise<string> {
    return (asked && canonicalTimeZone(asked)) ?? (await this.companies.get(companyId)).timeZone;
  }
}
