import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Host, ProviderBooking, Slot } from '../../../scheduling/words';
import { ConnectionsService } from '../../companies/connections.service';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import { accountOf, claimsFor, heldFor, hostPlaceOf, isBookedInTurn, isUnclaimed, timesOf } from './claimed-times';
import { ChangeLogRepository } from '../store/change-log.repository';
import type { KnownChange } from '../store/known-change';
import type { TimeClaim } from './time-claim';
import { type Claimant, nameOf, TimeClaimsRepository } from './time-claims.repository';

// What others need to claim times.
export { hostPlaceOf, startPlaceOf } from './claimed-times';
export type { TimeClaim } from './time-claim';
export { TimeClaimed } from './time-claims.repository';

const MINUTE_MS = 60_000;

/** Claims hosts' times for sagas, moves and holds. */
@Injectable()
export class HostTimes {
  constructor(
    private readonly claims: TimeClaimsRepository,
    private readonly connections: ConnectionsService,
    private readonly log: ChangeLogRepository,
  ) {}

  /** What a booking claims. Found out before its transaction: one that waits for a second connection starves the pool. */
  async wantedBy(eventType: EventTypeRecord, startMs: number): Promise<TimeClaim[]> {
    const endMs = startMs + eventType.lengthMinutes * MINUTE_MS;
    return claimsFor(eventType, await this.accountOf(eventType), startMs, endMs);
  }

  /** What a booking of these hosts claims, whatever its type; as {@link wantedBy}. */
  async wantedByHosts(eventType: EventTypeRecord, hosts: Host[], startMs: number): Promise<TimeClaim[]> {
    const endMs = startMs + eventType.lengthMinutes * MINUTE_MS;
    return timesOf(eventType, await this.accountOf(eventType), hosts, startMs, endMs);
  }

  /** Time of a booking's hosts that is nobody else's, though nothing is booked in it; as {@link wantedBy}. */
  async wantedBetween(eventType: EventTypeRecord, fromMs: number, toMs: number): Promise<TimeClaim[]> {
    if (isBookedInTurn(eventType)) return [];
    const account = await this.accountOf(eventType);
    return eventType.definition.hosts.map(({ id }) => ({ account, host: hostPlaceOf(id), fromMs, toMs }));
  }

  /** What a hold claims; as {@link wantedBy}. */
  async wantedByHold(eventType: EventTypeRecord, startMs: number): Promise<TimeClaim[]> {
    const endMs = startMs + eventType.lengthMinutes * MINUTE_MS;
    return heldFor(eventType, await this.accountOf(eventType), startMs, endMs);
  }

  /**
   * @param holdId a hold that this saga has taken: its claims end with the transaction.
   * @throws TimeClaimed when another saga or a hold has some of it; a turn of the event type can be waited for.
   */
  async claim(
    manager: EntityManager,
    companyId: string,
    claimant: Claimant,
    wanted: TimeClaim[],
    holdId?: string,
  ): Promise<void> {
    await this.claims.claim(manager, companyId, claimant, wanted, holdId);
    const made = changesOf(claimant, wanted);
    if (made.length === 0) return;
    const { account } = wanted[0]!;
    const ended: KnownChange[] = holdId === undefined ? [] : [{ kind: 'ended', claimant: `hold ${holdId}` }];
    await this.log.tell(manager, account, [...made, ...ended]);
  }

  /**
   * Which starts inside [fromMs, toMs) nobody has claimed now: what is held or being booked is not offered. To be asked
   * before the provider is: a booking that ends in between is then missing there or claimed here, never neither.
   */
  async unclaimed(eventType: EventTypeRecord, fromMs: number, toMs: number): Promise<(slot: Slot) => boolean> {
    const account = await this.accountOf(eventType);
    const lastEndMs = toMs + eventType.lengthMinutes * MINUTE_MS;
    const hosts = heldFor(eventType, account, fromMs, lastEndMs).map(({ host }) => host);
    const { beforeBufferMinutes, afterBufferMinutes } = eventType.definition;
    const firstMs = fromMs - beforeBufferMinutes * MINUTE_MS;
    const claims = await this.claims.within(account, hosts, firstMs, lastEndMs + afterBufferMinutes * MINUTE_MS);
    return (slot) => isUnclaimed(heldFor(eventType, account, slot.startMs, slot.endMs), claims);
  }

  /** The hosts' times that an answer names, where nothing of them could be claimed before it. */
  async wantedByAnswer(eventType: EventTypeRecord, booking: ProviderBooking): Promise<TimeClaim[]> {
    if (!isBookedInTurn(eventType)) return [];
    return timesOf(eventType, await this.accountOf(eventType), booking.hosts, booking.startMs, booking.endMs);
  }

  async release(manager: EntityManager, sagaId: string): Promise<void> {
    await this.claims.release(manager, sagaId);
  }

  async releaseMove(manager: EntityManager, appointmentId: string): Promise<void> {
    await this.claims.releaseMove(manager, appointmentId);
  }

  async releaseHold(manager: EntityManager, holdId: string): Promise<void> {
    await this.claims.releaseHold(manager, holdId);
  }

  private async accountOf({ companyId }: EventTypeRecord): Promise<string> {
    const { provider, address } = await this.connections.forCompany(companyId);
    return accountOf(provider, address);
  }
}

/** Turns are not time. */
function changesOf(claimant: Claimant, wanted: TimeClaim[]): KnownChange[] {
  const expiry = 'expiresAtMs' in claimant ? { expiresAtMs: claimant.expiresAtMs } : {};
  return wanted.flatMap(({ host, fromMs, toMs }) =>
    fromMs === undefined || toMs === undefined
      ? []
      : [{ kind: 'claimed' as const, claimant: nameOf(claimant), host, fromMs, toMs, ...expiry }],
  );
}
