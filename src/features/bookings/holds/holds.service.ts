import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { randomSecret, sha256 } from '../../../foundation/crypto/digests';
import { ApiError } from '../../../foundation/errors/api-error';
import { CompaniesService } from '../../companies/companies.service';
import { type EventTypeRecord, EventTypesService } from '../../event-types/event-types.service';
import type { Hold, NewHold } from './hold';
import type { HoldCaller } from './hold-caller';
import { HoldLedger } from './hold-ledger';
import { HoldPlaces } from './hold-places';
import { shown } from './hold-taking';
import { type HoldView, holdView, type MadeHoldView } from './hold-view';
import { HoldsRepository } from './holds.repository';

export interface HoldWish {
  eventTypeId: string;
  startMs: number;
  /** 30 to 900. */
  seconds: number;
}

/** Starts kept for somebody who is about to book them. */
@Injectable()
export class HoldsService {
  constructor(
    private readonly companies: CompaniesService,
    private readonly eventTypes: EventTypesService,
    private readonly ledger: HoldLedger,
    private readonly holds: HoldsRepository,
    private readonly places: HoldPlaces,
  ) {}

  /**
   * Claims first, then asks the provider: of two who want the same only one asks. When it does not come to a hold, nothing
   * of it is left.
   *
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`, `NOT_SUPPORTED_BY_PROVIDER` (`SEATS`), `RATE_LIMIT_EXCEEDED`,
   *   `SLOT_UNAVAILABLE`
   * @throws SchedulingError when the provider could not be asked.
   */
  async make(wish: HoldWish, caller: HoldCaller): Promise<MadeHoldView> {
    const { companyId, correlationId } = caller;
    const eventType = await this.eventTypes.find(companyId, wish.eventTypeId.toLowerCase());
    refuseSeats(eventType);
    const { timeZone } = await this.companies.get(companyId);
    const token = randomSecret();
    const hold = await this.ledger.open(newHold(wish, eventType, token, caller), eventType, caller);
    try {
      await this.places.assertFree(eventType, wish.startMs, timeZone, { correlationId });
      const isReserved = await this.reserve(hold, eventType, wish.seconds, correlationId);
      return { ...holdView({ ...hold, isReserved }, eventType, timeZone), token };
    } catch (error) {
      await this.holds.remove(hold.id);
      throw error;
    }
  }

  /** @throws ApiError `NOT_FOUND`, the same for a hold of another company, a wrong token and none. */
  async get(id: string, caller: HoldCaller): Promise<HoldView> {
    const { companyId } = caller;
    const hold = shown(await this.holds.find(companyId, id), caller);
    const { timeZone } = await this.companies.get(companyId);
    return holdView(hold, await this.eventTypes.find(companyId, hold.eventTypeId), timeZone);
  }

  /** @throws ApiError `NOT_FOUND`, `CONFLICT` (`HOLD_TAKEN`) */
  end(id: string, caller: HoldCaller): Promise<void> {
    return this.ledger.close(id, caller);
  }

  private async reserve(hold: Hold, eventType: EventTypeRecord, seconds: number, correlationId: string) {
    const reservation = await this.places.reserve(eventType, hold.startMs, seconds, { correlationId });
    if (reservation) await this.holds.attach(hold.id, reservation);
    return reservation !== undefined;
  }
}

/** Others may have the rest of the seats: a hold would keep them from all of them. */
function refuseSeats({ definition }: EventTypeRecord): void {
  if (definition.seatsPerSlot === undefined) return;
  const message = 'Starts of an event type with seats cannot be held.';
  throw new ApiError('NOT_SUPPORTED_BY_PROVIDER', { message, details: { reason: 'SEATS' } });
}

function newHold(
  { startMs, seconds }: HoldWish,
  eventType: EventTypeRecord,
  token: string,
  caller: HoldCaller,
): NewHold {
  const { id: eventTypeId, connectionId, lengthMinutes } = eventType;
  return {
    id: randomUUID(),
    companyId: caller.companyId,
    connectionId,
    eventTypeId,
    startMs,
    endMs: startMs + lengthMinutes * 60_000,
    seconds,
    tokenHash: sha256(token),
    holder: caller.holder,
  };
}
