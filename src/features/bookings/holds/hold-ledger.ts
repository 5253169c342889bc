import { Injectable } from '@nestjs/common';
import { ApiError } from '../../../foundation/errors/api-error';
import type { Reservation } from '../../../scheduling/words';
import { ExplainService } from '../../availability/explain/explain.service';
import { HostTimes, TimeClaimed } from '../../availability/claims/host-times.service';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { Hold, NewHold } from './hold';
import type { HoldCaller } from './hold-caller';
import { holdOver, shown } from './hold-taking';
import { HoldsRepository } from './holds.repository';

/** Opens and closes holds: the row, its place among the caller's open ones, and its claims, together or not at all. */
@Injectable()
export class HoldLedger {
  constructor(
    private readonly holds: HoldsRepository,
    private readonly times: HostTimes,
    private readonly explanations: ExplainService,
  ) {}

  /**
   * @throws ApiError `RATE_LIMIT_EXCEEDED` when the caller has enough of them open, `SLOT_UNAVAILABLE` (`CLAIMED`, with
   *   its reasons) when somebody else's hold or booking in flight has some of the time: nothing was written.
   */
  async open(hold: NewHold, eventType: EventTypeRecord, { openMax, isTrusted }: HoldCaller): Promise<Hold> {
    const wanted = await this.times.wantedByHold(eventType, hold.startMs);
    try {
      return await this.holds.transaction(async (manager) => {
        const { count, firstEndsInSeconds } = await this.holds.openOf(manager, hold.companyId, hold.holder);
        if (count >= openMax) throw tooMany(firstEndsInSeconds);
        const opened = await this.holds.insert(manager, hold);
        const claimant = { holdId: opened.id, expiresAtMs: opened.expiresAtMs };
        await this.times.claim(manager, hold.companyId, claimant, wanted);
        return opened;
      });
    } catch (error) {
      if (!(error instanceof TimeClaimed)) throw error;
      const reasons = await this.explanations.refused('CLAIMED', { eventType, startMs: hold.startMs, isTrusted });
      throw new ApiError('SLOT_UNAVAILABLE', { details: { reason: 'CLAIMED', reasons }, cause: error });
    }
  }

  /** As if it had never been opened. */
  undo(id: string): Promise<void> {
    return this.holds.remove(id);
  }

  attach(id: string, reservation: Reservation): Promise<void> {
    return this.holds.attach(id, reservation);
  }

  /**
   * Lets the time go. One that is over already stays as it is.
   *
   * @throws ApiError `NOT_FOUND`, `CONFLICT` (`HOLD_TAKEN`) when a booking has the time: it is the booking's to end.
   */
  async close(id: string, caller: HoldCaller): Promise<void> {
    await this.holds.transaction(async (manager) => {
      const hold = shown(await this.holds.find(caller.companyId, id, manager), caller);
      if (hold.state === 'taken') throw holdOver(hold);
      if (hold.state === 'released') return;
      await this.holds.markReleased(manager, id);
      await this.times.releaseHold(manager, id);
    });
  }
}

function tooMany(seconds: number): ApiError {
  return new ApiError('RATE_LIMIT_EXCEEDED', {
    details: { reason: 'OPEN_HOLDS' },
    headers: { 'retry-after': String(Math.max(1, Math.ceil(seconds))) },
  });
}
