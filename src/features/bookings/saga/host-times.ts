import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ProviderBooking } from '../../../scheduling/words';
import { ConnectionsService } from '../../companies/connections.service';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import { accountOf, claimsFor, heldFor, isBookedInTurn, timesOf } from './claimed-times';
import { TimeClaimed, TimeClaimsRepository } from './time-claims.repository';

/** Claims hosts' times for sagas and holds. */
@Injectable()
export class HostTimes {
  constructor(
    private readonly dataSource: DataSource,
    private readonly claims: TimeClaimsRepository,
    private readonly connections: ConnectionsService,
  ) {}

  /**
   * @param holdId a hold that this saga has taken: its claims become the saga's.
   * @throws TimeClaimed when another saga or a hold has some of it; a turn of the event type can be waited for.
   */
  async claim(
    manager: EntityManager,
    saga: { id: string },
    eventType: EventTypeRecord,
    startMs: number,
    holdId?: string,
  ): Promise<void> {
    const endMs = startMs + eventType.lengthMinutes * 60_000;
    const wanted = claimsFor(eventType, await this.accountOf(eventType), startMs, endMs);
    await this.claims.claim(manager, eventType.companyId, { sagaId: saga.id }, wanted, holdId);
  }

  /** @throws TimeClaimed when a saga or another hold has some of it. */
  async hold(
    manager: EntityManager,
    hold: { holdId: string; expiresAtMs: number },
    eventType: EventTypeRecord,
    startMs: number,
  ): Promise<void> {
    const endMs = startMs + eventType.lengthMinutes * 60_000;
    const wanted = heldFor(eventType, await this.accountOf(eventType), startMs, endMs);
    await this.claims.claim(manager, eventType.companyId, hold, wanted);
  }

  /** Claims the hosts that an answer names; false when one of them is spoken for. */
  async claimNamed(sagaId: string, eventType: EventTypeRecord, booking: ProviderBooking): Promise<boolean> {
    if (!isBookedInTurn(eventType)) return true;
    const account = await this.accountOf(eventType);
    const wanted = timesOf(eventType, account, booking.hosts, booking.startMs, booking.endMs);
    try {
      await this.dataSource.transaction((manager) =>
        this.claims.claim(manager, eventType.companyId, { sagaId }, wanted),
      );
      return true;
    } catch (error) {
      if (error instanceof TimeClaimed) return false;
      throw error;
    }
  }

  async release(manager: EntityManager, sagaId: string): Promise<void> {
    await this.claims.release(manager, sagaId);
  }

  async releaseHold(manager: EntityManager, holdId: string): Promise<void> {
    await this.claims.releaseHold(manager, holdId);
  }

  private async accountOf({ companyId }: EventTypeRecord): Promise<string> {
    const { provider, baseUrl } = await this.connections.forCompany(companyId);
    return accountOf(provider, baseUrl ?? '');
  }
}
