import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../../foundation/crypto/secret-box';
import { ApiError } from '../../../foundation/errors/api-error';
import { placeOf } from '../../../foundation/idempotency/idempotency-keys.service';
import {
  IdempotencyRepository,
  type IdempotencyRow,
  type IdempotentRequest,
} from '../../../foundation/idempotency/idempotency.repository';
import type { MadeHoldView } from './hold-view';
import { HoldsRepository } from './holds.repository';

export interface HoldAnswer {
  hold: MadeHoldView;
  replayed: boolean;
}

/** Longer than the calls of making a hold, each up to 15 s. */
const LOCK_SECONDS = 60;
const STATUS = 201;

/** Makes one hold for a key, and tells its answer again with the token, which rests sealed there. */
@Injectable()
export class HoldRepeats {
  constructor(
    private readonly holds: HoldsRepository,
    private readonly rows: IdempotencyRepository,
    private readonly box: SecretBox,
  ) {}

  /**
   * A refusal is not kept: the same request may bring a hold later.
   *
   * @param make a hold of this id
   * @throws ApiError `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_KEY_IN_USE`
   */
  async once(request: IdempotentRequest | undefined, make: (id: string) => Promise<MadeHoldView>): Promise<HoldAnswer> {
    if (!request) return { hold: await make(randomUUID()), replayed: false };
    const owner = randomUUID();
    const begun = await this.begin(request, owner);
    if (typeof begun !== 'string') return { hold: begun, replayed: true };
    return { hold: await this.work(request, owner, () => make(begun)), replayed: false };
  }

  /** The id of a hold to make, or the one that was made. */
  private begin(request: IdempotentRequest, owner: string): Promise<string | MadeHoldView> {
    return this.holds.transaction(async (manager) => {
      const id = randomUUID();
      const isNew = await this.rows.insert(manager, request, { owner, resourceId: id, seconds: LOCK_SECONDS });
      if (isNew) return id;
      const row = await this.rows.find(request, manager);
      if (!row) throw keyInUse();
      if (row.fingerprint !== request.fingerprint) throw new ApiError('IDEMPOTENCY_KEY_REUSED');
      if (row.status === 'finished') return this.open(request, row);
      if (row.lockedSeconds > 0) throw keyInUse();
      await this.rows.takeOver(manager, request, owner, LOCK_SECONDS);
      // Half made by a process that died: it would keep the start from its own repeat.
      await this.holds.remove(row.resourceId, manager);
      return row.resourceId;
    });
  }

  private async work(
    request: IdempotentRequest,
    owner: string,
    make: () => Promise<MadeHoldView>,
  ): Promise<MadeHoldView> {
    try {
      const hold = await make();
      const sealed = this.box.seal(JSON.stringify(hold), placeOf(request.companyId));
      const isOurs = await this.holds.transaction((manager) =>
        this.rows.finish(manager, request, owner, { status: STATUS, sealed }),
      );
      if (!isOurs) throw keyInUse();
      return hold;
    } catch (error) {
      await this.rows.release(undefined, request, owner);
      throw error;
    }
  }

  private open(request: IdempotentRequest, { sealedResponse }: IdempotencyRow): MadeHoldView {
    return JSON.parse(this.box.openText(sealedResponse ?? '', placeOf(request.companyId))) as MadeHoldView;
  }
}

function keyInUse(): ApiError {
  return new ApiError('IDEMPOTENCY_KEY_IN_USE', { headers: { 'retry-after': '2' } });
}
