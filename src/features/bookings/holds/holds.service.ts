import { Injectable } from '@nestjs/common';
import { CompaniesService } from '../../companies/companies.service';
import { EventTypesService } from '../../event-types/event-types.service';
import type { HoldCaller } from './hold-caller';
import { HoldLedger } from './hold-ledger';
import { HoldMaking, type HoldWish } from './hold-making';
import type { HoldAnswer } from './hold-repeats';
import { shown } from './hold-taking';
import { type HoldView, holdView } from './hold-view';
import { HoldsRepository } from './holds.repository';

/** Starts kept for somebody who is about to book them. */
@Injectable()
export class HoldsService {
  constructor(
    private readonly companies: CompaniesService,
    private readonly eventTypes: EventTypesService,
    private readonly making: HoldMaking,
    private readonly ledger: HoldLedger,
    private readonly holds: HoldsRepository,
  ) {}

  /**
   * When it does not come to a hold, nothing of it is left.
   *
   * @throws ApiError `EVENT_TYPE_NOT_FOUND`, `NOT_SUPPORTED_BY_PROVIDER` (`SEATS`), `RATE_LIMIT_EXCEEDED`,
   *   `SLOT_UNAVAILABLE`, `IDEMPOTENCY_KEY_IN_USE`, `IDEMPOTENCY_KEY_REUSED`
   * @throws SchedulingError when the provider could not be asked.
   */
  make(wish: HoldWish, caller: HoldCaller): Promise<HoldAnswer> {
    return this.making.make(wish, caller);
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
}
