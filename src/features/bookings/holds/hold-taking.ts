import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sameSecret, sha256 } from '../../../foundation/crypto/digests';
import { ApiError, invalidField } from '../../../foundation/errors/api-error';
import { HostTimes, type TimeClaim } from '../../availability/claims/host-times.service';
import type { BookingWork, HoldProof } from '../booking-command';
import type { Hold } from './hold';
import { HoldsRepository } from './holds.repository';

/** Claims the time of a booking, out of the hands of its hold where it has one. */
@Injectable()
export class HoldTaking {
  constructor(
    private readonly holds: HoldsRepository,
    private readonly times: HostTimes,
  ) {}

  /** Found out before the transaction. */
  wantedBy({ eventType, command }: BookingWork): Promise<TimeClaim[]> {
    return this.times.wantedBy(eventType, command.startMs);
  }

  /**
   * Part of the transaction that begins the saga: a hold is taken exactly when its booking begins, and between the
   * hold's claim and the saga's there is no moment for others. The provider is not asked whether the start is free: it
   * hides a reserved start from the holder too.
   *
   * @param replacing the saga of the same request that came to nothing; a hold which that one took may be used again.
   * @throws TimeClaimed
   * @throws ApiError `NOT_FOUND` for no hold, another company's and a wrong token alike, `CONFLICT` (`HOLD_TAKEN`,
   *   `HOLD_EXPIRED`, `HOLD_RELEASED`), `VALIDATION_ERROR` for a hold of another event type or start.
   */
  async claim(
    manager: EntityManager,
    saga: { id: string },
    work: BookingWork,
    wanted: TimeClaim[],
    replacing?: string,
  ): Promise<void> {
    const { hold, request } = work;
    if (hold) await this.take(manager, saga.id, hold, work, replacing);
    await this.times.claim(manager, request.companyId, { sagaId: saga.id }, wanted, hold?.id);
  }

  private async take(
    manager: EntityManager,
    sagaId: string,
    proof: HoldProof,
    { request, eventType, command }: BookingWork,
    replacing: string | undefined,
  ): Promise<void> {
    const hold = shown(await this.holds.find(request.companyId, proof.id, manager), proof);
    if (hold.eventTypeId !== eventType.id) throw invalidField('eventTypeId', 'is not that of the hold');
    if (hold.startMs !== command.startMs) throw invalidField('start', 'is not that of the hold');
    const isOwnAgain = hold.state === 'taken' && replacing !== undefined && hold.sagaId === replacing;
    if (hold.state !== 'active' && !isOwnAgain) throw holdOver(hold);
    await this.holds.markTaken(manager, hold.id, sagaId);
  }
}

/** @throws ApiError `NOT_FOUND`, the same for no hold and for one that the caller has not shown a right to. */
export function shown(hold: Hold | undefined, { token, isTrusted }: Pick<HoldProof, 'token' | 'isTrusted'>): Hold {
  const isRight = token === undefined ? isTrusted : hold && sameSecret(sha256(token), hold.tokenHash);
  if (!hold || !isRight) throw new ApiError('NOT_FOUND');
  return hold;
}

export function holdOver({ state }: Hold): ApiError {
  return new ApiError('CONFLICT', { details: { reason: `HOLD_${state.toUpperCase()}` } });
}
