import { Injectable } from '@nestjs/common';
import { BookingAttention } from '../bookings/booking-attention.service';
import { BookingSweepsRepository } from './booking-sweeps.repository';
import type { SweepReport } from './bookings-sweep';
import { SyncStatesRepository, type TurnOutcome } from './sync-states.repository';
import { SyncTurns } from './sync-turns';

export type { SweepReport } from './bookings-sweep';

/** How a company's bookings agree with the provider's. */
export interface SynchronisationState {
  /** When its bookings were last looked at; undefined before the first time. */
  lastRunAt?: Date;
  /** When a look last came to the end of what had changed. */
  lastSuccessAt?: Date;
  /** Bookings that were not as we had them, in all looks together. */
  driftFound: number;
  healed: number;
  /** Since when the oldest booking has had an unknown outcome. */
  oldestPendingAt?: Date;
}

/** Keeps our record in line with the providers', although webhooks get lost. */
@Injectable()
export class SynchronisationService {
  constructor(
    private readonly states: SyncStatesRepository,
    private readonly turns: SyncTurns,
    private readonly sweeps: BookingSweepsRepository,
    private readonly attention: BookingAttention,
  ) {}

  /**
   * Looks at once for bookings that changed since the last look, and settles them. Reads a bounded number of pages; with
   * outcome `more` the next look goes on where this one ended.
   *
   * @returns undefined when another look at this connection is under way, in any replica, or there is no such connection.
   */
  async sweepBookings(connectionId: string): Promise<SweepReport | undefined> {
    const turn = await this.states.claimNow(connectionId, 'bookings');
    return turn && this.turns.sweepBookings(turn);
  }

  /** Reads the event types at once. @returns undefined as {@link sweepBookings}. */
  async syncEventTypes(connectionId: string): Promise<TurnOutcome | undefined> {
    const turn = await this.states.claimNow(connectionId, 'event-types');
    return turn && this.turns.syncEventTypes(turn);
  }

  async stateOf(companyId: string): Promise<SynchronisationState> {
    const record = await this.sweeps.ofCompany(companyId);
    const oldestPendingAt = await this.attention.oldestPendingAt(companyId);
    return {
      ...(record?.lastRunAt ? { lastRunAt: record.lastRunAt } : {}),
      ...(record?.lastSuccessAt ? { lastSuccessAt: record.lastSuccessAt } : {}),
      driftFound: record?.driftFound ?? 0,
      healed: record?.healed ?? 0,
      ...(oldestPendingAt ? { oldestPendingAt } : {}),
    };
  }
}
