import { Injectable } from '@nestjs/common';
import { Clock } from '../../../foundation/time/clock';
import type { CallContext } from '../../../scheduling/call-context';
import type { Slot } from '../../../scheduling/words';
import { CompaniesService } from '../../companies/companies.service';
import { ConnectionsService } from '../../companies/connections.service';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import type { SoldType } from './sold-type';

/** Longer than a permit and a call of the background last. A call for the store is no single reader's to end. */
const STORE_PATIENCE_MS = 60_000;

/** Free times, straight from the provider. */
@Injectable()
export class ProviderSlots {
  constructor(
    private readonly companies: CompaniesService,
    private readonly connections: ConnectionsService,
    private readonly provider: ProviderCalls,
    private readonly clock: Clock,
  ) {}

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

  /** Free starts inside [fromMs, toMs), for the store: whoever reads them, the call is ended by its own time alone. */
  async startsFor(
    { eventType, gridTimeZone }: SoldType,
    fromMs: number,
    toMs: number,
    context: CallContext,
  ): Promise<number[]> {
    const { providerId, lengthMinutes, connectionId } = eventType;
    const query = { eventTypeId: providerId, fromMs, toMs, lengthMinutes, gridTimeZone };
    const own = { ...context, signal: AbortSignal.timeout(STORE_PATIENCE_MS) };
    const slots = await this.provider.run(connectionId, (provider) => provider.slots(query, own));
    return slots.map(({ startMs }) => startMs);
  }

  /** The provider's grid follows the zone it is asked in: always the host's, so that all callers see one grid. */
  private async hostZone({ companyId }: EventTypeRecord): Promise<string> {
    const { accountTimeZone } = await this.connections.forCompany(companyId);
    return accountTimeZone ?? (await this.companies.get(companyId)).timeZone;
  }
}
