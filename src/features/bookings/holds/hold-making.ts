import { Injectable } from '@nestjs/common';
import { randomSecret, sha256 } from '../../../foundation/crypto/digests';
import { ApiError } from '../../../foundation/errors/api-error';
import { CompaniesService } from '../../companies/companies.service';
import { type EventTypeRecord, EventTypesService } from '../../event-types/event-types.service';
import type { NewHold } from './hold';
import type { HoldCaller } from './hold-caller';
import { HoldLedger } from './hold-ledger';
import { HoldPlaces } from './hold-places';
import { type HoldAnswer, HoldRepeats } from './hold-repeats';
import { holdView, type MadeHoldView } from './hold-view';

export interface HoldWish {
  eventTypeId: string;
  startMs: number;
  /** 30 to 900. */
  seconds: number;
}

/** Makes holds. */
@Injectable()
export class HoldMaking {
  constructor(
    private readonly companies: CompaniesService,
    private readonly eventTypes: EventTypesService,
    private readonly repeats: HoldRepeats,
    private readonly ledger: HoldLedger,
    private readonly places: HoldPlaces,
  ) {}

  make(wish: HoldWish, caller: HoldCaller): Promise<HoldAnswer> {
    return this.repeats.once(caller.request, (id) => this.makeNew(id, wish, caller));
  }

  /** Claims first, then asks the provider: of two who want the same only one asks. */
  private async makeNew(id: string, wish: HoldWish, caller: HoldCaller): Promise<MadeHoldView> {
    const { companyId, correlationId } = caller;
    const { startMs, seconds } = wish;
    const eventType = await this.eventTypes.find(companyId, wish.eventTypeId.toLowerCase());
    refuseSeats(eventType);
    const { timeZone } = await this.companies.get(companyId);
    const token = randomSecret();
    const hold = await this.ledger.open(newHold(id, wish, eventType, token, caller), eventType, caller);
    try {
      const wanted = { holdId: id, eventType, startMs, isTrusted: caller.isTrusted };
      await this.places.assertFree(wanted, timeZone, { correlationId });
      const reservation = await this.places.reserve(wanted, seconds, { correlationId });
      if (reservation) await this.ledger.attach(id, reservation);
      return { ...holdView({ ...hold, isReserved: reservation !== undefined }, eventType, timeZone), token };
    } catch (error) {
      await this.ledger.undo(id);
      throw error;
    }
  }
}

/** Others may have the rest of the seats: a hold would keep them from all of them. */
function refuseSeats({ definition }: EventTypeRecord): void {
  if (definition.seatsPerSlot === undefined) return;
  const message = 'Starts of an event type with seats cannot be held.';
  throw new ApiError('NOT_SUPPORTED_BY_PROVIDER', { message, details: { reason: 'SEATS' } });
}

function newHold(
  id: string,
  { startMs, seconds }: HoldWish,
  { id: eventTypeId, connectionId, lengthMinutes }: EventTypeRecord,
  token: string,
  { companyId, holder }: HoldCaller,
): NewHold {
  const endMs = startMs + lengthMinutes * 60_000;
  return { id, companyId, connectionId, eventTypeId, startMs, endMs, seconds, tokenHash: sha256(token), holder };
}
